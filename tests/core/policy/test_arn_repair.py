"""Texts that are not ARNs of AWS IoT, and what they were meant to be."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from authlens.core.policy.arn_repair import ArnRepair, repair

WEST = "arn:aws:iot:us-west-2:123456789012:"


@pytest.mark.parametrize(
    ("text", "meant", "fault"),
    [
        ("arn:aws:iot:us-west-2:123456789012topic/a/b", WEST + "topic/a/b", "lacks the colon before `topic/`"),
        (
            "arn:aws:iot:us-west-2:123456789012/client/a",
            WEST + "client/a",
            "has a slash where the colon before `client/` belongs",
        ),
        (
            "arn:aws:iot:us-west-2:123456789012:/thing/a",
            WEST + "thing/a",
            "has a slash before `thing/`, which makes it a different resource",
        ),
        ("arn:aws:iot:us-west-2:123456789012::thing/a", WEST + "thing/a", "has two colons before `thing/`"),
        (
            "arn:aws:iot:us-west-2:123456789012:topic:a/b",
            WEST + "topic/a/b",
            "has a colon after `topic` where a slash belongs",
        ),
        ("arn:aws:iot:us-west-2:123456789012: topic/a", WEST + "topic/a", "has white space before its resource"),
        ("arn:aws:iot:iot:us-west-2:123456789012:topic/a", WEST + "topic/a", "has its service twice"),
        ("arn:aws:aws:iot:us-west-2:123456789012:topic/a", WEST + "topic/a", "has its partition twice"),
        ("arn:aws:iot:us-west-2:us-west-2:123456789012:topic/a", WEST + "topic/a", "has its region twice"),
        ("arn:aws:us-west-2:123456789012:topic/a", WEST + "topic/a", "lacks its service, `iot`"),
        ("arn:iot:us-west-2:123456789012:topic/a", WEST + "topic/a", "lacks its partition, `aws`"),
        (
            "arn:iot:cn-north-1:123456789012:topic/a",
            "arn:aws-cn:iot:cn-north-1:123456789012:topic/a",
            "lacks its partition, `aws-cn`",
        ),
        (
            "arn:aws:iot:eusc-de-east-1:123456789012topic/a",
            "arn:aws-eusc:iot:eusc-de-east-1:123456789012:topic/a",
            "lacks the colon before `topic/`",
        ),
        ("aws:iot:us-west-2:123456789012:topic/a", WEST + "topic/a", "lacks `arn:` at its start"),
        ("iot:us-west-2:123456789012:topic/a", WEST + "topic/a", "is not an ARN of AWS IoT"),
        ("arn:aws:iot:123456789012:us-west-2:topic/a", WEST + "topic/a", "has its region and account swapped"),
        ("arn:aws:iot:us-west-2123456789012:topic/a", WEST + "topic/a", "lacks the colon between region and account"),
        ("arn:aws:iot:us-west-2:topic/a", "arn:aws:iot:us-west-2:*:topic/a", "lacks its account"),
        ("arn:aws:iot:us-west-2:123456789012:123456789012:topic/a", WEST + "topic/a", "has its account twice"),
        ("arn:aws:iot:123456789012:topic/a", "arn:aws:iot:*:123456789012:topic/a", "lacks its region"),
        ("arn:aws:iot:::topic/a", "arn:aws:iot:*:*:topic/a", "leaves its region and account empty"),
        ("arn:aws:iot:us-west-2::topic/a", "arn:aws:iot:us-west-2:*:topic/a", "leaves its account empty"),
        ("arn:aws:iot:topic/a", "arn:aws:iot:*:*:topic/a", "lacks its region and account"),
        (
            "arn:aws:iot:None:None:client/*",
            "arn:aws:iot:*:*:client/*",
            "contains `None`, a missing value formatted as text",
        ),
        (
            "arn:aws:iot:us-west-2:undefined:topic/a",
            "arn:aws:iot:us-west-2:*:topic/a",
            "contains `undefined`, a missing value formatted as text",
        ),
        (" " + WEST + "topic/a", WEST + "topic/a", "begins or ends with white space"),
        ("topic/a", "arn:aws:iot:*:*:topic/a", "is only the tail of an ARN"),
        (
            "arn:aws-cn:iot:cn-north-1:123456789012topic/a",
            "arn:aws-cn:iot:cn-north-1:123456789012:topic/a",
            "lacks the colon before `topic/`",
        ),
        (
            "arn:aws:iot:us-west-2:123456789012topic/${iot:ClientId}",
            WEST + "topic/${iot:ClientId}",
            "lacks the colon before `topic/`",
        ),
        (
            "arn:aws:iot:null:undefined:topic/a",
            "arn:aws:iot:*:*:topic/a",
            "contains `null` and `undefined`, missing values formatted as text",
        ),
        ("arn:aws:iot::123456789012:topic/a", "arn:aws:iot:*:123456789012:topic/a", "leaves its region empty"),
        ("arn:aws:iot:*:123456789012topic/a", "arn:aws:iot:*:123456789012:topic/a", "lacks the colon before `topic/`"),
        ("arn:aws:iot:us-west-2:*topic/a", "arn:aws:iot:us-west-2:*:topic/a", "lacks the colon before `topic/`"),
        ("arn:aws:iot:us-west-2:123456789012 :topic/a", WEST + "topic/a", "has white space before its resource"),
        ("topic/a:b", "arn:aws:iot:*:*:topic/a:b", "is only the tail of an ARN"),
    ],
)
def test_what_was_meant(text: str, meant: str, fault: str) -> None:
    found = repair(text)
    assert found is not None
    assert found.arn == meant
    assert found.fault == fault
    assert repair(found.arn) is None


@pytest.mark.parametrize(
    "text",
    [
        WEST + "topic/a",
        WEST + "topic//a",
        WEST + "topic/arn:aws:iot:topic/b",
        "arn:aws:iot:*:*:topic/*",
        "arn:aws:sns:us-west-2:123456789012:topic/a",
        "arn:aws:iot:us-west-2:1234:topic/a",
        "arn:aws:iot:*:*:*:topic/a",
        "arn:aws:iot:us-west-2:*:*topic/a",
        "arn:aws:iot:*:123456789012:*topic/a",
        WEST + "cert/a",
        "arn:aws:iot:${AWS::Region}:123456789012topic/a",
        "*",
        "",
    ],
)
def test_what_has_no_fault_or_cannot_be_repaired(text: str) -> None:
    assert repair(text) is None


@given(st.text(alphabet="arnws:iot-2/topclie*? N", max_size=40))
def test_a_repair_leaves_no_fault(text: str) -> None:
    found = repair(text)
    assert found is None or (isinstance(found, ArnRepair) and repair(found.arn) is None)
