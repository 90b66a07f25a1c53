"""Permissions in words."""

from __future__ import annotations

from typing import Any

import pytest

from authlens.core.policy.decision.permission_text import condition_text, lines, sentence
from authlens.core.policy.decision.permissions import Ruling, summarize
from support.policies import ARN, allow, deny, document

CLIENT = {"iot:ClientId": ("sensor-7",)}
OWN = [
    allow("iot:Connect", "client/sensor-7"),
    allow(["iot:Publish", "iot:Receive"], "topic/sensors/${iot:ClientId}/*"),
    allow("iot:Subscribe", "topicfilter/sensors/${iot:ClientId}/#"),
]
WILL = {"ForAnyValue:StringEquals": {"iot:ConnectAttributes": "LastWill"}}


@pytest.mark.parametrize(
    ("policy", "variables", "says"),
    [
        (
            OWN,
            CLIENT,
            "May connect as sensor-7, publish and receive sensors/sensor-7/* and subscribe sensors/sensor-7/#. "
            "Nothing else.",
        ),
        (
            [allow("*", "*"), deny("iot:Publish", "topic/sensors/admin")],
            CLIENT,
            "May connect as any client id, publish everything except sensors/admin, subscribe, receive and retain "
            "everything. Also 25 other actions.",
        ),
        (
            [
                allow("iot:*", ["client/*", "topic/*"]),
                {"Effect": "Deny", "Action": "iot:Connect", "NotResource": ARN + "client/sensor-*"},
                {"Effect": "Deny", "Action": "iot:Publish", "NotResource": ARN + "topic/sensors/*"}
                | {"Condition": WILL},
                deny("iot:Publish", "topic/sensors/admin"),
            ],
            CLIENT,
            "May connect as any client id (only within sensor-*), publish everything (only within sensors/* if a value "
            "of iot:ConnectAttributes is LastWill) except sensors/admin, receive and retain everything. "
            "Also 5 other actions.",
        ),
        ([], CLIENT, "May not connect as sensor-7."),
        ([], {}, "May not connect."),
        (
            [allow("iot:Connect", "client/b"), allow("iot:Publish", "topic/a")],
            CLIENT,
            "May not connect as sensor-7 (only as b), though it is allowed to publish a.",
        ),
        ([allow("iot:Connect", ["client/a", "client/b"])], {}, "May connect as a and b. Nothing else."),
        ([allow("iot:Connect", "*")], {}, "May connect as any client id. Nothing else."),
        ([allow("iot:Connect", "*")], CLIENT, "May connect as any client id. Nothing else."),
        (
            [allow("iot:Connect", [f"client/{each}" for each in ["a", "b", "c", "sensor-*"]])],
            CLIENT,
            "May connect as sensor-*, a, b and 1 more. Nothing else.",
        ),
        (
            [allow("iot:Publish", "topic/a"), allow("iot:GetThingShadow", "thing/a")],
            CLIENT,
            "May not connect as sensor-7, though it is allowed to publish a. Also iot:GetThingShadow on a.",
        ),
        (
            [allow("iot:GetThingShadow", "thing/a")],
            {},
            "May not connect, though it is allowed iot:GetThingShadow on a.",
        ),
        (
            [allow("iot:Connect", "*", Condition={"IpAddress": {"aws:SourceIp": "10.0.0.0/8"}})],
            CLIENT,
            "May connect as any client id if aws:SourceIp is in 10.0.0.0/8. Nothing else.",
        ),
        (
            [allow("iot:Connect", "*"), deny("iot:Connect", "*", Condition=WILL)],
            CLIENT,
            "May connect as any client id unless a value of iot:ConnectAttributes is LastWill. Nothing else.",
        ),
        (
            [allow("iot:Connect", "*"), deny("iot:Connect", "client/s*", Condition=WILL)],
            CLIENT,
            "May connect as sensor-7 unless a value of iot:ConnectAttributes is LastWill (and as any client id except "
            "s* if a value of iot:ConnectAttributes is LastWill). Nothing else.",
        ),
        (
            [OWN[0], allow("iot:Publish", [f"topic/{each}" for each in "abcdc"] + ["topic/a*"])],
            CLIENT,
            "May connect as sensor-7, publish b, c, d and 1 more. Nothing else.",
        ),
        (
            [OWN[0], allow("iot:Publish", ["topic/a/#", "topic/b"]), allow("iot:Subscribe", "topicfilter/a/#")],
            CLIENT,
            "May connect as sensor-7, publish a/# (not a topic: + and # are literal) and b and subscribe a/#. "
            "Nothing else.",
        ),
        (
            [OWN[0], allow("iot:GetThingShadow", "thing/a")],
            CLIENT,
            "May connect as sensor-7. Also iot:GetThingShadow on a.",
        ),
        (
            [OWN[0], allow("iot:Publish", "topic/a", Condition={"IpAddress": {"aws:SourceIp": "::1"}})],
            CLIENT,
            "May connect as sensor-7 and publish a if aws:SourceIp is in ::1. Nothing else.",
        ),
    ],
)
def test_the_sentence(policy: list[Any], variables: dict[str, tuple[str, ...]], says: str) -> None:
    found = summarize([document(*policy)], variables)
    assert sentence(found) == says
    assert sentence(found, "p1") == f"Authenticated as 'p1'. {says}"


