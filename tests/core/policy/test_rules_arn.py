from __future__ import annotations

import pytest

from authlens.core.policy import rules_arn
from support.lint_cases import Case, ids, rule_cases

CASES = list(rule_cases(rules_arn.RULES))


@pytest.mark.parametrize("case", CASES, ids=lambda case: case.rule)
def test_the_rule_speaks_of_the_one_and_not_of_the_other(case: Case) -> None:
    assert case.rule in ids(case.fires, **case.known)
    assert case.rule not in ids(case.silent, **case.known)


@pytest.mark.parametrize(
    ("resource", "slip"),
    [
        ("*", None),
        ("arn:*", None),
        ("arn:aws:iot:*", None),
        ("arn:aws:*:*:*:topic/a", None),
        ("arn:aws:iot:us-east-1:123456789012:*", None),
        ("arn:aws:iot:${r}:??????789012:topic/a:b", None),
        ("arn:aws-iso-b:iot:us-isob-east-1:123456789012:topic/a", None),
        ("topic/a", "malformed-arn"),
        (" arn:aws:iot:us-east-1:123456789012:topic/a", "malformed-arn"),
        ("arn:aws:iot:us-east-1:topic/a", "malformed-arn"),
        ("arn:aws:iot:us-east-1::topic/a", "malformed-arn"),
        ("arn:aws:iot:<region>:123456789012:topic/a", "malformed-arn"),
        ("arn:aws:iot:us-east-1:ACCOUNT_ID:topic/a", "malformed-arn"),
        ("arn:aws:iot:us-east-1: 23456789012:topic/a", "malformed-arn"),
        ("arn:AWS:iot:us-east-1:123456789012:topic/a", "malformed-arn"),
        ("arn:aws:sns:us-east-1:123456789012:topic/a", "malformed-arn"),
        ("arn:aws:us-east-1:123456789012:topic/*", "arn-without-service"),
        ("arn:aws:us-east-1:123456789012:topic/a:b", "arn-without-service"),
        ("arn:aws:iot:us-east-1:123456789012:/thing/*", "slash-before-type"),
        ('["a", "b"', "stringified-array"),
        ('["arn:aws:iot:*", "b"]', "stringified-array"),
    ],
)
def test_the_first_slip_of_an_arn(resource: str, slip: str | None) -> None:
    found = rules_arn.arn_slip(resource)
    assert (found and found[0]) == slip
