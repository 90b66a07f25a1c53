"""Advice in the app names keys, not commands."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

import authlens.core
from authlens.core.verdict.function_errors import READ_LOG
from authlens.ui.text.answer.in_app import in_app


@pytest.mark.parametrize(
    ("advice", "here"),
    [
        ("Sign it ('authlens sign').", "Sign it (Ctrl+T)."),
        ("Is it allowed? ('authlens decide')", "Is it allowed? (a on the Access page)"),
        ("See 'authlens logs', 'authlens explain --deployment'.", "See l on the answer, the Device page."),
        ("'authlens serve' shows it; 'aws iot x' too.", "'authlens serve' shows it; 'aws iot x' too."),
    ],
)
def test_a_key_replaces_the_command_that_does_the_same(advice: str, here: str) -> None:
    assert in_app(advice) == here


def test_a_log_that_the_answer_has_is_a_page_away() -> None:
    assert in_app(READ_LOG, has_log=True).endswith(": the Log page shows it.")
    assert in_app(READ_LOG).endswith(": l on the answer.")


def test_every_command_that_advice_names_has_a_key_unless_there_is_none() -> None:
    """Only the local endpoint itself is a command without a key."""
    folder = Path(authlens.core.__path__[0]) / "verdict"
    named = {words for path in folder.glob("*.py") for words in re.findall(r"'authlens [^'\"]+'", path.read_text())}
    assert len(named) > 8
    assert {words for words in named if in_app(words) == words} == {"'authlens serve'"}
