from __future__ import annotations

import re
from collections.abc import Callable
from contextlib import suppress
from functools import cache
from itertools import product

import pytest
from hypothesis import given
from hypothesis import strategies as st

from authlens.core.policy.wildcards import (
    Symbol,
    TooMuchWork,
    Unknown,
    Wild,
    admits,
    bounded_work,
    compile_symbols,
    covers,
    intersects,
    residuals,
    shared_work,
    symbols,
    written,
)

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


@pytest.mark.parametrize(("stars", "expected"), [(3999, True), (4000, False)])
def test_how_much_a_pattern_with_question_marks_may_take(stars: int, expected: bool) -> None:
    assert covers(symbols("?" + "*" * stars), symbols("a")) is expected


@pytest.mark.parametrize(("length", "expected"), [(1000, False), (1001, True)])
def test_how_long_patterns_may_be_to_be_compared(length: int, expected: bool) -> None:
    """Longer ones count as a match."""
    assert intersects(symbols("a" * 100), symbols("b" * length)) is expected


def cost(work: Callable[[], object]) -> int:
    """The smallest bound that lets it finish."""
    for steps in range(200):
        with bounded_work(steps), suppress(TooMuchWork):
            work()
            return steps
    raise AssertionError("it takes more")


@pytest.mark.parametrize(
    ("work", "steps"),
    [
        (lambda: compile_symbols(()), 4),
        (lambda: compile_symbols(symbols("ab*?")), 4 + 3),
        (lambda: covers(symbols("a"), symbols("b?*")), 4 + 1 + 3),
        (lambda: covers(symbols("cost-?"), symbols("cost-b")), 4 + 2 + 1),
        (lambda: intersects(symbols("abc"), symbols("a*")), 10 + 3 * 2 // 4),
        (lambda: residuals(symbols("abc"), "ab"), 10 + 2 * 3),
        (lambda: residuals(symbols("abc"), "b"), 10 + 2 * 3),
        (lambda: admits(symbols("abc"), symbols("a*")), 4 + 1 + 2),
    ],
)
def test_what_comparing_costs(work: Callable[[], object], steps: int) -> None:
    assert cost(work) == steps


def test_of_two_bounds_the_outer_one_applies() -> None:
    with bounded_work(7), bounded_work(100):
        compile_symbols(symbols("ab*?"))
        with pytest.raises(TooMuchWork):
            compile_symbols(())
    compile_symbols(symbols("?" * 500))


def test_bounds_share_what_they_may_take_together() -> None:
    with shared_work(10):
        compile_symbols(symbols("?" * 500))
        with bounded_work(100):
            compile_symbols(symbols("ab*?"))
        with bounded_work(100), pytest.raises(TooMuchWork):
            compile_symbols(())
        with bounded_work(100), pytest.raises(TooMuchWork):
            compile_symbols(())
    with bounded_work(100):
        compile_symbols(symbols("?" * 50))


ALL_TEXTS = ["".join(letters) for size in range(6) for letters in product("ab", repeat=size)]
"""Every text of up to five letters, for the oracle."""
ALL_PATTERNS = ["".join(letters) for size in range(5) for letters in product("ab*?", repeat=size)]


@cache
def oracle(pattern: str, text: str) -> bool:
    """The definition, letter by letter and without a regular expression."""
    if not pattern:
        return not text
    if pattern[0] == "*":
        return oracle(pattern[1:], text) or (bool(text) and oracle(pattern, text[1:]))
    return bool(text) and pattern[0] in ("?", text[0]) and oracle(pattern[1:], text[1:])


def test_every_short_pattern_on_every_short_text() -> None:
    for pattern in ALL_PATTERNS:
        glob = compile_symbols(symbols(pattern))
        assert [text for text in ALL_TEXTS if glob.matches(text)] == [
            text for text in ALL_TEXTS if oracle(pattern, text)
        ]


@pytest.mark.parametrize("middle", ["aa", "aba", "a?a", "??", "ab?", "?b"])
def test_runs_between_stars_do_not_overlap(middle: str) -> None:
    for pattern in (f"*{middle}*{middle}*", f"{middle}*{middle}", f"*{middle}*a*", f"a*{middle}*{middle}*b"):
        glob = compile_symbols(symbols(pattern))
        for text in ("".join(letters) for size in range(3, 8) for letters in product("ab", repeat=size)):
            assert glob.matches(text) is oracle(pattern, text), (pattern, text)


SMALL = st.text(alphabet="ab*?", max_size=4)


@given(SMALL, SMALL)
def test_patterns_intersect_where_a_text_is_matched_by_both(one: str, other: str) -> None:
    found = intersects(symbols(one), symbols(other))
    common = any(matches(one, text) and matches(other, text) for text in _candidates(one, other))
    assert found is common


def _candidates(one: str, other: str) -> set[str]:
    """Texts of which one is matched by both patterns if any is: as long as both literals together, of their letters."""
    letters = sorted(set(one + other) - set("*?")) or ["a"]
    longest = sum(letter not in "*" for letter in one) + sum(letter not in "*" for letter in other)
    return {"".join(each) for size in range(longest + 1) for each in product(letters, repeat=size)}


@pytest.mark.parametrize(
    ("one", "other", "expected"),
    [
        ("a*", "*b", True),
        ("a*", "b*", False),
        ("a?c", "ab*", True),
        ("a", "a", True),
        ("a", "aa", False),
        ("", "*", True),
        ("", "?", False),
        ("a/*/c", "a/b/*", True),
        ("*a", "*b", False),
        ("?", "??", False),
        ("*", "*", True),
    ],
)
def test_intersecting(one: str, other: str, expected: bool) -> None:
    assert intersects(symbols(one), symbols(other)) is expected
    assert intersects(symbols(other), symbols(one)) is expected


def test_an_unknown_may_be_any_text_where_patterns_intersect() -> None:
    assert intersects(("a/", Unknown("x")), ("a/b",))
    assert not intersects(("a/", Unknown("x")), ("b/", Wild.RUN))


def test_huge_patterns_may_intersect() -> None:
    assert intersects(symbols("a" * 400), symbols("b" * 400))


@given(PATTERNS, TEXTS, TEXTS)
def test_what_is_left_after_a_beginning(pattern: str, start: str, rest: str) -> None:
    left = residuals(symbols(pattern), start)
    assert any(compile_symbols(each).matches(rest) for each in left) is matches(pattern, start + rest)
    for each in left:
        assert not any(covers(other, each) for other in left if other is not each)


@pytest.mark.parametrize(
    ("pattern", "start", "left"),
    [
        ("topic/a/*", "topic/", ["a/*"]),
        ("*", "topic/", ["*"]),
        ("t*c/a", "topic/", ["a", "*c/a"]),
        ("topic", "topic/", []),
        ("topic/", "topic/", [""]),
        ("*c*", "topic/", ["*"]),
        ("topi?/?", "topic/", ["?"]),
    ],
)
def test_residuals(pattern: str, start: str, left: list[str]) -> None:
    assert sorted(map(written, residuals(symbols(pattern), start))) == sorted(left)


def test_a_pattern_is_written_as_a_policy_has_it() -> None:
    parts: tuple[Symbol, ...] = ("a*?", Wild.RUN, Unknown("iot:ClientId"), Wild.ONE)
    assert written(parts) == "a${*}${?}*${iot:ClientId}?"
