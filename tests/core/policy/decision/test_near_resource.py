from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from support.policies import ARN, allow, ask, document, misses

WEST = "arn:aws:iot:us-west-2:999999999999:"


@pytest.mark.parametrize(
    ("resource", "asked", "words"),
    [
        ("topic/${iot:DomainName}", "topic/a", "`${iot:DomainName}` has no value here and stays as text"),
        ("topic/${iot:ConnectAttributes}", "topic/a", "has 2 values"),
        ("topic/${iot:Connection.Thing.ThingName}", "topic/a", "has neither a thing nor a certificate"),
        ("topic/${iot:Certificate.SerialNumber}", "topic/a", "has neither a thing nor a certificate"),
        (
            "topic/${iot:ClientId}",
            "topic/a",
            "`${iot:ClientId}` is `c1`, so `topic/${iot:ClientId}` becomes `topic/c1`",
        ),
        (
            "arn:aws:us-east-1:123456789012:topic/a",
            "topic/a",
            "lacks its service, `iot`; write `arn:aws:iot:us-east-1:123456789012:topic/",
        ),
        (
            "arn:aws:us-east-1:123456789012:topic/*",
            "topic/a",
            "lacks its service, `iot`; write `arn:aws:iot:us-east-1:123456789012:topic/",
        ),
        ("/topic/a", "topic/a", "has a slash before `topic/`"),
        ("topic/a ", "topic/a", "begins or ends with white space"),
        (f'["{ARN}topic/b", 7, "{ARN}topic/a"]', "topic/a", "is a list written as one string"),
        (
            WEST + "topic/a",
            "topic/a",
            "its ARN has the region `us-west-2` where the question has `us-east-1` and the account",
        ),
        ("arn:aws-cn:iot:us-east-1:123456789012:topic/a", "topic/a", "the partition `aws-cn`"),
        ("topicfilter/a", "topic/a", "`topicfilter/a` needs to be `topic/a` for iot:Publish"),
        (WEST + "client/*", "topic/a", "`client/*` needs to be `topic/*` for iot:Publish"),
        (
            WEST + "client/*",
            "topic/a",
            "; and its ARN has the region `us-west-2` where the question has `us-east-1` and the account",
        ),
        ("arn:aws:iot:None:None:client/*", "topic/a", "; and `arn:aws:iot:None:None:client/*` contains `None`"),
        (WEST + "topic/+/b", "topic/a/b", "`*` is the wildcard; and its ARN has the region `us-west-2`"),
        ("topic/+/b", "topic/a/b", "`+` in `topic/+/b` is an ordinary character"),
        ("topic/a/#", "topic/a", "`#` in `topic/a/#` is an ordinary character"),
        ("topic/+/#", "topic/a/b/c", "is an ordinary character"),
        ("topic/A/B", "topic/a/b", "`topic/A/B` differs only in case"),
        ("topic/a/*", "topic/a", "`topic/a/*` needs a slash after `topic/a`"),
        ("topic/a", "topic/a/", "`topic/a` has no trailing slash, but `topic/a/` has one"),
        ("topic//a", "topic/a", "`topic//a` has an extra slash after `topic/`"),
        ("topic/a", "topic//a", "`topic//a` has an extra slash after `topic/`, and `topic/a` does not"),
        ("topic/a", "topic/a/b", "`topic/a` does not cover anything below it; `topic/a/*` would"),
        ("topic/a", "topic/ab", "`topic/a` is not a prefix"),
    ],
)
def test_why_a_resource_does_not_match(resource: str, asked: str, words: str) -> None:
    one = document(allow("iot:Publish", resource))
    decision = ask(one, "iot:Publish", ARN + asked, {"iot:ClientId": "c1", "iot:ConnectAttributes": ["a", "b"]})
    assert not decision.allowed
    assert words in decision.near_misses[0].message
    assert decision.near_misses[0].span == one.statements[0].resources[0].span


@pytest.mark.parametrize("resource", ["[", "[1", '{"a": 1}', "[[", "[]"])
def test_texts_that_are_not_lists_are_not_lists(resource: str) -> None:
    text = document(allow("iot:Publish", "[") | {"Resource": resource})
    assert misses(text, "iot:Publish", "topic/a") == []


def test_a_tail_alone_in_the_policy() -> None:
    one = document(allow("iot:Publish", "*") | {"Resource": "topic/a"})
    assert misses(one, "iot:Publish", "topic/a") == [
        "`topic/a` is only the tail of an ARN; write `arn:aws:iot:*:*:topic/a`"
    ]


def test_a_variable_is_not_the_reason_if_the_rest_differs_too() -> None:
    one = document(allow("iot:Publish", "topic/x/${iot:DomainName}"))
    assert not any("has no value" in message for message in misses(one, "iot:Publish", "topic/y/a"))


def test_a_named_shadow_is_a_longer_arn() -> None:
    one = document(allow("iot:GetThingShadow", "thing/a"))
    assert misses(one, "iot:GetThingShadow", "thing/a/b")[0].endswith("a named shadow is a longer ARN")


def test_one_level_wildcards_stay_in_their_level() -> None:
    assert misses(document(allow("iot:Publish", "topic/+/b")), "iot:Publish", "topic/a/a/b") == [
        "the closest it allows is `topic/+/b`"
    ]


@given(st.text(alphabet="a/+#*?$[{:", max_size=30), st.text(alphabet="a/+#*?$[{:", max_size=30))
def test_any_texts_are_explained(resource: str, asked: str) -> None:
    one = document(allow("iot:Publish", "*") | {"Resource": [resource, ARN + resource]})
    assert ask(one, "iot:Publish", "topic/" + asked).reasons
    assert all(miss.message for miss in ask(one, "iot:Publish", "topic/" + asked).near_misses)


def test_long_resources_are_not_compared_by_likeness() -> None:
    assert misses(document(allow("iot:Publish", f"topic/{'a' * 600}")), "iot:Publish", f"topic/b{'a' * 600}") == []


@pytest.mark.parametrize("asked", ["topic/a/", "topic//a"])
def test_a_slash_too_many_is_as_near_as_one_too_few(asked: str) -> None:
    decision = ask(document(allow("iot:Publish", "topic/a")), "iot:Publish", ARN + asked)
    assert [miss.rank for miss in decision.near_misses] == [2]
