"""The operators of IAM's page on condition operators, row by row, and its rules for several values."""

from __future__ import annotations

from datetime import UTC, datetime
from decimal import Decimal
from ipaddress import IPv4Network, IPv6Network

import pytest

from authlens.core.policy.conditions import BASES, operator_named, read_date, read_network, read_number
from authlens.core.policy.variables import Context, template

ARN = "arn:aws:iot:us-east-1:123456789012:topic/"


def holds(name: str, wanted: list[str], actual: list[str] | None, **context: tuple[str, ...]) -> bool:
    operator = operator_named(name)
    assert operator is not None
    values = tuple(template(text) for text in wanted)
    return operator.holds(values, None if actual is None else tuple(actual), Context(context))


COMPARISONS = [
    ("StringEquals", "a*", "a*", True),
    ("StringEquals", "a*", "ab", False),
    ("StringEquals", "a", "A", False),
    ("StringNotEquals", "a", "b", True),
    ("StringNotEquals", "a", "a", False),
    ("StringEqualsIgnoreCase", "a", "A", True),
    ("StringNotEqualsIgnoreCase", "a", "A", False),
    ("StringLike", "a*", "ab", True),
    ("StringLike", "a${*}", "ab", False),
    ("StringNotLike", "a?", "ab", False),
    ("ArnEquals", ARN + "a/*", ARN + "a/b/c", True),
    ("ArnLike", ARN + "a", ARN + "b", False),
    ("ArnLike", "arn:*:us-east-1:123456789012:topic/a:x", ARN + "a:x", False),
    ("ArnLike", "arn:*:*:*:*:topic/?", ARN + "a", True),
    ("ArnLike", "*", ARN + "a", False),
    ("ArnNotLike", "*", ARN + "a", True),
    ("ArnLike", "arn:aws:iot:*:topic/a", ARN + "a", False),
    ("ArnLike", ARN + "a", "topic/a", False),
    ("ArnLike", ARN + "a:*:b", ARN + "a:x:b", True),
    ("ArnNotEquals", ARN + "a", ARN + "b", True),
    ("ArnNotLike", ARN + "*", ARN + "b", False),
    ("Bool", "true", "True", True),
    ("Bool", "true", "false", False),
    ("BinaryEquals", "YQ==", "YQ==", True),
    ("BinaryEquals", "YQ==", "a", False),
    ("BinaryEquals", "Y!Q==", "YQ==", False),
    ("BinaryEquals", "é", "é", True),
    ("IpAddress", "203.0.113.0/24", "203.0.113.9", True),
    ("IpAddress", "203.0.113.9", "203.0.113.9", True),
    ("IpAddress", "203.0.113.5/24", "203.0.113.9", True),
    ("IpAddress", "203.0.113.0/24", "198.51.100.1", False),
    ("IpAddress", "2001:db8::/32", "2001:db8::1", True),
    ("IpAddress", "2001:db8::/32", "203.0.113.9", False),
    ("IpAddress", "somewhere", "203.0.113.9", False),
    ("IpAddress", "203.0.113.0/24", "somewhere", False),
    ("NotIpAddress", "203.0.113.0/24", "somewhere", True),
    ("NotIpAddress", "203.0.113.0/24", "198.51.100.1", True),
    ("NotIpAddress", "203.0.113.0/24", "203.0.113.9", False),
    ("NumericEquals", "10", "10.0", True),
    ("NumericEquals", "10", "ten", False),
    ("NumericEquals", "nan", "nan", False),
    ("NumericNotEquals", "10", "11", True),
    ("NumericNotEquals", "10", "1e1", False),
    ("NumericLessThan", "10", "9.99", True),
    ("NumericLessThan", "10", "10", False),
    ("NumericLessThanEquals", "10", "10", True),
    ("NumericGreaterThan", "10", "1e999", True),
    ("NumericGreaterThan", "10", "10", False),
    ("NumericGreaterThanEquals", "10", "10", True),
    ("DateEquals", "2026-01-02T03:04:05Z", "1767323045", True),
    ("DateEquals", "2026-01-02T03:04:05Z", "2026-01-02T04:04:05+01:00", True),
    ("DateNotEquals", "2026-01-02", "2026-01-03", True),
    ("DateLessThan", "2026-01-02", "2026-01-01T23:59:59", True),
    ("DateLessThan", "2026-01-02", "2026-01-02", False),
    ("DateLessThanEquals", "2026-01-02", "2026-01-02T00:00:00Z", True),
    ("DateGreaterThan", "2026-01-02", "2026-01-03", True),
    ("DateEquals", "2026-01", "2026-01-01t00:00:00z", True),
    ("DateGreaterThanEquals", "2026-01-02", "soon", False),
    ("DateEquals", "999999999999", "999999999999", False),
]


@pytest.mark.parametrize(("name", "wanted", "actual", "expected"), COMPARISONS)
def test_comparisons(name: str, wanted: str, actual: str, expected: bool) -> None:
    assert holds(name, [wanted], [actual]) is expected


MOMENT = datetime(2026, 11, 1, tzinfo=UTC)


