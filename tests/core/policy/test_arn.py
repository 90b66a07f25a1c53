from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from authlens.core.policy import arn
from authlens.core.policy.variables import Context, template


def test_an_arn_has_six_fields_and_its_tail_may_hold_colons() -> None:
    found = arn.split("arn:aws:iot:us-east-1:123456789012:topic/a:b/c")
    assert found == arn.Arn("aws", "iot", "us-east-1", "123456789012", "topic/a:b/c")
    assert (found.type, found.name) == ("topic", "a:b/c")
    assert str(found) == "arn:aws:iot:us-east-1:123456789012:topic/a:b/c"


@pytest.mark.parametrize("text", ["", "*", "topic/a", "arn:aws:iot:*", "urn:aws:iot:us-east-1:1:topic/a"])
def test_other_texts_are_not_arns(text: str) -> None:
    assert arn.split(text) is None


@pytest.mark.parametrize(
    ("text", "name"),
    [
        ("arn:aws:lambda:us-east-1:123456789012:function:auth", "auth"),
        ("arn:aws:lambda:us-east-1:123456789012:function:auth:live", "auth"),
        ("arn:aws:lambda:us-east-1:123456789012:function", ""),
        ("arn:aws:lambda:us-east-1:123456789012:layer:auth", ""),
        ("arn:aws:iot:us-east-1:123456789012:function:auth", ""),
        ("auth", ""),
    ],
)
def test_the_function_that_an_arn_names(text: str, name: str) -> None:
    assert arn.function_named(text) == name


@pytest.mark.parametrize(
    ("region", "partition"),
    [
        ("cn-north-1", "aws-cn"),
        ("us-gov-west-1", "aws-us-gov"),
        ("eusc-de-east-1", "aws-eusc"),
        ("us-iso-west-1", "aws-iso"),
        ("us-isob-east-1", "aws-iso-b"),
        ("eu-isoe-west-1", "aws-iso-e"),
        ("us-isof-south-1", "aws-iso-f"),
        ("eu-west-1", "aws"),
        ("us-east-1", "aws"),
    ],
)
def test_the_region_tells_the_partition(region: str, partition: str) -> None:
    assert arn.partition_of(region) == partition


@pytest.mark.parametrize(
    ("pattern", "expected"),
    [
        ("arn:aws:iot:us-west-2:999999999999:topic/a", True),
        ("arn:aws-cn:iot:cn-north-1:*:topic/?", True),
        ("arn:*:iot:eu-*:??????:topic/*", True),
        ("arn:aws:iot:*", True),
        ("arn:aws:iot:us-*", True),
        ("arn:aws:iot:us-east-1:9999*", True),
        ("arn:*", True),
        ("*", True),
        ("*topic/a", True),
        ("arn:aws:us-east-1:123456789012:topic/a", False),
        ("arn:aws:sns:us-east-1:123456789012:topic/a", False),
        ("topic/a", False),
        ("arn:aws:iot:us-west-2:999999999999:topic/b", False),
    ],
)
def test_a_tail_without_region_and_account_matches_any(pattern: str, expected: bool) -> None:
    text = arn.asked("topic/a").against(arn.fitting_prefix(pattern))
    assert template(pattern).glob(Context({})).matches(text) is expected


@pytest.mark.parametrize(
    ("region", "account", "pattern", "expected"),
    [
        ("us-east-1", "123456789012", "arn:aws:iot:us-east-1:123456789012:topic/a", True),
        ("us-east-1", None, "arn:aws:iot:us-east-1:999999999999:topic/a", True),
        ("us-east-1", None, "arn:aws:iot:us-west-2:999999999999:topic/a", False),
        (None, "123456789012", "arn:aws-cn:iot:cn-north-1:123456789012:topic/a", True),
        (None, "123456789012", "arn:aws:iot:us-east-1:999999999999:topic/a", False),
        ("cn-north-1", None, "arn:aws:iot:cn-north-1:123456789012:topic/a", False),
    ],
)
def test_region_and_account_complete_a_tail(
    region: str | None, account: str | None, pattern: str, expected: bool
) -> None:
    text = arn.asked("topic/a", region, account).against(arn.fitting_prefix(pattern))
    assert template(pattern).glob(Context({})).matches(text) is expected