NETWORK = {"IpAddress": {"aws:SourceIp": "10.0.0.0/8"}}
IF_NETWORK = "if aws:SourceIp is in 10.0.0.0/8"
WITH_WILL = "a value of iot:ConnectAttributes is LastWill"
SHADOWS = ["iot:GetThingShadow", "iot:UpdateThingShadow", "iot:DeleteThingShadow"]
CONNECT = OWN[0]


@pytest.mark.parametrize(
    ("policy", "says"),
    [
        (
            [allow("iot:Publish", "topic/a/*"), deny("iot:Publish", "topic/a/b", Condition=WILL)],
            f"and publish a/* except a/b if {WITH_WILL}. Nothing else.",
        ),
        (
            [
                allow("iot:Publish", "topic/a/*"),
                deny("iot:Publish", "topic/a/b", Condition=WILL | NETWORK),
                deny("iot:Publish", "topic/a/c"),
            ],
            f", publish a/* except a/b if {WITH_WILL} and aws:SourceIp is in 10.0.0.0/8 and a/c. Nothing else.",
        ),
        (
            [
                allow("iot:Publish", "*"),
                deny("iot:Publish", "topic/*", Condition=WILL),
                deny("iot:Publish", "topic/*", Condition=NETWORK),
            ],
            f"and publish everything unless {WITH_WILL} or aws:SourceIp is in 10.0.0.0/8. Nothing else.",
        ),
        ([allow("iot:Publish", ["topic/a*", "topic/a*", "topic/ab"])], "and publish a*. Nothing else."),
        ([allow("iot:Publish", ["topic/ab", "topic/a*"])], "and publish a*. Nothing else."),
        (
            [allow("iot:Publish", "topic/a*", Condition=NETWORK), allow("iot:Publish", "topic/ab")],
            f", publish a* {IF_NETWORK} and ab. Nothing else.",
        ),
        (
            [allow("iot:Publish", "topic/ab"), allow("iot:Publish", "topic/a*", Condition=NETWORK)],
            f", publish ab and a* {IF_NETWORK}. Nothing else.",
        ),
        (
            [
                allow("iot:Publish", "topic/${iot:DomainName}", Condition=NETWORK),
                deny("iot:Publish", "*", Condition=WILL),
            ],
            f", publish ${{iot:DomainName}} {IF_NETWORK} and ${{iot:DomainName}} has a value unless {WITH_WILL}. "
            "Nothing else.",
        ),
        (
            [allow("iot:Publish", ["topic/*${iot:DomainName}", "topic/a${iot:DomainName}"])],
            "and publish *${iot:DomainName}. Nothing else.",
        ),
        (
            [allow(["iot:Publish", "iot:RetainPublish", "iot:Receive"], "topic/a")],
            ", publish, receive and retain a. Nothing else.",
        ),
        ([allow("iot:Publish", ["topic/a", "topic/b", "topic/c"])], ", publish a, b and c. Nothing else."),
        ([allow("iot:Publish", [f"topic/{each}" for each in "abcde"])], ", publish a, b, c and 2 more. Nothing else."),
        (
            [allow(SHADOWS, "thing/a")],
            ". Also iot:GetThingShadow on a, iot:UpdateThingShadow on a and iot:DeleteThingShadow on a.",
        ),
        ([allow([*SHADOWS, "iot:ListNamedShadowsForThing"], "thing/a")], ". Also 4 other actions."),
        ([allow("iot:ListRetainedMessages", "*")], ". Also iot:ListRetainedMessages on everything."),
        (
            [{"Effect": "Allow", "Action": "iot:Publish", "NotResource": ARN + "topic/a"}],
            "and publish everything except a. Nothing else.",
        ),
        ([allow("iot:Publish", "topic/${iot:CertificateId}")], ". Nothing else."),
    ],
)
def test_what_follows_the_connection(policy: list[Any], says: str) -> None:
    found = sentence(summarize([document(CONNECT, *policy)], CLIENT))
    assert found.removeprefix("May connect as sensor-7").lstrip() == says


