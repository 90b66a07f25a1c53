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
            "the key has no value here",
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
            "the key has no value here",
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


NO_PUBLISH: dict[str, object] = {"Effect": "Allow", "NotAction": ["iot:Connect", "iot:P*"], "Resource": "*"}
SENSORS = ["topic/sensor/17", "topic/sensor/19", "topic/sensor/10", "topic/zzzzzzzzzzzzzz"]
OTHER_PREFIX = "the prefix makes them different actions"
NO_TOPIC = "is not a resource of iot:Publish: ask for"

MISSES: dict[str, tuple[list[dict[str, object]], str, str, list[tuple[int, int | None, str]]]] = {
    "an unknown action": (
        [allow("iot:Frob", "*")],
        "iot:Frobnicate",
        "topic/a",
        [(5, None, "iot:Frob is allowed, but no statement allows iot:Frobnicate")],
    ),
    "a job action of the other plane": (
        [allow(["iot:Publish", "iot:DescribeJobExecution"], "thing/a")],
        "iotjobsdata:DescribeJobExecution",
        "thing/a",
        [(1, 8, f"`iot:DescribeJobExecution` is not iotjobsdata:DescribeJobExecution: {OTHER_PREFIX}")],
    ),
    "and the other way round": (
        [allow("iotjobsdata:DescribeJobExecution", "thing/a")],
        "iot:DescribeJobExecution",
        "thing/a",
        [(1, 6, f"`iotjobsdata:DescribeJobExecution` is not iot:DescribeJobExecution: {OTHER_PREFIX}")],
    ),
    "a wildcard in the prefix": (
        [allow(["iot:Connect", "i*:Pub*"], "topic/a")],
        "IOT:publish",
        "topic/a",
        [(1, 8, "`i*:Pub*` is not an action; did you mean iot:Publish?")],
    ),
    "another prefix": (
        [allow("mqtt:Publish", "topic/a")],
        "iot:Publish",
        "topic/a",
        [(1, 6, "`mqtt:Publish` is not an action; did you mean iot:Publish?")],
    ),
    "no prefix": (
        [allow("Publish", "topic/a")],
        "iot:Publish",
        "topic/a",
        [(1, 6, "`Publish` is not an action; did you mean iot:Publish?")],
    ),
    "NotAction": ([NO_PUBLISH], "iot:Publish", "topic/a", [(3, 8, "its NotAction `iot:P*` excludes iot:Publish")]),
    "NotResource": (
        [{"Effect": "Allow", "NotAction": "iot:Connect", "NotResource": [ARN + "topic/b", ARN + "topic/a"]}],
        "iot:Publish",
        "topic/a",
        [(3, 9, f"its NotResource `{ARN}topic/a` excludes this")],
    ),
    "an ARN in capitals, of another type": (
        [allow("iot:Receive", "*") | {"Resource": f"{ARN}topic/a".upper()}],
        "iot:Receive",
        "topic/A",
        [(2, 7, f"`{ARN.upper()}TOPIC/A` differs only in case, and policies are case-sensitive")],
    ),
    "a name that is not an action": (
        [allow(["i*:Receive", "iot:Conect"], "*"), allow("iot:Publish", "arn:aws:iot:topic/a")],
        "iot:Subscribe",
        "topicfilter/b",
        [(5, None, "no statement allows iot:Subscribe")],
    ),
    "several other actions, and a Deny": (
        [allow(["iot:Connect", "iot:Receive"], "*"), deny("iot:Subscribe", "*")],
        "iot:Publish",
        "topic/a",
        [(5, None, "iot:Connect and iot:Receive are allowed, but no statement allows iot:Publish")],
    ),
    "an action that its resource cannot grant": (
        [allow(["iot:Publish", "iot:Subscribe"], "topic/alerts")],
        "iot:Connect",
        "client/a",
        [(5, None, "iot:Publish is allowed, but no statement allows iot:Connect")],
    ),
    "only actions that their resources cannot grant": (
        [allow("iot:Subscribe", "topic/alerts")],
        "iot:Connect",
        "client/a",
        [(5, None, "no statement allows iot:Connect")],
    ),
    "only what is not listed": (
        [{"Effect": "Allow", "NotAction": "iot:Receive", "Resource": ARN + "client/b"}],
        "iot:Receive",
        "topic/a",
        [],
    ),
    "at most two similar resources": (
        [allow("iot:Publish", SENSORS)],
        "iot:Publish",
        "topic/sensor/18",
        [(9, 8, "the closest it allows is `topic/sensor/17`"), (9, 9, "the closest it allows is `topic/sensor/19`")],
    ),
    "similar resources that do not count": (
        [
            deny("iot:Publish", "topic/sensor/19"),
            allow("iot:Receive", "topic/sensor/11"),
            allow("iot:Publish", "topic/zzzzzzzzzzzzzz"),
        ],
        "iot:Publish",
        "topic/sensor/18",
        [],
    ),
    "a type alone": (
        [allow("iot:Publish", "topic/a/b")],
        "iot:Publish",
        "topic",
        [(9, 7, "the closest it allows is `topic/a/b`")],
    ),
    "a name alone": (
        [allow("iot:Publish", "topic/a/b")],
        "iot:Publish",
        "a/b",
        [(0, None, f"`a/b` {NO_TOPIC} `topic/a/b`, which is allowed")],
    ),
    "another type": (
        [allow("iot:Publish", "topic/a/b")],
        "iot:Publish",
        ARN + "client/x",
        [(0, None, f"`client/x` {NO_TOPIC} `topic/x`, which is not allowed either")],
    ),
    "an action of every type": (
        [allow("iot:Publish", "topic/a")],
        "iot:ListRetainedMessages",
        "topic/b",
        [(5, None, "iot:Publish is allowed, but no statement allows iot:ListRetainedMessages")],
    ),
    "an action of another service": (
        [allow("iot:Publish", "topic/a")],
        "greengrass:Discover",
        "x/b",
        [(5, None, "iot:Publish is allowed, but no statement allows greengrass:Discover")],
    ),
    "a Deny of nearly the same": (
        [
            allow("iot:Publish", "topic/a"),
            deny("iot:Publish", "topic/A"),
            deny("iot:Publish", ["topic/a/b", "topic"]),
            deny("iot:Receive", "topic/a"),
        ],
        "iot:Publish",
        "topic/a",
        [(2, 12, "`topic/A` differs only in case, and policies are case-sensitive")],
    ),
}