@given(st.text(), st.text())
def test_a_whole_arn_and_a_star_are_never_completed(pattern: str, tail: str) -> None:
    for text in (f"arn:{tail}", "*"):
        assert arn.asked(text, "us-east-1", "1").against(arn.fitting_prefix(pattern)) == text


@pytest.mark.parametrize(
    ("asked", "shown", "tail"),
    [
        (arn.asked("topic/a"), "topic/a", "topic/a"),
        (arn.asked("topic/a", "eu-west-1"), "arn:aws:iot:eu-west-1:*:topic/a", "topic/a"),
        (arn.asked("topic/a", None, "1"), "arn:*:iot:*:1:topic/a", "topic/a"),
        (arn.asked("arn:aws:iot:r:1:topic/a", "eu-west-1"), "arn:aws:iot:r:1:topic/a", "topic/a"),
        (arn.asked("*", "eu-west-1"), "*", "*"),
    ],
    ids=str,
)
def test_what_was_asked_is_shown_completed(asked: arn.Asked, shown: str, tail: str) -> None:
    assert (str(asked), asked.tail) == (shown, tail)


def test_the_colon_of_a_variable_parts_no_fields() -> None:
    found = arn.split("arn:aws:iot:${aws:RequestedRegion}:${AWS::AccountId}:topic/${iot:ClientId}")
    assert found is not None
    assert (found.region, found.account) == ("${aws:RequestedRegion}", "${AWS::AccountId}")
    assert found.tail == "topic/${iot:ClientId}"
    assert arn.fields_of("arn:${:x") == ["arn", "${", "x"]


@pytest.mark.parametrize(
    ("resource", "tail"),
    [
        ("arn:aws:iot:us-east-1:123456789012:topic/a:b", "topic/a:b"),
        ("arn:aws:iot:*", "*"),
        ("arn:", ""),
        ("topic/a:b", "topic/a:b"),
        ("*", "*"),
    ],
)
def test_the_tail_of_a_resource(resource: str, tail: str) -> None:
    assert arn.tail_of(resource) == tail


def test_a_sibling_is_in_the_same_place() -> None:
    prefix = arn.asked("topic/a", "eu-west-1").prefix
    assert arn.asked("topic/a", "eu-west-1").sibling("client/b") == arn.Asked("client/b", prefix)
    assert arn.asked("arn:aws:iot:r:1:topic/a").sibling("client/b") == arn.Asked("arn:aws:iot:r:1:client/b")
    assert arn.asked("*").sibling("client/b") == arn.Asked("client/b")


@pytest.mark.parametrize(
    ("pattern", "prefix"),
    [
        ("arn:aws:iot:None:None:client/a", arn.Prefix("aws")),
        ("arn:aws:iot:undefined:123456789012:client/a", arn.Prefix("aws", None, "123456789012")),
        ("arn:aws:iot:REGION:ACCOUNT:client/a", arn.Prefix("aws")),
        ("arn:aws:iot:us-east-?:12345678901?:client/a", arn.Prefix("aws", "us-east-x", "123456789010")),
        ("arn:aws:iot:us-*:1*2:client/a", arn.Prefix("aws", "us-", "12")),
        ("arn:${a}:iot:${aws:Region}:${AWS::AccountId}:client/a", arn.Prefix()),
        ("arn:aws:iot:us-east-${?}:*:client/a", arn.Prefix("aws", "us-east-x")),
        ("arn:aws:iot::account-id:client/a", arn.Prefix("aws")),
        ("*", arn.Prefix()),
        ("arn:aws", arn.Prefix("aws")),
        ("arn:aws:iot:us-east-1", arn.Prefix("aws", "us-east-1")),
        ("arn:aws:iot:us-east-1:12:", arn.Prefix("aws", "us-east-1", "12")),
        ("", arn.Prefix()),
    ],
)
def test_the_prefix_that_a_pattern_fits(pattern: str, prefix: arn.Prefix) -> None:
    assert arn.fitting_prefix(pattern) == prefix