@pytest.mark.parametrize(
    ("policy", "variables", "says"),
    [
        (
            [
                allow("iot:Connect", "*", Condition=NETWORK | WILL),
                deny("iot:Connect", "client/sensor-*", Condition=WILL),
            ],
            CLIENT,
            f"May connect as sensor-7 {IF_NETWORK} and {WITH_WILL} unless {WITH_WILL} (and as any client id except "
            f"sensor-* if {WITH_WILL} {IF_NETWORK} and {WITH_WILL}). Nothing else.",
        ),
        (
            [allow("iot:Connect", "*"), deny("iot:Connect", "client/x*", Condition=NETWORK)],
            {},
            f"May connect as any client id except x* {IF_NETWORK}. Nothing else.",
        ),
        (
            [allow("iot:Connect", "*"), deny("iot:Connect", "client/x", Condition=WILL)],
            CLIENT,
            f"May connect as any client id except x if {WITH_WILL}. Nothing else.",
        ),
        (
            [allow("iot:Connect", ["client/a", "client/b", "client/c", "client/d"])],
            CLIENT,
            "May not connect as sensor-7 (only as a, b, c and 1 more).",
        ),
        (
            [allow("iot:Connect", ["client/a", "client/b", "client/c"])],
            CLIENT,
            "May not connect as sensor-7 (only as a, b and c).",
        ),
        (
            [allow("iot:Publish", ["topic/a", "topic/b and c"]), allow("iot:Subscribe", "topicfilter/x")],
            CLIENT,
            "May not connect as sensor-7, though it is allowed to publish a and b and c and subscribe x.",
        ),
        ([allow("iot:Publish", "topic/a")], {}, "May not connect, though it is allowed to publish a."),
    ],
)
def test_connecting(policy: list[Any], variables: dict[str, tuple[str, ...]], says: str) -> None:
    assert sentence(summarize([document(*policy)], variables)) == says


@pytest.mark.parametrize(
    ("policy", "what", "places"),
    [
        ([], "nothing", ()),
        (
            [allow("iot:Publish", "topic/a", Condition={"StringEquals": {"my:key": "a"}})],
            "nothing: a condition does not hold for this connection",
            ((0, 1, 12),),
        ),
        (
            [allow("iot:Publish", "topic/${iot:CertificateId}")],
            "nothing: a variable has no value for this connection",
            ((0, 1, 12),),
        ),
        (
            [allow("iot:Publish", ["topic/a", "topic/b"]), deny("iot:Publish", "topic/*")],
            "nothing: a Deny overrides every Allow",
            ((0, 2, 20),),
        ),
    ],
)
def test_why_nothing_is_allowed(policy: list[Any], what: str, places: tuple[tuple[int, int, int], ...]) -> None:
    [line] = [one for one in lines(summarize([document(CONNECT, *policy)], CLIENT)) if one.title == "Publish"]
    assert (line.answer, line.what, line.condition, line.places) == (Ruling.DENIED, what, "", places)


