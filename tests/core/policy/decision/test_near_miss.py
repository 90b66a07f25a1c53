from __future__ import annotations

import pytest

from authlens.core.policy.document import parse
from support.policies import ARN, allow, ask, deny, document, misses


@pytest.mark.parametrize(
    ("action", "resource", "message"),
    [
        ("iot:Conect", "client/a", "iot:Conect is not an action that authlens knows; did you mean iot:Connect?"),
        ("iot:Publish", "a/b", "`a/b` is not a resource of iot:Publish: ask for `topic/a/b`, which is allowed"),
        (
            "iot:Subscribe",
            "topic/a/b",
            "`topic/a/b` is not a resource of iot:Subscribe: ask for `topicfilter/a/b`, which is allowed",
        ),
        (
            "iot:Connect",
            "topic/c1",
            "`topic/c1` is not a resource of iot:Connect: ask for `client/c1`, which is not allowed either",
        ),
        (
            "iot:Subscribe",
            ARN + "topic/a/b",
            "`topic/a/b` is not a resource of iot:Subscribe: ask for `topicfilter/a/b`, which is allowed",
        ),
    ],
)
def test_misses_of_the_question(action: str, resource: str, message: str) -> None:
    one = document(allow("iot:Publish", "topic/a/b"), allow("iot:Subscribe", "topicfilter/a/b"))
    assert misses(one, action, resource)[0] == message


def condition(operator: str, key: str, *wanted: str) -> dict[str, object]:
    return allow("iot:Connect", "client/*", Condition={operator: {key: list(wanted)}})


@pytest.mark.parametrize(
    ("one", "message"),
    [
        (
            condition("StringEquals", "iot:ClientId", "a", "b"),
            "the condition StringEquals on iot:ClientId is not met: it requires `a` or `b`, the connection has `c1`",
        ),
        (
            condition("StringNotEquals", "iot:ClientId", "${iot:ClientId}"),
            "the condition StringNotEquals on iot:ClientId is not met: it requires anything but `c1`, "
            "the connection has `c1`",
        ),
        (
            condition("Bool", "iot:Connection.Thing.IsAttached", "true"),
            "the condition Bool on iot:Connection.Thing.IsAttached is not met: it requires `true`, "
            "the connection has no such key",
        ),
        (
            condition("StringEquals", "iot:ClientId"),
            "the condition StringEquals on iot:ClientId is not met: it requires no value, the connection has `c1`",
        ),
        (
            condition("Null", "iot:ClientId", "true"),
            "the condition Null on iot:ClientId is not met: it requires the key to be absent, the connection has `c1`",
        ),
        (
            condition("Null", "aws:SourceIp", "false"),
            "the condition Null on aws:SourceIp is not met: it requires the key to be present, "
            "the connection has no such key",
        ),
        (
            condition("ForAllValues:NumericLessThanEquals", "iot:ClientId", "5"),
            "the condition ForAllValues:NumericLessThanEquals on iot:ClientId is not met: "
            "it requires every value to be at most `5`, the connection has `c1`",
        ),
        (
            condition("StringEqual", "iot:ClientId", "c1"),
            "the condition StringEqual on iot:ClientId is not met: there is no such operator",
        ),
    ],
)
def test_conditions_that_are_not_met(one: dict[str, object], message: str) -> None:
    assert misses(document(one), "iot:Connect", "client/c1", client="c1") == [message]


def test_an_action_that_is_not_named() -> None:
    one = document(allow(["iot:Publish", "iot:Receive"], "topic/a"))
    message = "it allows iot:Publish, iot:Receive on this resource, but not iot:RetainPublish"
    assert misses(one, "iot:RetainPublish", "topic/a") == [message]
    assert misses(document(allow("iot:Publsh", "topic/a")), "iot:Publish", "topic/a") == [
        "`iot:Publsh` is not an action; did you mean iot:Publish?"
    ]
    assert misses(document(allow("iot:Connect", "*")), "iot:Publish", "topic/a") == [
        "iot:Connect is allowed, but no statement allows iot:Publish"
    ]


def test_what_not_action_and_not_resource_leave_out() -> None:
    no_publish = {"Effect": "Allow", "NotAction": "iot:P*", "Resource": "*"}
    assert misses(document(no_publish), "iot:Publish", "topic/a") == ["its NotAction `iot:P*` excludes iot:Publish"]
    not_there = {"Effect": "Allow", "Action": "*", "NotResource": ARN + "topic/*"}
    assert misses(document(not_there), "iot:Publish", "topic/a") == [f"its NotResource `{ARN}topic/*` excludes this"]