@pytest.mark.parametrize(
    ("text", "moment"),
    [
        ("2026-11", MOMENT),
        ("2026-11-01", MOMENT),
        ("2026-11-01t00:00:00z", MOMENT),
        ("2026-11-01T01:00:00+01:00", MOMENT),
        ("2026-11-01T00:00:00", MOMENT),
        ("1793491200", MOMENT),
        ("0", datetime(1970, 1, 1, tzinfo=UTC)),
        ("-1", datetime(1969, 12, 31, 23, 59, 59, tzinfo=UTC)),
        ("999999999999", None),
        ("2026-13", None),
        ("tomorrow", None),
        ("", None),
    ],
)
def test_dates(text: str, moment: datetime | None) -> None:
    assert read_date(text) == moment


@pytest.mark.parametrize(
    ("text", "network"),
    [
        ("203.0.113.5/24", IPv4Network("203.0.113.0/24")),
        ("203.0.113.5", IPv4Network("203.0.113.5/32")),
        ("2001:db8::1/32", IPv6Network("2001:db8::/32")),
        ("203.0.113", None),
        ("somewhere", None),
    ],
)
def test_networks(text: str, network: IPv4Network | IPv6Network | None) -> None:
    assert read_network(text) == network


@pytest.mark.parametrize(
    ("text", "number"), [("1e1", 10), ("-.5", Decimal("-0.5")), ("+5.", 5), ("ten", None), ("", None)]
)
def test_numbers(text: str, number: Decimal | int | None) -> None:
    assert read_number(text) == number


def test_every_operator_has_a_row() -> None:
    assert {name for name, *_ in COMPARISONS} | {"Null"} == set(BASES)


@pytest.mark.parametrize(
    ("name", "actual", "expected"),
    [
        ("StringEquals", None, False),
        ("StringNotEquals", None, True),
        ("StringEqualsIfExists", None, True),
        ("StringEqualsIfExists", ["b"], False),
        ("StringNotEqualsIfExists", None, True),
        ("StringEquals", [], False),
        ("StringNotEquals", [], True),
        ("StringEquals", ["b", "a"], True),
        ("StringNotEquals", ["b", "a"], False),
        ("ForAllValues:StringEquals", None, True),
        ("ForAllValues:StringEquals", [], True),
        ("ForAllValues:StringEquals", ["a", "a"], True),
        ("ForAllValues:StringEquals", [""], True),
        ("ForAllValues:StringEquals", ["", "a"], False),
        ("ForAllValues:StringEquals", ["a", "b"], False),
        ("ForAllValues:StringNotEquals", None, True),
        ("ForAllValues:StringNotEquals", ["b", "c"], True),
        ("ForAllValues:StringNotEquals", ["b", "a"], False),
        ("ForAnyValue:StringEquals", None, False),
        ("ForAnyValue:StringEquals", [], False),
        ("ForAnyValue:StringEquals", ["b", "a"], True),
        ("ForAnyValue:StringEquals", ["b"], False),
        ("ForAnyValue:StringNotEquals", None, False),
        ("ForAnyValue:StringNotEquals", ["a", "b"], True),
        ("ForAnyValue:StringNotEquals", ["a"], False),
        ("ForAnyValue:StringEqualsIfExists", None, True),
        ("ForAnyValue:StringEqualsIfExists", [], False),
    ],
)
def test_absent_empty_and_several_values(name: str, actual: list[str] | None, expected: bool) -> None:
    assert holds(name, ["a"], actual) is expected


def test_of_several_wanted_values_one_is_enough() -> None:
    assert holds("StringEquals", ["a", "b"], ["b"])
    assert not holds("StringNotEquals", ["a", "b"], ["b"])
    assert holds("StringNotEquals", ["a", "b"], ["c"])


@pytest.mark.parametrize(
    ("wanted", "actual", "expected"),
    [
        ("true", None, True),
        ("true", [], True),
        ("true", ["a"], False),
        ("false", None, False),
        ("false", [], False),
        ("False", ["a"], True),
        ("maybe", None, False),
    ],
)
def test_null(wanted: str, actual: list[str] | None, expected: bool) -> None:
    assert holds("Null", [wanted], actual) is expected


def test_no_wanted_value_matches_nothing() -> None:
    assert not holds("StringEquals", [], ["a"])
    assert holds("StringNotEquals", [], ["a"])
    assert holds("ForAllValues:StringEquals", [], [])
    assert not holds("ForAllValues:StringEquals", [], ["a"])


def test_variables_in_values_are_replaced_and_literal() -> None:
    context = {"iot:ClientId": ("c*",)}
    assert holds("StringEquals", ["${iot:ClientId}"], ["c*"], **context)
    assert holds("StringLike", ["${iot:ClientId}?"], ["c*1"], **context)
    assert not holds("StringLike", ["${iot:ClientId}"], ["c1"], **context)
    assert holds("ArnLike", [ARN + "${iot:ClientId}/*"], [ARN + "c*/a"], **context)


@pytest.mark.parametrize(
    "name",
    [
        "",
        "stringEquals",
        "StringEqual",
        "ForAll:StringEquals",
        "ForAnyValue:",
        "IfExists",
        "NullIfExists",
        "ForAnyValue:Null",
    ],
)
def test_other_names_are_not_operators(name: str) -> None:
    assert operator_named(name) is None