def test_the_lines() -> None:
    policy = [
        *OWN,
        deny("iot:Publish", "topic/sensors/sensor-7/config"),
        allow("iot:RetainPublish", "topic/r"),
        deny("iot:RetainPublish", "topic/*"),
        allow(["iot:GetThingShadow", "iot:UpdateThingShadow"], "thing/a"),
        allow("iot:Connect", ARN + "client/${iot:Connection.Thing.ThingName}"),
    ]
    assert [
        (line.answer, line.title, line.what, line.condition, line.places)
        for line in lines(summarize([document(*policy)], CLIENT))
    ] == [
        (Ruling.ALLOWED, "Connect", "sensor-7", "", ((0, 0, 7),)),
        (Ruling.ALLOWED, "Publish", "sensors/sensor-7/* except sensors/sensor-7/config", "", ((0, 1, 15), (0, 3, 25))),
        (Ruling.ALLOWED, "Subscribe", "sensors/sensor-7/#", "", ((0, 2, 20),)),
        (Ruling.ALLOWED, "Receive", "sensors/sensor-7/*", "", ((0, 1, 15),)),
        (Ruling.DENIED, "Retain", "nothing: a Deny overrides every Allow", "", ((0, 5, 35),)),
        (Ruling.ALLOWED, "GetThingShadow and UpdateThingShadow", "a", "", ((0, 6, 43),)),
    ]


def test_several_grants_of_one_action_share_its_title() -> None:
    one = summarize(
        [
            document(allow("iot:Publish", ["topic/a", "topic/${iot:ClientId}"])),
            document(deny("iot:Publish", "topic/a", Condition=WILL)),
        ]
    )
    found = [line for line in lines(one) if "iot:Publish" in line.actions]
    assert [(line.title, line.answer, line.what, line.condition, line.places) for line in found] == [
        (
            "Publish",
            Ruling.CONDITIONAL,
            "a",
            "unless a value of iot:ConnectAttributes is LastWill",
            ((0, 0, 8), (1, 0, 7)),
        ),
        ("", Ruling.CONDITIONAL, "${iot:ClientId}", "if ${iot:ClientId} has a value", ((0, 0, 9),)),
    ]
    by_default = document(allow("iot:Publish", "topic/${iot:ClientId, 'x'}"))
    [unknown, known] = (
        next(each for each in lines(summarize([by_default], variables)) if each.title == "Publish")
        for variables in ({}, CLIENT)
    )
    assert (unknown.answer, unknown.what) == (Ruling.CONDITIONAL, "x")
    assert unknown.condition == "if ${iot:ClientId, 'x'} has no value"
    assert (known.answer, known.what, known.condition) == (Ruling.ALLOWED, "sensor-7", "")
    dead = summarize([document(allow("iot:Publish", "topic/${iot:CertificateId}"))])
    assert [line.what for line in lines(dead) if line.title == "Publish"] == [
        "nothing: a variable has no value for this connection"
    ]


@pytest.mark.parametrize(
    ("operator", "values", "says"),
    [
        ("StringEquals", ["a", "b"], "k is a or b"),
        ("StringNotEquals", ["a"], "k is not a"),
        ("StringLike", ["a*"], "k is like a*"),
        ("ArnNotLike", ["a*"], "k is not like a*"),
        ("NotIpAddress", ["::1"], "k is not in ::1"),
        ("NumericLessThanEquals", ["5"], "k is at most 5"),
        ("DateGreaterThan", ["2026"], "k is more than 2026"),
        ("Bool", ["true"], "k is true"),
        ("Null", ["true"], "k is absent"),
        ("Null", ["false"], "k is present"),
        ("StringEqualsIfExists", ["a"], "k is a, or it is absent"),
        ("ForAllValues:StringEquals", ["a"], "every value of k is a, or it is absent"),
        ("ForAnyValue:StringNotEquals", ["a"], "a value of k is not a"),
        ("StringEquals", [], "k is nothing"),
        ("Nope", ["a"], "k satisfies Nope, which is not an operator"),
    ],
)
def test_conditions_in_words(operator: str, values: list[str], says: str) -> None:
    one = document(allow("iot:Connect", "*", Condition={operator: {"k": values}}))
    assert condition_text(one.statements[0].conditions[0]) == says
