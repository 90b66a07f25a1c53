from __future__ import annotations

import re

import pytest
from hypothesis import given
from hypothesis import strategies as st

from authlens.core.policy.wildcards import Unknown, Wild, admits, compile_symbols, covers, symbols

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
        ("*a?*a", "aa", False),
        ("*a?*a", "aba", True),
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


@given(PATTERNS, TEXTS, TEXTS)
def test_a_pattern_admits_the_beginning_and_the_whole_of_what_it_matches(pattern: str, text: str, start: str) -> None:
    if matches(pattern, start + text):
        assert admits(symbols(pattern), (start, Wild.RUN))
    assert admits(symbols(pattern), (text,)) == matches(pattern, text)


@given(PATTERNS, PATTERNS)
def test_a_pattern_covers_itself_and_a_star_covers_all(pattern: str, other: str) -> None:
    assert covers(symbols(pattern), symbols(pattern))
    assert covers((Wild.RUN,), symbols(pattern))
    if covers(symbols(pattern), symbols(other)) and "*" in other:
        assert "*" in pattern


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


def test_an_unknown_is_matched_by_a_star_and_by_itself() -> None:
    unknown = Unknown("iot:ClientId")
    assert admits(("client/", unknown), ("client/", unknown))
    assert admits(("client/", Wild.RUN), ("client/", unknown))
    assert not admits(("client/", Unknown("iot:DomainName")), ("client/", unknown))
    assert not admits(("client/c1",), ("client/", unknown))
    assert covers((Wild.RUN,), (unknown,))
    assert covers(("client/", unknown), ("client/", unknown))
    assert not covers(("client/", unknown), ("client/", Unknown("iot:DomainName")))
    assert not covers(("client/", Wild.ONE), ("client/", unknown))
    assert not covers(("client/iot:ClientId",), ("client/", unknown))


def test_huge_patterns_are_compared_as_texts() -> None:
    huge = symbols("?a" * 200)
    assert covers(huge, huge)
    assert not covers(huge, symbols("?a" * 199 + "ba"))
