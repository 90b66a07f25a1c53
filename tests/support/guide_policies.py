"""Policies modelled on the examples of AWS's current pages: actions, resources and conditions, each with its page."""

from __future__ import annotations

from typing import Any

from authlens.core.contract import pages
from support.policies import allow, deny, text

THING = "${iot:Connection.Thing.ThingName}"
ATTACHED = {"Condition": {"Bool": {"iot:Connection.Thing.IsAttached": "true"}}}
JOBS = [
    f"iotjobsdata:{name}"
    for name in (
        "DescribeJobExecution",
        "GetPendingJobExecutions",
        "StartNextPendingJobExecution",
        "UpdateJobExecution",
    )
]


def _connect(**condition: Any) -> dict[str, Any]:
    return allow("iot:Connect", "client/client1", **({"Condition": condition} if condition else {}))


def _attributes(*values: str) -> dict[str, list[str]]:
    return {"iot:ConnectAttributes": list(values)}


GUIDE_POLICIES: dict[str, tuple[str, str]] = {
    "clients denied by name": (
        pages.CONNECT_POLICY,
        text(
            deny("iot:Connect", ["client/client1", "client/client2"]),
            allow("iot:Connect", f"client/{THING}", **ATTACHED),
        ),
    ),
    "a persistent session": (
        pages.CONNECT_POLICY,
        text(_connect(**{"ForAllValues:StringEquals": _attributes("PersistentConnect")})),
    ),
    "no persistent session": (
        pages.CONNECT_POLICY,
        text(
            _connect(),
            deny("iot:Connect", "*", Condition={"ForAnyValue:StringEquals": _attributes("PersistentConnect")}),
        ),
    ),
    "with or without a will": (
        pages.CONNECT_POLICY,
        text(_connect(StringEquals={"iot:ConnectAttributes": "LastWill"})),
    ),
    "default features alone": (pages.CONNECT_POLICY, text(_connect(**{"ForAllValues:StringEquals": _attributes()}))),
    "a will on one topic": (
        pages.CONNECT_POLICY,
        text(
            _connect(ArnEquals={"iot:LastWillTopic": "arn:aws:iot:us-east-1:123456789012:topic/my/lastwill/topicName"})
        ),
    ),
    "a topic of their own": (
        pages.PUB_SUB,
        text(
            allow("iot:Connect", ["client/clientId1", "client/clientId2", "client/clientId3"]),
            allow(["iot:Publish", "iot:Receive"], "topic/topic_prefix*"),
            allow("iot:Subscribe", "topicfilter/topic_prefix*"),
        ),
    ),
    "attributes of the thing": (
        pages.PUB_SUB,
        text(
            allow("iot:Connect", f"client/{THING}", **ATTACHED),
            allow("iot:Publish", "topic/sensor/${iot:Connection.Thing.Attributes[version]}"),
            allow("iot:Subscribe", "topicfilter/command/${iot:Connection.Thing.Attributes[location]}"),
            allow("iot:Receive", "topic/command/${iot:Connection.Thing.Attributes[location]}"),
        ),
    ),
    "all but one subtopic": (
        pages.PUB_SUB,
        text(
            allow("iot:Connect", "client/clientId1"),
            allow("iot:Publish", "topic/department/*"),
            deny("iot:Publish", "topic/department/admins"),
        ),
    ),
    "receive but what is restricted": (
        pages.PUB_SUB,
        text(
            allow("iot:Connect", "client/clientId1"),
            allow("iot:Subscribe", "topicfilter/topic_prefix/*"),
            {
                "Effect": "Allow",
                "Action": "iot:Receive",
                "NotResource": "arn:aws:iot:us-east-1:123456789012:topic/topic_prefix/restricted/*",
            },
        ),
    ),
    "filters with wildcards": (
        pages.PUB_SUB,
        text(
            allow("iot:Connect", "client/clientId1"),
            allow("iot:Subscribe", "topicfilter/department/+/employees"),
            allow("iot:Subscribe", "topicfilter/location/#"),
            allow("iot:Receive", "topic/*"),
        ),
    ),
    "Cognito identities": (
        pages.PUB_SUB,
        text(
            allow("iot:Publish", "topic/${cognito-identity.amazonaws.com:sub}"),
            allow("iot:Connect", "client/${cognito-identity.amazonaws.com:sub}"),
        ),
    ),
    "a retained message": (
        pages.RETAINED_POLICY,
        text(
            allow("iot:Connect", "client/device1"),
            allow(["iot:Publish", "iot:RetainPublish"], "topic/device/sample/configuration"),
        ),
    ),
    "retained messages listed": (
        pages.RETAINED_POLICY,
        text(allow("iot:ListRetainedMessages", "client/device1"), allow("iot:GetRetainedMessage", "topic/foo")),
    ),
    "source address": (
        pages.BASIC_VARIABLES,
        text(
            allow("iot:Connect", "client/clientid1"),
            allow(
                "iot:Publish",
                "topic//my/topic/${iot:ClientId}",
                Condition={"IpAddress": {"aws:SourceIp": "123.45.167.89"}},
            ),
        ),
    ),
    "one domain": (
        pages.BASIC_VARIABLES,
        text(
            allow(
                "iot:Connect",
                "client/clientid",
                Condition={"StringEquals": {"iot:DomainName": "d1234567890abcdefghij-ats.iot.us-east-1.amazonaws.com"}},
            )
        ),
    ),
    "any attached thing": (pages.THING_VARIABLES, text(allow("iot:Connect", "*", **ATTACHED))),
    "ids that end with an attribute": (
        pages.THING_VARIABLES,
        text(
            allow(
                "iot:Connect",
                "client/*",
                Condition={"StringLike": {"iot:ClientId": "*${iot:Connection.Thing.Attributes[envType]}"}},
            )
        ),
    ),
    "the certificate's id": (
        pages.CERTIFICATE_VARIABLES,
        text(allow("iot:Publish", "topic/${iot:CertificateId}"), allow("iot:Connect", f"client/{THING}")),
    ),
    "one of several common names": (
        pages.CERTIFICATE_VARIABLES,
        text(
            allow("iot:Connect", ["client/client1", "client/client2"]),
            allow(
                "iot:Publish",
                "topic/admin",
                Condition={"ForAnyValue:StringEquals": {"iot:Certificate.Subject.CommonName.List": "Administrator"}},
            ),
        ),
    ),
    "alternative names": (
        pages.CERTIFICATE_VARIABLES,
        text(
            allow("iot:Connect", "client/${iot:Certificate.Subject.AlternativeName.DNSName}"),
            allow("iot:Publish", "topic/${iot:Certificate.Issuer.AlternativeName.UniformResourceIdentifier}"),
        ),
    ),
    "jobs over HTTPS": (pages.JOBS_DATA_PLANE, text(allow(JOBS, "thing/thing-123"))),
    "shadows and jobs of two things": (
        pages.DEFENDER,
        text(
            allow(
                ["iot:DeleteThingShadow", "iot:GetThingShadow", "iot:UpdateThingShadow", *JOBS],
                ["thing/MyThing1", "thing/MyThing2"],
            )
        ),
    ),
    "shadow topics of the thing": (
        pages.DEFENDER,
        text(
            allow(
                "iot:Subscribe",
                [f"topicfilter/$aws/things/{THING}/shadow/*", f"topicfilter/$aws/things/{THING}/jobs/*"],
            )
        ),
    ),
    "through a VPC endpoint": (
        pages.VPC,
        text(
            allow("iot:Connect", f"client/{THING}", Condition={"StringEquals": {"aws:SourceVpce": "vpce-1a2b3c4d"}}),
            allow("iot:Publish", f"topic/{THING}/*"),
        ),
    ),
    "a direct message": (
        pages.DIRECT_MESSAGES,
        text(
            allow(
                "iot:SendDirectMessage",
                "client/myDevice",
                Condition={"StringEquals": {"iot:Topic": ["commands/reboot", "commands/update"]}},
            )
        ),
    ),
    "direct messages to all": (
        pages.DIRECT_MESSAGES,
        text(allow("iot:SendDirectMessage", "client/*", Condition={"StringLike": {"iot:Topic": "commands/*"}})),
    ),
    "a client disconnected": (pages.ACTIONS_PAGE, text(allow("iot:DeleteConnection", "client/myClientId"))),
    "a Greengrass core": (
        pages.GREENGRASS,
        text(
            allow("iot:Connect", "client/core*"),
            allow(
                ["iot:Receive", "iot:Publish"],
                ["topic/$aws/things/core/greengrass/health/json", "topic/$aws/things/core/jobs/*"],
            ),
            allow("iot:Subscribe", ["topicfilter/$aws/things/core/jobs/*", "topicfilter/$aws/things/core/shadow/*"]),
            allow("iot:AssumeRoleWithCertificate", "rolealias/token-exchange"),
            allow(
                [
                    "greengrass:GetComponentVersionArtifact",
                    "greengrass:ResolveComponentCandidates",
                    "greengrass:GetDeploymentConfiguration",
                    "greengrass:ListThingGroupsForCoreDevice",
                ],
                "*",
            ),
        ),
    ),
    "a Greengrass component": (
        pages.GREENGRASS,
        text(
            allow(
                "greengrass:GetComponentVersionArtifact",
                "arn:aws:greengrass:us-east-1:123456789012:components:c:versions:1.0.0",
            ),
            allow("greengrass:PutCertificateAuthorities", "*"),
            allow("greengrass:GetConnectivityInfo", "thing/core"),
            allow("greengrass:Discover", "thing/client"),
        ),
    ),
    "the answer of a custom authorizer": (
        pages.LAMBDA_ANSWER,
        text(
            allow("iot:Connect", "client/myClientName"),
            allow("iot:Publish", "topic/telemetry/${iot:ClientId}"),
            allow("iot:Subscribe", "topicfilter/telemetry/${iot:ClientId}"),
            allow("iot:Receive", "topic/telemetry/${iot:ClientId}"),
        ),
    ),
}
