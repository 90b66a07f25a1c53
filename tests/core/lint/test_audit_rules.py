from __future__ import annotations

from typing import Any

import pytest

from authlens.core.lint import audit_rules
from support.lint_cases import Case, findings, ids, messages, rule_cases
from support.policies import ARN, allow, deny, text


def _connect(**condition: Any) -> dict[str, Any]:
    return allow("iot:Connect", "client/*", Condition=condition)


CASES = list(rule_cases(audit_rules.RULES))


@pytest.mark.parametrize("case", CASES, ids=lambda case: case.rule)
def test_the_rule_speaks_of_the_one_and_not_of_the_other(case: Case) -> None:
    assert case.rule in ids(case.fires, **case.known)
    assert case.rule not in ids(case.silent, **case.known)


THING = "${iot:Connection.Thing.ThingName}"
ATTACHED = {"Condition": {"Bool": {"iot:Connection.Thing.IsAttached": "true"}}}


@pytest.mark.parametrize(
    ("one", "broad"),
    [
        (allow("iot:Connect", "client/*"), True),
        (allow("iot:Connect", "client/?*"), True),
        (allow("iot:Connect", "client/?"), False),
        (allow("iot:Connect", "client/*", **ATTACHED), True),
        (allow("iot:Connect", "client/${iot:ClientId}"), True),
        (allow("iot:Connect", "client/${iot:ClientId}", **ATTACHED), False),
        (allow("iot:Connect", f"client/{THING}", **ATTACHED), False),
        (allow("iot:Connect", ["client/a", "client/b"]), False),
        (allow("iot:Publish", "topic/$aws/things/*/shadow/update"), True),
        (allow("iot:Publish", "topic/$aws/things/*"), True),
        (allow("iot:Publish", "*"), True),
        (allow("iot:P*", "arn:aws:iot:*"), True),
        (allow("iot:Publish", f"topic/$aws/things/{THING}/shadow/*"), False),
        (allow("iot:Publish", "topic/sensors/*"), False),
        (allow("iot:Publish", "topic/$aws/things/a/*"), False),
        (allow("iot:Subscribe", "topicfilter/$aws/things/*"), True),
        (allow("iot:Subscribe", "topicfilter/$aws/things/#"), True),
        (allow("iot:Subscribe", "topicfilter/$aws/things/+/shadow/update"), True),
        (allow("iot:Subscribe", f"topicfilter/$aws/things/{THING}/jobs/*"), False),
        (allow("iot:Receive", "topic/$aws/things/*"), False),
        (allow("iot:UpdateThingShadow", "thing/*"), True),
        (allow("iot:UpdateThingShadow", ["thing/MyThing1", "thing/MyThing2"]), False),
        (allow("iot:GetPendingJobExecutions", "*"), True),
        (allow("iot:Publish", "topic/*") | {"Effect": "Deny"}, False),
        (allow("iot:Publish", "arn:aws:us-east-1:123456789012:topic/*"), False),
        ({"Effect": "Allow", "NotAction": "iot:Publish", "Resource": "*"}, True),
        ({"Effect": "Allow", "Action": "iot:Connect", "NotResource": ARN + "topic/*"}, True),
        ({"Effect": "Allow", "Action": "iot:Connect", "NotResource": ARN + "client/*"}, False),
        ({"Effect": "Allow", "Action": "iot:Receive", "NotResource": ARN + "client/*"}, False),
    ],
)
def test_the_table_of_the_permissive_check(one: dict[str, object], broad: bool) -> None:
    found = messages(text(one), "overly-permissive")
    assert bool(found) is broad
    assert all("(ALLOWS_BROAD_ACCESS_TO_IOT_DATA_PLANE_ACTIONS)" in message for message in found)


def test_a_variable_that_stays_as_text_is_open_to_nobody() -> None:
    own = allow("iot:Connect", "client/${iot:ClientId}")
    assert "overly-permissive" in ids(text(own))
    assert "overly-permissive" not in ids(text(own, Version="2008-10-17"))
    assert "overly-permissive" in ids(text(allow("iot:Connect", "client/*"), Version="2008-10-17"))


@pytest.mark.parametrize(
    ("deny_", "broad"),
    [
        (deny("iot:Publish", "topic/$aws/*"), False),
        (deny("iot:Publish", "topic/$aws/*", Condition={"Bool": {"a": "true"}}), True),
        (deny("iot:Publish", "topic/$aws/things/a/*"), True),
        (deny("iot:Connect", "*"), True),
        ({"Effect": "Deny", "Action": "iot:Publish", "NotResource": ARN + "topic/a"}, True),
    ],
)
def test_what_is_denied_again_is_not_broad(deny_: dict[str, object], broad: bool) -> None:
    assert bool(messages(text(allow("iot:Publish", "topic/*"), deny_), "overly-permissive")) is broad


