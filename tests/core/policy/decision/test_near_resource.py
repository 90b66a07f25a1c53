from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from support.policies import ARN, allow, ask, document, misses

WEST = "arn:aws:iot:us-west-2:999999999999:"


CONTEXT = {"iot:ClientId": "c1", "iot:DomainName": "d", "iot:Several": ["a", "b"]}


@pytest.mark.parametrize(
    ("action", "resource", "asked", "rank", "message"),
    [
        ("iot:Publish", "topic/${iot:Nope}", "topic/a", 1, "`${iot:Nope}` has no value here and stays as text"),
        (
            "iot:Publish",
            "topic/${iot:Several}/x",
            "topic/a/x",
            1,
            "`${iot:Several}` has 2 values and stays as text: only a single value can be substituted",
        ),
        (
            "iot:Publish",
            "topic/${iot:ClientId}/${iot:DomainName}",
            "topic/a/b",
            2,
            "`${iot:ClientId}` is `c1` and `${iot:DomainName}` is `d`, so "
            "`topic/${iot:ClientId}/${iot:DomainName}` becomes `topic/c1/d`",
        ),
        (
            "iot:Publish",
            "topic/${iot:ClientId}/${iot:Nope}",
            "topic/a/b",
            1,
            "`${iot:Nope}` has no value here and stays as text",
        ),
        (
            "iot:Publish",
            "topic/${IOT:Certificate.SerialNumber}",
            "topic/a",
            1,
            "`${IOT:Certificate.SerialNumber}` has no value here and stays as text: a connection with "
            "custom authentication alone has neither a thing nor a certificate",
        ),
        (
            "iot:Publish",
            "topic/${iot:Connection.Thing.ThingName}",
            "topic/a",
            1,
            "`${iot:Connection.Thing.ThingName}` has no value here and stays as text: a connection with "
            "custom authentication alone has neither a thing nor a certificate",
        ),
        (
            "iot:Publish",
            f'["{ARN}topic/b", 7, "{ARN}topic/*"]',
            "topic/a",
            1,
            f'`["{ARN}topic/b", 7, "{ARN}topic/*"]` is a list written as one string; write `{ARN}topic/*`',
        ),
        (
            "iot:Publish",
            ARN[:-1] + "topic/a",
            "topic/a",
            1,
            f"`{ARN[:-1]}topic/a` lacks the colon before `topic/`; write `{ARN}topic/a`",
        ),
        (
            "iot:Publish",
            "/topic/a",
            "topic/a",
            1,
            f"`{ARN}/topic/a` has a slash before `topic/`, which makes it a different resource; write `{ARN}topic/a`",
        ),
        (
            "iot:Publish",
            "topic/a ",
            "topic/a",
            1,
            f"`{ARN}topic/a ` begins or ends with white space; write `{ARN}topic/a`",
        ),
        (
            "iot:Publish",
            "arn:aws:us-east-1:123456789012:topic/*",
            "topic/a",
            1,
            f"`arn:aws:us-east-1:123456789012:topic/*` lacks its service, `iot`; write `{ARN}topic/*`",
        ),
        (
            "iot:Publish",
            "arn:aws:iot:us-west-2:999999999999:topic/a",
            "topic/a",
            1,
            "its ARN has the region `us-west-2` where the question has `us-east-1` and the account "
            "`999999999999` where the question has `123456789012`",
        ),
        (
            "iot:Publish",
            "arn:aws-cn:iot:us-east-1:123456789012:topic/a",
            "topic/a",
            1,
            "its ARN has the partition `aws-cn` where the question has `aws`",
        ),
        (
            "iot:Publish",
            "arn:aws:sns:us-east-1:123456789012:topic/a",
            "topic/a",
            1,
            "its ARN has the service `sns` where the question has `iot`",
        ),
        (
            "iot:Publish",
            "arn:aws:iot:us-west-2:999999999999:topic/b",
            "topic/a",
            9,
            "the closest it allows is `topic/b`",
        ),
        (
            "iot:Publish",
            "arn:aws:iot:us-*:999*:topic/a",
            "topic/a",
            1,
            "its ARN has the account `999*` where the question has `123456789012`",
        ),
        ("iot:Publish", "topicfilter/a", "topic/a", 1, "`topicfilter/a` needs to be `topic/a` for iot:Publish"),
        ("iot:Publish", "client/*", "topic/a/b", 1, "`client/*` needs to be `topic/*` for iot:Publish"),
        ("iot:Publish", "client/", "topic/a", None, None),
        ("iot:Publish", "client", "topic/a", None, None),
        (
            "iot:Publish",
            "arn:aws:iot:us-west-2:123456789012:client/a",
            "topic/a",
            2,
            "`client/a` needs to be `topic/a` for iot:Publish; and its ARN has the region `us-west-2` where "
            "the question has `us-east-1`",
        ),
        (
            "iot:Publish",
            ARN[:-1] + "client/a",
            "topic/a",
            2,
            f"`123456789012client/a` needs to be `topic/a` for iot:Publish; and `{ARN[:-1]}client/a` lacks "
            "the colon before `client/`",
        ),
        (
            "iot:Publish",
            "arn:aws:iot:None:None:client/*",
            "topic/a",
            2,
            "`client/*` needs to be `topic/*` for iot:Publish; and `arn:aws:iot:None:None:client/*` "
            "contains `None`, a missing value formatted as text",
        ),
        ("iot:Publish", "Topic/a", "topic/a", 1, "`Topic/a` needs to be `topic/a` for iot:Publish"),
        (
            "iot:Publish",
            "topic/+/b",
            "topic/a/b",
            1,
            "`+` in `topic/+/b` is an ordinary character in a policy; `*` is the wildcard",
        ),
        ("iot:Publish", "topic/+/b", "topic/a/a/b", 9, "the closest it allows is `topic/+/b`"),
        (
            "iot:Publish",
            "topic/#",
            "topic/a/b",
            1,
            "`#` in `topic/#` is an ordinary character in a policy; `*` is the wildcard",
        ),
        (
            "iot:Publish",
            "topic/a/#",
            "topic/a",
            1,
            "`#` in `topic/a/#` is an ordinary character in a policy; `*` is the wildcard",
        ),
        (
            "iot:Publish",
            "topic/+/#",
            "topic/a/b/c",
            1,
            "`+` in `topic/+/#` is an ordinary character in a policy; `*` is the wildcard",
        ),
        (
            "iot:Publish",
            "topic/+/*",
            "topic/a/b/c",
            1,
            "`+` in `topic/+/*` is an ordinary character in a policy; `*` is the wildcard",
        ),
        ("iot:Publish", "topic/+/b/*", "topic/a/b", 9, "the closest it allows is `topic/+/b/*`"),
        (
            "iot:Publish",
            "topic/a#",
            "topic/ab",
            1,
            "`#` in `topic/a#` is an ordinary character in a policy; `*` is the wildcard",
        ),
        ("iot:Publish", "topic/x/+", "topic/a/b", 9, "the closest it allows is `topic/x/+`"),
        (
            "iot:Publish",
            "topic/${iot:ClientId}/+",
            "topic/c1/b",
            1,
            "`+` in `topic/c1/+` is an ordinary character in a policy; `*` is the wildcard",
        ),
        (
            "iot:Publish",
            "arn:aws:iot:us-west-2:123456789012:topic/+/b",
            "topic/a/b",
            2,
            "`+` in `topic/+/b` is an ordinary character in a policy; `*` is the wildcard; and its ARN has "
            "the region `us-west-2` where the question has `us-east-1`",
        ),
        (
            "iot:Publish",
            "topic/A/B",
            "topic/a/b",
            2,
            "`topic/A/B` differs only in case, and policies are case-sensitive",
        ),
        ("iot:Publish", "topic/A*", "topic/abc", 2, "`topic/A*` differs only in case, and policies are case-sensitive"),
        (
            "iot:Publish",
            "topic/${iot:ClientId}/A",
            "topic/c1/a",
            2,
            "`topic/${iot:ClientId}/A` differs only in case, and policies are case-sensitive",
        ),
        ("iot:Publish", "topic/A", "topic/b", 9, "the closest it allows is `topic/A`"),
        ("iot:Publish", "topic/a/*", "topic/a", 2, "`topic/a/*` needs a slash after `topic/a`"),
        ("iot:Publish", "topic/a/", "topic/a", 2, "`topic/a/` needs a slash after `topic/a`"),
        ("iot:Publish", "topic/a", "topic/a/", 2, "`topic/a` has no trailing slash, but `topic/a/` has one"),
        ("iot:Publish", "topic/a", "topic/b/", 9, "the closest it allows is `topic/a`"),
        ("iot:Publish", "topic", "topic/", 2, "`topic` has no trailing slash, but `topic/` has one"),
        ("iot:Publish", "topic//a/b", "topic/a/b", 2, "`topic//a/b` has an extra slash after `topic/`"),
        (
            "iot:Publish",
            "topic/a/b",
            "topic//a/b",
            2,
            "`topic//a/b` has an extra slash after `topic/`, and `topic/a/b` does not",
        ),
        ("iot:Publish", "topic/a", "topic//b", 9, "the closest it allows is `topic/a`"),
        ("iot:Publish", "topic/a", "topic/a/b/c", 3, "`topic/a` does not cover anything below it; `topic/a/*` would"),
        (
            "iot:Publish",
            "topic/a",
            "topic/ab",
            4,
            "`topic/a` is not a prefix: without `*` it matches only that exact name",
        ),
        ("iot:Publish", "topic/ab", "topic/a", 9, "the closest it allows is `topic/ab`"),
        ("iot:Publish", "topic", "topic/a", 3, "`topic` does not cover anything below it; `topic/*` would"),
        (
            "iot:Publish",
            "topic/*/a",
            "topic/b/a/c",
            3,
            "`topic/*/a` does not cover anything below it; `topic/*/a/*` would",
        ),
        (
            "iot:GetThingShadow",
            "thing/a",
            "thing/a/b",
            3,
            "`thing/a` does not cover anything below it; `thing/a/*` would; a named shadow is a longer ARN",
        ),
        (
            "iot:GetThingShadow",
            "thing/a",
            "thing/ab",
            4,
            "`thing/a` is not a prefix: without `*` it matches only that exact name",
        ),
    ],
)
def test_why_a_resource_does_not_match(
    action: str, resource: str, asked: str, rank: int | None, message: str | None
) -> None:
    """Rank 9 is a similar resource without an explanation."""
    one = document(allow(action, resource))
    decision = ask(one, action, ARN + asked, dict(CONTEXT))
    assert not decision.allowed
    assert [(miss.rank, miss.message) for miss in decision.near_misses] == ([(rank, message)] if message else [])
    assert {miss.span for miss in decision.near_misses} <= {one.statements[0].resources[0].span}


