"""Patterns of the user: found or not, refused, or given up."""

from __future__ import annotations

import time

import pytest

from authlens.core.text.pattern import TooSlow, found, problem


@pytest.mark.parametrize(
    ("pattern", "text", "is_found"),
    [("^s[0-9]$", "s7", True), ("b", "abc", True), ("^b", "abc", False), ("(", "(", False), ("", "", True)],
)
def test_found(pattern: str, text: str, is_found: bool) -> None:
    assert found(pattern, text) is is_found


@pytest.mark.parametrize(
    ("pattern", "says"),
    [("a+", None), ("(", "missing )"), ("a{99999999999999999999}", "too big"), ("(" * 5000, "too large")],
    ids=["fine", "open", "count", "deep"],
)
def test_what_is_no_regular_expression(pattern: str, says: str | None) -> None:
    told = problem(pattern)
    assert told == says if says is None else says in (told or "")


def test_one_that_backtracks_without_end_is_given_up() -> None:
    with pytest.raises(TooSlow, match="was given up"):
        found("^(a|aa)*$", "a" * 200 + "b")
    started = time.process_time()
    with pytest.raises(TooSlow):
        found("^(a|aa)*$", "a" * 200 + "b")
    assert time.process_time() - started < 0.4
