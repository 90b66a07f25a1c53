"""The case and the environment in one line each."""

from __future__ import annotations

import pytest

from authlens.ui.text.collection_text import case_text, environment_text


@pytest.mark.parametrize(
    ("cases", "case", "text"),
    [
        (("a", "b"), "b", "2 of 2 · b"),
        (("a", "b"), "", "none of 2"),
        (("a", "b"), "removed", "– of 2 · removed"),
        (("[red]",), "[red]", "1 of 1 · [red]"),
    ],
)
def test_the_place_and_the_name_of_a_case(cases: tuple[str, ...], case: str, text: str) -> None:
    assert case_text(cases, case).plain == text


def test_the_name_of_an_environment() -> None:
    assert environment_text("staging").plain == "staging"
    assert environment_text("").plain == "none"
