from __future__ import annotations

import pytest

from authlens.core.lint import condition_rules
from support.lint_cases import Case, findings, ids, messages, rule_cases, where
from support.policies import deny, text

CASES = list(rule_cases(condition_rules.RULES))


@pytest.mark.parametrize("case", CASES, ids=lambda case: case.rule)
def test_the_rule_speaks_of_the_one_and_not_of_the_other(case: Case) -> None:
    assert case.rule in ids(case.fires, **case.known)
    assert case.rule not in ids(case.silent, **case.known)


@pytest.mark.parametrize(
    ("operator", "value", "fine"),
    [
        ("IpAddress", "10.0.0.0/8", True),
        ("NotIpAddress", "10.0.0", False),
        ("NumericLessThan", "1.5", True),
        ("NumericLessThan", "a", False),
        ("DateGreaterThan", "2026-01-01T00:00:00Z", True),
        ("DateGreaterThan", "tomorrow", False),
        ("Bool", "True", True),
        ("Bool", "yes", False),
        ("Null", "no", False),
        ("ArnLike", "arn:aws:iot:*:*:topic/*", True),
        ("ForAnyValue:ArnLike", "topic/a", False),
        ("ArnEquals", "${iot:ClientId}", True),
        ("Bool", "${iot:ClientId}", False),
        ("NumericEquals", "${iot:ClientId}", False),
        ("IpAddress", "${aws:SourceIp}", False),
        ("StringLike", "anything", True),
    ],
)
def test_values_that_an_operator_can_read(operator: str, value: str, fine: bool) -> None:
    assert ("condition-value" not in ids(where(operator, "aws:SourceIp", value))) is fine
    said = messages(where(operator, "aws:SourceIp", value), "condition-value")
    wanted = ("an IP address or range", "a number", "a date", "true or false", "an ARN")
    assert fine or said[0] in [f"`{value}` is not {one}, which {operator} compares" for one in wanted]


@pytest.mark.parametrize(
    ("operator", "meant"),
    [
        ("StringEqual", "StringEquals"),
        ("ForAnyValue:stringlike", "ForAnyValue:StringLike"),
        ("ForAllValue:StringEquals", "ForAllValues:StringEquals"),
        ("Some:StringEquals", "StringEquals"),
        ("BoolIfExist", "BoolIfExists"),
        ("NullIfExists", "Null"),
        ("ForAnyValue:Null", "Null"),
        ("ForAnyValue:zzzzzz", None),
        ("zzzzzz", None),
    ],
)
def test_the_nearest_operator(operator: str, meant: str | None) -> None:
    assert messages(where(operator, "iot:ClientId", "a"), "unknown-operator") == [
        f"`{operator}` is not a condition operator" + (f"; did you mean {meant}?" if meant else "")
    ]


LAST_WILL = "connections under a condition on iot:LastWillTopic have been seen to drop after 30 seconds to 5 minutes"


@pytest.mark.parametrize(
    ("operator", "key", "values", "found"),
    [
        (
            "StringEquals",
            "iot:ClientId",
            [],
            [("empty-condition", 10, "StringEquals on iot:ClientId has no value, so it is never met")],
        ),
        (
            "ForAnyValue:StringEquals",
            "iot:ClientId",
            [],
            [("empty-condition", 10, "ForAnyValue:StringEquals on iot:ClientId has no value, so it is never met")],
        ),
        ("StringNotEquals", "iot:ClientId", [], []),
        ("ForAllValues:StringEquals", "iot:ClientId", [], []),
        ("StringEquals", "IOT:lastwilltopic", ["a"], [("last-will-topic", 10, LAST_WILL)]),
        (
            "ForAllValues:StringEquals",
            "iot:ClientId",
            ["a"],
            [
                (
                    "for-all-values",
                    9,
                    "ForAllValues:StringEquals is also met when iot:ClientId is absent or has no value",
                )
            ],
        ),
        (
            "StringEquals",
            "IOT:ConnectAttributes",
            ["a", "b"],
            [
                (
                    "several-values",
                    9,
                    "IOT:ConnectAttributes may have several values; StringEquals compares with a single one",
                )
            ],
        ),
        (
            "StringLike",
            "iot:Certificate.Subject.CommonName.list",
            ["a"],
            [
                (
                    "several-values",
                    9,
                    "iot:Certificate.Subject.CommonName.list may have several values; "
                    "StringLike compares with a single one",
                )
            ],
        ),
        ("ForAnyValue:StringEquals", "iot:ConnectAttributes", ["a"], []),
        ("Null", "iot:ConnectAttributes", ["true"], []),
        ("StringEquals", "iot:ClientId", ["a"], []),
        (
            "Bool",
            "iot:ClientId",
            ["x", "true", "y"],
            [
                ("condition-value", 11, "`x` is not true or false, which Bool compares"),
                ("condition-value", 13, "`y` is not true or false, which Bool compares"),
            ],
        ),
        ("NumericEquals", "iot:ClientId", ["0"], []),
        ("ArnLike", "iot:ClientId", ["arn:a:b:c:d:e:f"], []),
        ("ArnLike", "iot:ClientId", ["arn:a:b:c:d:e"], []),
        (
            "ArnLike",
            "iot:ClientId",
            ["arn:a:b:c:d"],
            [("condition-value", 11, "`arn:a:b:c:d` is not an ARN, which ArnLike compares")],
        ),
        (
            "ArnLike",
            "iot:ClientId",
            ["a:b:c:d:e:f"],
            [("condition-value", 11, "`a:b:c:d:e:f` is not an ARN, which ArnLike compares")],
        ),
    ],
)
def test_findings(operator: str, key: str, values: list[str], found: list[tuple[str, int, str]]) -> None:
    rules = {rule.id for rule in condition_rules.RULES}
    written = where(operator, key, *values)
    assert [(one.id, one.line, one.message) for one in findings(written) if one.id in rules] == found


def test_a_deny_for_all_values_is_safe() -> None:
    condition = {"ForAllValues:StringEquals": {"iot:ClientId": ["a"]}}
    assert "for-all-values" not in ids(text(deny("iot:Connect", "client/c1", Condition=condition)))
