"""Areas of names, compared with each other and held to their names."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from authlens.core.policy.arn import Prefix
from authlens.core.policy.decision.areas import EVERYTHING, Area, area
from authlens.core.policy.variables import Context
from authlens.core.policy.wildcards import symbols, written
from support.policies import ARN, allow, document

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


def test_names_that_only_a_topic_filter_can_have() -> None:
    assert made("a/#").is_of_filters
    assert made("+/a", "*#").is_of_filters
    assert not made("a/#", "a/*").is_of_filters
    assert not made("*").is_of_filters
    assert not made().is_of_filters
    assert not made("a/#", negated=True).is_of_filters


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


def test_an_area_is_what_its_patterns_match_unless_negated() -> None:
    assert Area((EVERYTHING,)).contains("a")
    assert not Area((EVERYTHING,), negated=True).contains("a")


WEST = "arn:aws:iot:us-west-2:999999999999:"
HERE = Prefix("aws", "us-east-1", "123456789012")


@pytest.mark.parametrize(
    ("resources", "kind", "place", "patterns"),
    [
        (["*"], "topic", Prefix(), ["*"]),
        (["arn:aws:iot:*"], "client", Prefix(), ["*"]),
        ([ARN + "*"], "topic", Prefix(), ["*"]),
        ([ARN + "top*"], "topic", Prefix(), ["*"]),
        ([ARN + "topic/a:b", ARN + "topic/a:b", ARN + "client/x", ARN + "topic/c"], "topic", Prefix(), ["a:b", "c"]),
        ([ARN + "topic/${iot:ClientId}/*"], "topic", Prefix(), ["c:${*}/*"]),
        ([ARN + "topic/${iot:DomainName}/?"], "topic", Prefix(), ["${iot:DomainName}/?"]),
        ([ARN + "topic/"], "topic", Prefix(), [""]),
        ([ARN + "topic"], "topic", Prefix(), []),
        (["topic/a"], "topic", Prefix(), []),
        (["arn:aws:iot:*:*:topic/a"], "client", Prefix(), []),
        (["arn:aws:iot:*:topic/a"], "topic", Prefix(), ["*:topic/a", "a"]),
        (["arn:aws:iot:*:topic/a"], "client", Prefix(), ["*:topic/a"]),
        ([WEST + "topic/a", ARN + "topic/b"], "topic", Prefix(region="us-west-2"), ["a"]),
        ([WEST + "topic/a", ARN + "topic/b"], "topic", Prefix(account="123456789012"), ["b"]),
        ([WEST + "topic/a", ARN + "topic/b"], "topic", HERE, ["b"]),
        (["arn:aws-cn:iot:us-east-1:*:topic/a"], "topic", HERE, []),
        (["arn:aws:iot:us-east-1:*:topic/a"], "topic", HERE, ["a"]),
        (["*"], "*", Prefix(), [""]),
        (["?"], "*", Prefix(), [""]),
        ([ARN + "topic/a", "arn:*", "a*"], "*", Prefix(), []),
    ],
)
@pytest.mark.parametrize("negated", [False, True])
def test_the_names_that_resources_match(
    resources: list[str], kind: str, place: Prefix, patterns: list[str], negated: bool
) -> None:
    elements = document(allow("*", "*") | {"Resource": resources}).statements[0].resources
    found = area(elements, kind, Context({"iot:ClientId": ("c:*",)}), place, negated)
    assert ([written(pattern) for pattern in found.patterns], found.negated) == (patterns, negated)
    assert found.is_empty is (patterns == [] and not negated)
