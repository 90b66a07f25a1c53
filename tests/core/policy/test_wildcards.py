from __future__ import annotations

import re

import pytest
from hypothesis import given
from hypothesis import strategies as st

from authlens.core.policy.wildcards import Unknown, Wild, compile_symbols, covers, overlap, symbols

PATTERNS = st.text(alphabet="ab/*?", max_size=8)
TEXTS = st.text(alphabet="ab/", max_size=8)


def matches(pattern: str, text: str) -> bool:
    return compile_symbols(symbols(pattern)).matches(text)


@pytest.mark.parametrize(
    ("pattern", "text", "expected"),
    [
        ("", "", True),
        ("*", "", True),
        ("a*", "a/b:c", True),
        ("a/*", "a", False),
        ("a/?", "a/", False),
        ("a/?", "a//", True),
        ("*b*b", "b", False),
        ("*ab?*", "abab", True),
        ("a+#", "a+#", True),
        ("a+", "ab", False),
        ("*.*", "a\nb.c", True),
        ("A", "a", False),
    ],
)
def test_wildcards(pattern: str, text: str, expected: bool) -> None:
    assert matches(pattern, text) is expected


@given(PATTERNS, TEXTS)
def test_a_glob_matches_what_its_regular_expression_matches(pattern: str, text: str) -> None:
    expression = re.escape(pattern).replace(r"\*", ".*").replace(r"\?", ".")
    assert matches(pattern, text) == bool(re.fullmatch(expression, text, re.DOTALL))


@given(PATTERNS, PATTERNS, TEXTS)
def test_what_covers_matches_all_that_is_covered(wide: str, narrow: str, text: str) -> None:
    if covers(symbols(wide), symbols(narrow)) and matches(narrow, text):
        assert matches(wide, text)


@given(PATTERNS, PATTERNS, TEXTS)
def test_patterns_that_share_a_text_overlap(one: str, other: str, text: str) -> None:
    if matches(one, text) and matches(other, text):
        assert overlap(symbols(one), symbols(other))


@given(PATTERNS)
def test_a_pattern_covers_and_overlaps_itself(pattern: str) -> None:
    assert covers(symbols(pattern), symbols(pattern))
    assert overlap(symbols(pattern), symbols(pattern))
    assert covers((Wild.RUN,), symbols(pattern))


@pytest.mark.parametrize(
    ("wide", "narrow", "expected"),
    [
        ("topic/*", "topic/a/*", True),
        ("topic/a/*", "topic/*", False),
        ("topic/?", "topic/*", False),
        ("topic/*", "topic/?", True),
        ("a", "b", False),
        ("a", "ab", False),
    ],
)
def test_covering(wide: str, narrow: str, expected: bool) -> None:
    assert covers(symbols(wide), symbols(narrow)) is expected


def test_an_unknown_is_matched_by_wildcards_and_by_itself() -> None:
    unknown = Unknown("iot:ClientId")
    assert overlap(("client/", unknown), ("client/", Wild.RUN))
    assert overlap(("client/", unknown), ("client/", unknown))
    assert not overlap(("client/", unknown), ("client/", Unknown("iot:DomainName")))
    assert not overlap(("client/", unknown), ("client/c1",))
    assert covers((Wild.RUN,), (unknown,))
    assert not covers(("client/", Wild.ONE), ("client/", unknown))


def test_huge_patterns_are_compared_as_texts() -> None:
    long = ("*a" * 2000,)
    huge = symbols(long[0])
    assert covers(huge, huge)
    assert overlap(huge, huge)
    assert not covers((Wild.RUN, "b" * 400, Wild.RUN), ("b" * 4000,))
    assert not overlap(huge, symbols("*b" * 2000))
