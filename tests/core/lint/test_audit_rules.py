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
