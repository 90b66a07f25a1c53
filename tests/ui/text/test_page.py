"""Texts broken into lines: between words, and in a word only where it is longer than a line."""

from __future__ import annotations

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from textual.content import Content

from authlens.ui.text.page import wrapped


@pytest.mark.parametrize(
    ("text", "width", "lines"),
    [
        ("the authorizer is INACTIVE", 14, ["the authorizer", "is INACTIVE"]),
        ("✓ authenticated  ✓ connected  ✓ publish", 18, ["✓ authenticated", "✓ connected", "✓ publish"]),
        ("✓ connected", 9, ["✓", "connected"]),
        ("   → stays connected", 12, ["   → stays", "connected"]),
        ("allows arn:aws:iot:us-west-2:1:topic/a", 22, ["allows arn:aws:iot:us-", "west-2:1:topic/a"]),
        ('    "Resource": "arn:aws:client/s"', 24, ['    "Resource":', '"arn:aws:client/s"']),
        ("x" * 7, 3, ["xxx", "xxx", "x"]),
        ("日本語の日本語", 6, ["日本語", "の日本", "語"]),
        ("", 9, [""]),
        ("ends in blanks   ", 20, ["ends in blanks"]),
    ],
)
def test_lines_are_broken_between_words(text: str, width: int, lines: list[str]) -> None:
    assert [line.plain for line in wrapped(Content(text), width)] == lines


def test_later_lines_leave_room_to_be_set_in() -> None:
    assert [line.plain for line in wrapped(Content("one two three four"), 9, 4)] == ["one two", "three", "four"]


def test_styles_stay_with_their_words() -> None:
    first, second = wrapped(Content.assemble("plain ", ("bold", "bold")), 6)
    assert (first.markup, second.markup) == ("plain", "[bold]bold[/bold]")


@settings(max_examples=60, deadline=None)
@given(st.text("ab ✓→/:日", max_size=40), st.integers(2, 20), st.integers(0, 9))
def test_every_line_fits_and_only_blanks_are_left_out(text: str, width: int, indent: int) -> None:
    first, *rest = wrapped(Content(text), width, indent)
    if text.strip(" "):
        assert first.cell_length <= width
        assert all(line.cell_length <= max(2, width - indent) for line in rest)
    assert "".join(line.plain for line in (first, *rest)).replace(" ", "") == text.replace(" ", "")
