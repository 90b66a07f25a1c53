"""Areas of names, compared with each other and held to their names."""

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from authlens.core.policy.decision.areas import Area
from authlens.core.policy.wildcards import symbols

AREAS = st.builds(
    lambda patterns, negated: Area(tuple(symbols(one) for one in patterns), negated),
    st.lists(st.text(alphabet="ab*?", max_size=4), max_size=3),
    st.booleans(),
)
NAMES = st.text(alphabet="ab", max_size=4)


@given(AREAS, AREAS, st.lists(NAMES, max_size=8))
def test_what_is_said_of_two_areas_holds_for_every_name(one: Area, other: Area, names: list[str]) -> None:
    for name in names:
        if one.covers(other) and other.contains(name):
            assert one.contains(name)
        if one.is_apart_from(other):
            assert not (one.contains(name) and other.contains(name))


def made(*patterns: str, negated: bool = False) -> Area:
    return Area(tuple(symbols(one) for one in patterns), negated)


def test_covering() -> None:
    assert made("a*").covers(made("ab", "a*b"))
    assert not made("a*").covers(made("ab", "b"))
    assert made("a*", negated=True).covers(made("b*"))
    assert not made("a*", negated=True).covers(made("*b"))
    assert made("*").covers(made("a", negated=True))
    assert not made("a*").covers(made("a", negated=True))
    assert made("a", negated=True).covers(made("a*", negated=True))
    assert not made("a*", negated=True).covers(made("a", negated=True))


def test_apart() -> None:
    assert made("a*").is_apart_from(made("b*"))
    assert not made("a*").is_apart_from(made("*b"))
    assert made("ab").is_apart_from(made("a*", negated=True))


def test_in_words() -> None:
    assert made("a/*", "b").text == "a/*, b"
    assert made("a", negated=True).text == "everything except a"
    assert made("").text == "*"
    assert made().is_empty
    assert not made(negated=True).is_empty