RECEIVE = allow("iot:Receive", "topic/b/*")
SUBSCRIBE = allow("iot:Subscribe", "topicfilter/b/*")


@pytest.mark.parametrize(
    ("statements", "found"),
    [
        ((SUBSCRIBE, RECEIVE, deny("iot:Subscribe", "topicfilter/b/c/*")), 1),
        ((allow("iot:*", "*"), deny("iot:Subscribe", "topicfilter/b/c/*")), 1),
        ((SUBSCRIBE, deny("iot:Subscribe", "topicfilter/b/c/*")), 0),
        ((RECEIVE, deny("iot:Subscribe", "topicfilter/b/c/*")), 0),
        ((SUBSCRIBE, RECEIVE, deny("iot:Subscribe", "topicfilter/b/*")), 0),
        ((SUBSCRIBE, RECEIVE, deny("iot:Subscribe", "topicfilter/b/c")), 0),
        ((SUBSCRIBE, RECEIVE, deny("iot:Subscribe", "*")), 0),
        ((SUBSCRIBE, RECEIVE, deny("iot:Connect", "topicfilter/b/c/*")), 0),
        ((SUBSCRIBE, RECEIVE, deny("iot:Subscribe", "topicfilter/b/c/*"), deny("iot:Receive", "topic/b/c/*")), 0),
        ((SUBSCRIBE, RECEIVE, deny("iot:Subscribe", "topicfilter/b/c/*", Condition={"Bool": {"a": "b"}})), 0),
    ],
)
def test_filters_that_go_around_a_deny(statements: tuple[dict[str, object], ...], found: int) -> None:
    hits = messages(text(*statements), "filter-around-deny")
    assert len(hits) == found
    assert all("(TOPIC_FILTERS_INTENDED_TO_DENY_ALLOWED_USING_WILDCARDS)" in hit for hit in hits)


def test_mqtt_wildcards_in_a_deny_carry_the_reason_code() -> None:
    [message] = messages(text(deny("iot:Subscribe", "topicfilter/building/control_room/#")), "mqtt-wildcard-in-deny")
    assert message.endswith("(POLICY_CONTAINS_MQTT_WILDCARDS_IN_DENY_STATEMENT)")


@pytest.mark.parametrize(
    ("one", "severity"),
    [
        (allow("iot:Connect", "*", **ATTACHED), "warning"),
        (allow("iot:Connect", "client/*", Condition={"StringLike": {"iot:ClientId": "a-*"}}), "warning"),
        (allow("iot:Connect", "client/*", Condition={"StringLike": {"iot:ClientId": "*"}}), "error"),
        (allow("iot:Connect", "client/*", Condition={"StringNotEquals": {"iot:ClientId": "a"}}), "error"),
        (allow("iot:Connect", "client/*", Condition={"Bool": {"iot:Connection.Thing.IsAttached": "false"}}), "error"),
        (allow("iot:*", "*", **ATTACHED), "error"),
        (allow("iotjobsdata:UpdateJobExecution", "thing/*"), "error"),
        (_connect(StringEquals={"iot:Certificate.SerialNumber": "1"}), "warning"),
        (_connect(**{"ForAnyValue:StringEquals": {"iot:Certificate.Subject.CommonName.List": ["a"]}}), "warning"),
        (_connect(StringEquals={"iot:Connection.Thing.ThingTypeName": "sensor"}), "warning"),
        (_connect(Bool={"iot:Connection.Thing.IsAttached": "true"}), "warning"),
        (_connect(Null={"iot:Connection.Thing.ThingName": "false"}), "warning"),
        (_connect(IpAddress={"aws:SourceIp": "10.0.0.0/8"}), "warning"),
        (_connect(StringEquals={"aws:SourceVpce": "vpce-1"}), "warning"),
        (_connect(Bool={"iot:Connection.Thing.IsAttached": "false"}), "error"),
        (_connect(Null={"iot:Connection.Thing.ThingName": "true"}), "error"),
        (_connect(IpAddress={"aws:SourceIp": "0.0.0.0/0"}), "error"),
        (_connect(StringLike={"iot:Connection.Thing.ThingTypeName": "*"}), "error"),
        (_connect(StringEqualsIfExists={"aws:SourceVpce": "vpce-1"}), "error"),
        (_connect(StringNotEquals={"aws:SourceVpce": "vpce-1"}), "error"),
        (_connect(**{"ForAllValues:StringEquals": {"iot:Connection.Thing.ThingTypeName": "sensor"}}), "error"),
        (_connect(**{"ForAnyValue:StringEquals": {"iot:ConnectAttributes": ["PersistentConnect"]}}), "error"),
    ],
)
def test_a_condition_that_narrows_makes_it_a_warning(one: dict[str, Any], severity: str) -> None:
    assert [found.severity for found in findings(text(one)) if found.id == "overly-permissive"] == [severity]