def test_what_is_left_out_is_reported() -> None:
    assert misses([parse("[]")], "iot:Publish", "topic/a")[0].startswith(
        "this document is ignored: a policy must be an object"
    )
    broken = allow("iot:Publish", "topic/a") | {"Effect": "ALLOW"}
    assert misses(document(broken), "iot:Publish", "topic/a")[0].startswith(
        "this statement is ignored: Effect must be Allow or Deny"
    )


def test_the_nearest_comes_first() -> None:
    one = document(
        allow("iot:Publish", "topic/a"),
        allow("iot:Subscribe", "topicfilter/A"),
        allow("iot:Subscribe", "arn:aws:iot:us-west-2:123456789012:topicfilter/a"),
        allow("iot:Subscribe", "topicfilter/a", Condition={"Bool": {"x": "true"}}),
    )
    decision = ask(one, "iot:Subscribe", ARN + "topicfilter/a")
    assert [miss.statement.index for miss in decision.near_misses if miss.statement] == [3, 2, 1]
    assert [miss.rank for miss in decision.near_misses] == [0, 1, 2]
    assert [miss.span.line for miss in decision.near_misses if miss.span] == [25, 17, 12]


def test_without_a_known_miss_the_likest_resource_is_named() -> None:
    one = document(allow("iot:Publish", ["topic/sensor/17", "topic/zzzzzzzzzzzzzz"]), allow("iot:Connect", "client/a"))
    assert misses(one, "iot:Publish", "topic/sensor/18") == ["the closest it allows is `topic/sensor/17`"]
    assert misses(one, "iot:Publish", "topic/q") == []


def test_denies_that_do_not_apply_to_what_is_allowed() -> None:
    one = document(
        allow("iot:Subscribe", "topicfilter/b/*"),
        deny("iot:Subscribe", "topicfilter/b/c/#"),
        deny("iot:Subscribe", "topicfilter/b/c/${iot:ClientId}"),
        deny("iot:Publish", "topicfilter/b/c/d"),
    )
    assert misses(one, "iot:Subscribe", "topicfilter/b/c/d") == [
        "`#` in `topicfilter/b/c/#` is an ordinary character in a policy; `*` is the wildcard",
        "`${iot:ClientId}` has no value here and stays as text",
    ]


def test_an_explicit_deny_has_no_near_miss() -> None:
    assert misses(document(deny("*", "*")), "iot:Publish", "topic/a") == []


def test_a_bare_star_as_resource_is_not_a_near_miss() -> None:
    assert misses(document(allow("iot:ListRetainedMessages", "topic/a")), "iot:ListRetainedMessages", "*") == []


RANKS: dict[int, list[dict[str, object]]] = {
    0: [condition("StringEquals", "iot:ClientId", "x"), condition("StringMatches", "iot:ClientId", "x")],
    1: [
        allow("iot:Conect", "client/c1"),
        allow("iot:Connect", "arn:aws:iot:eu-west-1:123456789012:client/c1"),
        allow("iot:Connect", "arn:aws:iot:us-east-1:123456789012client/c1"),
        allow("iot:Connect", "topic/c1"),
        allow("iot:Connect", "client/${aws:SourceIp}"),
        allow("iot:Connect", "client/+"),
    ],
    2: [
        {"Effect": "allow", "Action": "iot:Connect", "Resource": "*"},
        allow("iot:Connect", "client/C1"),
        allow("iot:Connect", "client/c1/"),
        allow("iot:Connect", "client//c1"),
        allow("iot:Connect", "client/${iot:DomainName}"),
        allow("iot:Connect", "arn:aws:iot:eu-west-1:123456789012:topic/c1"),
    ],
    3: [
        allow("iot:Publish", "client/c1"),
        {"Effect": "Allow", "NotAction": "iot:Connect", "Resource": "*"},
        {"Effect": "Allow", "Action": "iot:Connect", "NotResource": ARN + "client/*"},
        allow("iot:Connect", "client"),
    ],
    4: [allow("iot:Connect", "client/c")],
    5: [allow("iot:Publish", "*")],
}


@pytest.mark.parametrize(
    ("rank", "one"), [(rank, one) for rank, statements in RANKS.items() for one in statements], ids=str
)
def test_how_near_a_miss_is(rank: int, one: dict[str, object]) -> None:
    known = {"iot:ClientId": "c1", "iot:DomainName": "d"}
    found = ask(document(one), "iot:Connect", ARN + "client/c1", known).near_misses
    assert [miss.rank for miss in found] == [rank]
    assert found[0].message