@pytest.mark.parametrize(("statements", "action", "resource", "found"), MISSES.values(), ids=MISSES)
def test_near_misses(
    statements: list[dict[str, object]], action: str, resource: str, found: list[tuple[int, int | None, str]]
) -> None:
    near = ask(document(*statements), action, resource).near_misses
    assert [(one.rank, one.span and one.span.line, one.message) for one in near] == found


CONTEXT = {
    "iot:ClientId": "c1",
    "aws:SourceIp": "1.2.3.4",
    "aws:CurrentTime": "2025-01-01T00:00:00Z",
    "aws:EpochTime": "1",
    "iot:Several": ["x", "y"],
    "iot:None": [],
}


@pytest.mark.parametrize(
    ("operator", "key", "wanted", "words"),
    [
        ("Null", "iot:ClientId", ["TRUE"], "it requires the key to be absent, the connection has `c1`"),
        ("Null", "iot:X", ["False"], "it requires the key to be present, the key has no value here"),
        ("IpAddress", "aws:SourceIp", ["::/0"], "it requires an address in `::/0`, the connection has `1.2.3.4`"),
        (
            "NotIpAddress",
            "aws:SourceIp",
            ["1.2.3.4"],
            "it requires anything but `1.2.3.4`, the connection has `1.2.3.4`",
        ),
        ("ForAnyValue:StringEquals", "iot:ClientId", ["a"], "it requires one value to be `a`, the connection has `c1`"),
        (
            "DateGreaterThan",
            "aws:CurrentTime",
            ["2026-01-01"],
            "it requires more than `2026-01-01`, the connection has `2025-01-01T00:00:00Z`",
        ),
        ("NumericGreaterThanEquals", "aws:EpochTime", ["5"], "it requires at least `5`, the connection has `1`"),
        ("NumericLessThan", "aws:EpochTime", ["1"], "it requires less than `1`, the connection has `1`"),
        ("NumericNotEquals", "aws:EpochTime", ["1"], "it requires anything but `1`, the connection has `1`"),
        ("StringEquals", "iot:Several", ["a", "b"], "it requires `a` or `b`, the connection has `x` and `y`"),
        ("StringEquals", "iot:None", ["a"], "it requires `a`, the connection has no value"),
    ],
)
def test_what_a_condition_requires(operator: str, key: str, wanted: list[str], words: str) -> None:
    [miss] = ask(document(condition(operator, key, *wanted)), "iot:Connect", "client/c1", dict(CONTEXT)).near_misses
    assert miss.message == f"the condition {operator} on {key} is not met: {words}"
    assert (miss.rank, miss.span and miss.span.line) == (0, 10)


@pytest.mark.parametrize(
    ("written", "found"),
    [
        ('{"Statement": []}', []),
        ('{"Statement": [7]}', [(2, 0, "this statement is ignored: a statement must be an object, not a number")]),
        ("{}", [(1, None, "this document is ignored: the document has no Statement, so it grants nothing")]),
    ],
)
def test_documents_that_grant_nothing(written: str, found: list[tuple[int, int | None, str]]) -> None:
    near = ask([document(), parse(written)], "iot:Publish", "topic/a").near_misses
    assert [(one.rank, one.statement and one.statement.index, one.message) for one in near] == found
    assert {one.document for one in near} <= {1}