PROVISIONING = ["topic/$aws/certificates/create/*", "topicfilter/$aws/provisioning-templates/T/provision/*"]


@pytest.mark.parametrize(
    ("others", "severity"),
    [
        ([allow(["iot:Publish", "iot:Subscribe"], PROVISIONING)], "warning"),
        ([], "error"),
        ([allow(["iot:Publish", "iot:Subscribe"], [*PROVISIONING, "topic/a"])], "error"),
        ([allow("iot:*", "topic/$aws/certificates/create/*"), allow("iot:Receive", "topic/$aws/events/x")], "error"),
        ([{"Effect": "Allow", "NotAction": "iot:Connect", "Resource": f"{ARN}topic/$aws/certificates/*"}], "warning"),
        ([{"Effect": "Allow", "Action": "iot:Publish", "NotResource": f"{ARN}topic/$aws/certificates/*"}], "error"),
    ],
)
def test_a_provisioning_claim_may_connect_as_anything(others: list[Any], severity: str) -> None:
    found = [one for one in findings(text(allow("iot:Connect", "*"), *others)) if one.id == "overly-permissive"]
    assert [one.severity for one in found if "iot:Connect" in one.message] == [severity]
    assert ("provisioning claim" in found[0].message) == (severity == "warning")


BROAD = "is open to every device for {} (ALLOWS_BROAD_ACCESS_TO_IOT_DATA_PLANE_ACTIONS)"
LITERAL = (
    "denies only this literal text: topics that `+` and `#` would match in MQTT are not denied "
    "(POLICY_CONTAINS_MQTT_WILDCARDS_IN_DENY_STATEMENT)"
)
AROUND = (
    "a wider filter with `+` or `#` still receives what the Deny of `{}` is meant to block "
    "(TOPIC_FILTERS_INTENDED_TO_DENY_ALLOWED_USING_WILDCARDS)"
)
NETWORK = {"IpAddress": {"aws:SourceIp": "10.0.0.0/8"}}

FINDINGS: dict[str, tuple[list[dict[str, Any]], list[tuple[int, str]]]] = {
    "several actions and resources": (
        [allow(["iot:Connect", "iot:Publish", "iot:UpdateThingShadow"], ["*", "client/*", "topic/a"])],
        [
            (12, "`*` " + BROAD.format("iot:Connect, iot:Publish, iot:UpdateThingShadow")),
            (13, "`client/*` " + BROAD.format("iot:Connect")),
        ],
    ),
    "all but a resource": (
        [{"Effect": "Allow", "Action": ["iot:Connect", "iot:Publish"], "NotResource": [ARN + "topic/a", ARN + "b"]}],
        [(11, "NotResource `topic/a` " + BROAD.format("iot:Connect, iot:Publish"))],
    ),
    "a condition": (
        [_connect(**NETWORK)],
        [(7, "`client/*` " + BROAD.format("iot:Connect, restricted only by a condition"))],
    ),
    "a provisioning claim": (
        [allow("IOT:Connect", "*"), allow("iot:Publish", "topic/$aws/certificates/create/json")],
        [
            (
                7,
                "`*` "
                + BROAD.format(
                    "iot:Connect, as in AWS's policy for provisioning claims; everything else allowed is provisioning"
                ),
            )
        ],
    ),
    "MQTT wildcards in a Deny": (
        [deny(["iot:Subscribe", "iot:Publish"], ["topicfilter/a/+/b", "topic/#", "client/+", "topic/a"])],
        [(11, f"`topicfilter/a/+/b` {LITERAL}"), (12, f"`topic/#` {LITERAL}")],
    ),
    "a Deny of several filters": (
        [SUBSCRIBE, RECEIVE, deny("iot:Sub*", ["topicfilter/b/c/*", "topicfilter/b/d/*", "topicfilter/x/*"])],
        [(18, AROUND.format("topicfilter/b/c/*")), (19, AROUND.format("topicfilter/b/d/*"))],
    ),
    "deliveries of all but a topic": (
        [
            SUBSCRIBE,
            {"Effect": "Allow", "Action": "iot:Receive", "NotResource": ARN + "topic/x"},
            deny("iot:Subscribe", "topicfilter/b/c/*"),
        ],
        [],
    ),
    "deliveries of all but the topics": (
        [
            SUBSCRIBE,
            {"Effect": "Allow", "Action": "iot:Receive", "NotResource": ARN + "topic/b/*"},
            deny("iot:Subscribe", "topicfilter/b/c/*"),
        ],
        [],
    ),
    "publishing on the topics": (
        [SUBSCRIBE, allow("iot:Publish", "topic/b/*"), deny("iot:Subscribe", "topicfilter/b/c/*")],
        [],
    ),
    "deliveries of one topic": (
        [SUBSCRIBE, allow("iot:Receive", "topic/b/c/"), deny("iot:Subscribe", "topicfilter/b/c/*")],
        [],
    ),
    "a Deny of all but a filter": (
        [
            SUBSCRIBE,
            RECEIVE,
            {"Effect": "Deny", "Action": "iot:Subscribe", "NotResource": ARN + "topicfilter/b/c/*"},
        ],
        [],
    ),
}