def test_the_type_of_an_unknown_action_is_not_known() -> None:
    assert misses(document(allow("iot:Frob", "client/a")), "iot:Frob", "topic/a") == []


@pytest.mark.parametrize(("levels", "rank"), [(31, 3), (32, 4)])
def test_how_many_levels_are_examined(levels: int, rank: int) -> None:
    """The type is one of the 32."""
    one = document(allow("iot:Publish", "topic" + "/b" * levels))
    [miss] = ask(one, "iot:Publish", ARN + "topic" + "/b" * 40).near_misses
    assert miss.rank == rank


@pytest.mark.parametrize(("length", "found"), [(512, 1), (513, 0)])
def test_long_resources_are_not_compared_by_likeness(length: int, found: int) -> None:
    account = "1" * (length - len("arn:aws:iot:us-east-1::topic/sensor/17"))
    one = document(allow("iot:Publish", f"arn:aws:iot:us-east-1:{account}:topic/sensor/17"))
    assert misses(one, "iot:Publish", ARN + "topic/sensor/18") == ["the closest it allows is `topic/sensor/17`"] * found


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


def test_one_level_wildcards_stay_in_their_level() -> None:
    assert misses(document(allow("iot:Publish", "topic/+/b")), "iot:Publish", "topic/a/a/b") == [
        "the closest it allows is `topic/+/b`"
    ]


@given(st.text(alphabet="a/+#*?$[{:", max_size=30), st.text(alphabet="a/+#*?$[{:", max_size=30))
def test_any_texts_are_explained(resource: str, asked: str) -> None:
    one = document(allow("iot:Publish", "*") | {"Resource": [resource, ARN + resource]})
    assert ask(one, "iot:Publish", "topic/" + asked).reasons
    assert all(miss.message for miss in ask(one, "iot:Publish", "topic/" + asked).near_misses)


@pytest.mark.parametrize("asked", ["topic/a/", "topic//a"])
def test_a_slash_too_many_is_as_near_as_one_too_few(asked: str) -> None:
    decision = ask(document(allow("iot:Publish", "topic/a")), "iot:Publish", ARN + asked)
    assert [miss.rank for miss in decision.near_misses] == [2]
