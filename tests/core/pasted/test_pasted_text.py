from __future__ import annotations

import pytest

from authlens.core.pasted.pasted_text import strings_in, text_in, undecorated, words_of_line

WORDS = "Token signature mismatch for authorizer A"


@pytest.mark.parametrize(
    "text",
    [
        WORDS,
        f"\x1b[0;31m{WORDS}\x1b[0m",
        f"```\n{WORDS}\n```",
        f"```json\n{WORDS}\n```\n",
        f"\x1b[1m```text\n{WORDS}\n```\x1b[m",
    ],
)
def test_colours_and_a_fence_are_removed(text: str) -> None:
    assert undecorated(text) == WORDS


def test_a_fence_around_a_part_stays() -> None:
    assert undecorated(f"see\n```\n{WORDS}\n```") == f"see\n```\n{WORDS}\n```"


@pytest.mark.parametrize(
    "line",
    [
        f"2026-11-29T08:00:00.123Z {WORDS}",
        f"2026-11-29 08:00:00,123 ERROR {WORDS}",
        f"[2026-11-29T08:00:00+01:00] [ERROR] {WORDS}",
        f"Nov 29 08:00:00 host app[123]: ERROR {WORDS}",
        f"app_1  | {WORDS}",
        f"error: {WORDS}",
        f"Exception: {WORDS}",
        f"panic: {WORDS}",
        f'"{WORDS}"',
        f"'{WORDS}',",
        f'{WORDS}"}}',
        f"  {WORDS}  ",
    ],
)
def test_what_a_log_puts_around_the_words_is_removed(line: str) -> None:
    assert WORDS in list(words_of_line(line))


def test_the_line_itself_comes_first() -> None:
    assert list(words_of_line(" x ")) == ["x"]
    assert next(words_of_line("ERROR x")) == "ERROR x"
    assert list(words_of_line("")) == [""]


def test_the_strings_of_json_are_in_order() -> None:
    value = {"a": "1", "b": [2, "3", {"c": None, "d": "4"}]}
    assert list(strings_in(value)) == ["1", "3", "4"]
    assert text_in(value) == "1\n3\n4"
    assert text_in(7) == ""
    assert text_in(["x"] * 300).count("x") == 200
    nested: object = "deep"
    for _ in range(8):
        nested = [nested]
    assert list(strings_in(nested)) == ["deep"]
    assert list(strings_in([nested])) == []
