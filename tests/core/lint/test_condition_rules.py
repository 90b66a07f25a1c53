from __future__ import annotations

import pytest

from authlens.core.lint import condition_rules
from support.lint_cases import Case, ids, messages, rule_cases, where

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
    [("StringEqual", "StringEquals"), ("ForAnyValue:stringlike", "StringLike"), ("BoolIfExist", "BoolIfExists")],
)
def test_the_nearest_operator(operator: str, meant: str) -> None:
    assert messages(where(operator, "iot:ClientId", "a"), "unknown-operator") == [
        f"`{operator}` is not a condition operator; did you mean {meant}?"
    ]
    assert messages(where("zzzzzz", "iot:ClientId", "a"), "unknown-operator") == [
        "`zzzzzz` is not a condition operator"
    ]
