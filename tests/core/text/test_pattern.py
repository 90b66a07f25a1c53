"""Patterns of people: found or not, refused, or given up; and what the worst of them cost."""

from __future__ import annotations

import time
import tracemalloc
from contextlib import suppress

import pytest
from hypothesis import given
from hypothesis import strategies as st

from authlens.core.text.pattern import (
    DEEPEST,
    LARGEST,
    LONGEST,
    MOST_SEARCHED,
    NotAPattern,
    TooSlow,
    Unsearchable,
    found,
    items_of,
    problem,
)


@pytest.mark.parametrize(
    ("pattern", "text", "is_found"),
    [
        ("^s[0-9]$", "s7", True),
        ("b", "abc", True),
        ("^b", "abc", False),
        ("", "", True),
        ("a{2}", "aa", True),
        ("^[{}]{2}$", "{}", True),
        (r"^\p{Lu}\{$", "É{", True),
        ("^(?P<id>x)(?P=id)(?i:Y)(?=z)", "xxyz", True),
    ],
)
def test_found(pattern: str, text: str, is_found: bool) -> None:
    assert problem(pattern) is None
    assert found(pattern, text) is is_found


TOO_LARGE = {
    "repeats of repeats": ("(?:a{3000}){3000}", "more than 5,000 items"),
    "the largest count": ("(?:a{65535}){65535}", "more than 5,000 items"),
    "repeats of a set": ("(?:[ab]{1,400}){1,400}", "more than 5,000 items"),
    "repeats of a repeat": ("a{400}{400}", "more than 5,000 items"),
    "open ends": ("(?:a{3000,}){3000,}", "more than 5,000 items"),
    "no number": ("a{99999999999999999999}", "more than 5,000 items"),
    "a half": ("(?:(?:a{,90}){,90}){,90}", "more than 5,000 items"),
    "characters": ("a" * 5000, "it has 5,000 characters"),
    "groups": ("(" * 60 + ")" * 60, "more than 50 nested groups"),
}
MISTAKES = {
    "open": ("(", "missing )"),
    "closed": ("a)", "unbalanced )"),
    "set": ("[a", "missing ]"),
    "backslash": ("a\\", "bad escape"),
}


@pytest.mark.parametrize(("pattern", "says"), [*TOO_LARGE.values(), *MISTAKES.values()], ids=[*TOO_LARGE, *MISTAKES])
def test_what_is_refused_without_compiling_it(pattern: str, says: str) -> None:
    assert says in (problem(pattern) or "")
    with pytest.raises(NotAPattern, match="is not a valid regular expression"):
        found(pattern, "a")


@pytest.mark.parametrize("pattern", ["*a", "(?P<n>a)(?P<n", "[z-a]", "(?<=a)(?P=missing)"])
def test_what_only_compiling_tells_is_said_when_it_is_judged(pattern: str) -> None:
    with pytest.raises(NotAPattern):
        found(pattern, "a")


def test_one_that_backtracks_without_end_is_abandoned() -> None:
    with pytest.raises(TooSlow, match="was abandoned"):
        found("^(a|aa)*$", "a" * 200 + "b")
    started = time.process_time()
    with pytest.raises(TooSlow):
        found("^(a|aa)*$", "a" * 200 + "b")
    assert time.process_time() - started < 0.4


WORST = {
    "one character": "a" * LONGEST,
    "one character, another first": "b" + "a" * (LONGEST - 1),
    "without case": "(?i)" + "k" * (LONGEST - 4),
    "largest repeat": f"(?:a{{50}}){{{LARGEST // 50}}}",
    "largest of sets": f"(?:[a-z]?b*){{{LARGEST // 2}}}",
    "alternatives": "(?:" + "|".join("ab" * 2 for _ in range(90)) + "){10}",
    "nested": "(?:" * 50 + "a" + ")*" * 50,
    "fuzzy": "(?:" + "ab" * 100 + "){e<=50}",
}


