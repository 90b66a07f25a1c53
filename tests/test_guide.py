"""The guide is complete: every option, setting and member is in its page."""

from __future__ import annotations

import argparse
import json
import re
from collections.abc import Iterator
from pathlib import Path

import pytest

from authlens.cli.completion.command import whole_parser
from authlens.cli.help import PAGES
from authlens.core.request.members import MEMBERS
from support.one_command import Command

DOCS = Path(__file__).parent.parent / "docs"


def _options(parser: argparse.ArgumentParser, command: str = "") -> Iterator[tuple[str, str]]:
    """Each long option with its command; the app's own have none."""
    for action in parser._actions:  # argparse has no public API for its actions
        if isinstance(action, argparse._SubParsersAction):
            for name, inner in action.choices.items():
                yield from _options(inner, command or name)
        elif action.help != argparse.SUPPRESS:
            yield from ((command, name) for name in action.option_strings if name.startswith("--"))


def _page(command: str) -> str:
    name = command or "commands"
    path = DOCS / f"{name}.md"
    return (path if path.exists() else DOCS / f"{PAGES[name]}.md").read_text("utf-8")


def test_every_option_is_in_the_page_of_its_command() -> None:
    missing = [
        (command, option)
        for command, option in _options(whole_parser())
        if option not in ("--help", "--output") and not re.search(rf"{option}(?![a-z-])", _page(command))
    ]
    assert missing == []


def test_every_setting_is_in_the_page_of_files(
    capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    shown = json.loads(Command(capsys, monkeypatch)("config", "show", "--output", "json").out)
    page = (DOCS / "files.md").read_text("utf-8")
    assert [name for name in _dotted(shown) if f"`{name}`" not in page] == []


def test_every_member_of_the_request_is_in_the_page_of_files() -> None:
    rows = re.findall(r"^\| (`request\..*?) \|", (DOCS / "files.md").read_text("utf-8"), re.MULTILINE)
    named = {name.rpartition(".")[2] for row in rows for name in re.findall(r"`([\w.]+)`", row)}
    assert named == {member.name for member in MEMBERS}


def _dotted(value: dict[str, object], start: str = "") -> Iterator[str]:
    for name, inner in value.items():
        if isinstance(inner, dict) and inner:
            yield from _dotted(inner, f"{start}{name}.")
        else:
            yield start + name