@pytest.mark.parametrize(("statements", "found"), FINDINGS.values(), ids=FINDINGS)
def test_findings(statements: list[dict[str, Any]], found: list[tuple[int, str]]) -> None:
    rules = {rule.id for rule in audit_rules.RULES}
    assert [(one.line, one.message) for one in findings(text(*statements)) if one.id in rules] == found


@pytest.mark.parametrize(
    ("action", "resource", "broad"),
    [
        ("iot:Connect", "client/*?", True),
        ("iot:Connect", "client/*?*", True),
        ("iot:Connect", "client/??", False),
        ("iot:Connect", "client/a*", False),
        ("iot:Connect", "client*", True),
        ("iot:Connect", "c*", True),
        ("iot:Connect", "client/${iot:ClientId}*", True),
        ("iot:Connect", "client/${iot:ClientId}x", False),
        ("iot:Connect", "client/x${iot:ClientId}", False),
        ("iot:Publish", "topic/$aws/*", True),
        ("iot:Publish", "topic/$aws/things/?*/x", True),
        ("iot:Subscribe", "topicfilter/$aws/things/+", True),
        ("iot:Subscribe", "topicfilter/$aws/+/a", True),
        ("iot:Subscribe", "topicfilter/$aws/#", True),
        ("iot:Subscribe", "topicfilter/$aws/+", False),
        ("iot:Subscribe", "topicfilter/#", False),
        ("iot:Subscribe", "topicfilter/$aws/things/a/#", False),
        ("iot:GetThingShadow", "thing/*", True),
        ("iot:DeleteThingShadow", "thing/*", True),
        ("iot:GetThingShadow", "thing/*/x", True),
        ("iot:GetThingShadow", "thing/a*", False),
        ("iot:ListNamedShadowsForThing", "thing/*", False),
        ("iot:StartNextPendingJobExecution", "thing/*", True),
        ("iotjobsdata:GetPendingJobExecutions", "thing/*", True),
        ("greengrass:Discover", "thing/*", False),
        ("iot:Receive", "*", False),
        ("iot:RetainPublish", "*", False),
    ],
)
def test_how_wide_a_resource_is(action: str, resource: str, broad: bool) -> None:
    found = [f"`{resource}` {BROAD.format(action)}"] if broad else []
    assert messages(text(allow(action, resource)), "overly-permissive") == found


@pytest.mark.parametrize(
    ("condition", "severity"),
    [
        ({"StringLike": {"iot:ClientId": ["a", "*"]}}, "error"),
        ({"StringLike": {"iot:ClientId": "${iot:ClientId}"}}, "error"),
        ({"StringLike": {"IOT:CLIENTID": "a-*"}}, "warning"),
        ({"Null": {"iot:ClientId": "false"}}, "error"),
        ({"IpAddress": {"aws:SourceIp": "::/0"}}, "error"),
        ({"ForAnyValue:StringLike": {"aws:SourceVpc": "vpc-1"}}, "warning"),
        ({"StringEquals": {"iot:CertificateId": "a"}}, "warning"),
        ({"StringEquals": {"cognito-identity.amazonaws.com:sub": "a"}}, "warning"),
        ({"Bool": {"iot:Connection.Thing.IsAttached": "False"}}, "error"),
        ({"Bool": {"iot:Connection.Thing.IsAttached": "TRUE"}}, "warning"),
        ({"Null": {"iot:Connection.Thing.IsAttached": "TRUE"}}, "error"),
        ({"StringEquals": {"iot:DomainName": "a"}}, "error"),
        ({"StringEquals": {"iot:Topic": "a"}}, "error"),
        ({"StringEquals": {"my:key": "a"}}, "error"),
        ({"Nope": {"iot:ClientId": "a"}}, "error"),
        ({"StringEquals": {"my:key": "a", "iot:ClientId": "a"}}, "warning"),
    ],
)
def test_which_conditions_narrow(condition: dict[str, Any], severity: str) -> None:
    found = [one.severity for one in findings(text(_connect(**condition))) if one.id == "overly-permissive"]
    assert found == [severity]