@pytest.mark.parametrize("pattern", WORST.values(), ids=WORST)
def test_the_worst_patterns_cost_little(pattern: str) -> None:
    for text in ("a" * MOST_SEARCHED * 2, "ab" * 40_000, "b" * 2_000 + "a" * 499, "a" * 498 + "b" * 5_000):
        started = time.process_time()
        tracemalloc.start()
        with suppress(Unsearchable):
            found(pattern, text)
        peak = tracemalloc.get_traced_memory()[1]
        tracemalloc.stop()
        assert time.process_time() - started < 1.5
        assert peak < 50_000_000


@given(st.text(st.sampled_from("ab(){}[]|*+?\\,19^$:=<P>"), max_size=30), st.text(st.sampled_from("ab1"), max_size=20))
def test_any_text_is_searched_for_or_refused(pattern: str, text: str) -> None:
    problem(pattern)
    with suppress(Unsearchable):
        assert found(pattern, text) in (True, False)


def test_the_limits() -> None:
    assert (LONGEST, LARGEST, DEEPEST, MOST_SEARCHED) == (500, 5_000, 50, 65_536)


@pytest.mark.parametrize(
    ("pattern", "items"),
    [
        ("", 0),
        ("abc", 3),
        ("a*b+c?", 3),
        ("(?:ab){3}", 6),
        ("(ab)(c)", 3),
        ("a{3}b", 4),
        ("a{3,}", 3),
        ("a{,4}", 4),
        ("a{2,5}", 5),
        ("a{5,2}", 5),
        ("a{0}", 1),
        ("a{0,1}", 1),
        ("a{0000000012}", 12),
        ("a{2}{3}", 6),
        ("(?:a{2}b){3}c", 10),
        ("((a){2}(b){3}){2}", 10),
        ("a{}", 3),
        ("a{,}", 4),
        ("a{x}", 4),
        ("{", 1),
        ("[abc]", 1),
        ("[]a]{4}", 4),
        ("[^]]b", 2),
        (r"[\]]{2}", 2),
        (r"\d{3}\p{Lu}\\", 5),
        (r"\({2}", 2),
        ("(?P<name>a){2}(?P=name)", 2),
        ("(?i:ab){2}", 4),
        ("(?=a)b(?<!c)(?<=d)", 4),
        ("(?<n>a){2}", 2),
        ("()", 0),
        ("a|b", 3),
        ("^a$.", 4),
        ("a{5000}", 5000),
    ],
)
def test_the_items_of_a_pattern(pattern: str, items: int) -> None:
    assert items_of(pattern) == items


@pytest.mark.parametrize(
    ("pattern", "why"),
    [
        ("a{5000}", None),
        ("a{5000}b", "its repeats come to more than 5,000 items"),
        ("a{5001}", "its repeats come to more than 5,000 items"),
        ("(" * 50 + ")" * 50, None),
        ("(" * 51 + ")" * 51, "more than 50 nested groups"),
        ("()" * 60, None),
        ("a" * 500, None),
        ("a" * 501, "it has 501 characters, and at most 500 are allowed"),
        ("(a", "missing )"),
        ("a))", "unbalanced )"),
        ("(?<=a{5001})", "its repeats come to more than 5,000 items"),
        ("(?<!(?:a{80}){80})b", "its repeats come to more than 5,000 items"),
        ("[ab", "missing ]"),
        ("a\\", "bad escape at the end"),
    ],
    ids=lambda value: value[:12] if value else "fine",
)
def test_what_is_wrong_word_for_word(pattern: str, why: str | None) -> None:
    assert problem(pattern) == why


def test_a_long_pattern_is_quoted_in_part() -> None:
    for pattern, quoted in (("(" + "a" * 59, "(" + "a" * 59), ("(" + "a" * 60, "(" + "a" * 59 + "…")):
        with pytest.raises(NotAPattern) as caught:
            found(pattern, "a")
        assert str(caught.value) == f"/{quoted}/ is not a valid regular expression: missing )"
    with pytest.raises(NotAPattern) as caught:
        found("*a", "a")
    assert str(caught.value) == "/*a/ is not a valid regular expression: nothing to repeat"


def test_only_the_first_characters_of_a_text_are_searched() -> None:
    assert found("b", "a" * 65_535 + "b")
    assert not found("b", "a" * 65_536 + "b")
