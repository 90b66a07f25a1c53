"""Public reports about policies, each run through `lint` or `decide`; docs/complaints.md lists them."""

from __future__ import annotations

from pathlib import Path

import pytest

from support.decide_command import run
from support.lint_cases import findings
from support.policies import ARN, allow, text

PAGE = (Path(__file__).parents[3] / "docs" / "complaints.md").read_text()
GITHUB = "https://github.com/"
CONNECT = allow("iot:Connect", "client/c1")

LINTED = {
    "aws/aws-iot-device-sdk-java/issues/19": (text(allow("iot:*", "topic/test/*")), "connect-missing"),
    "aws/aws-iot-device-sdk-embedded-C/issues/183": (
        text(allow("iot:*", ["topic/a", "topicfilter/a"])),
        "connect-missing",
    ),
    "aws-amplify/aws-sdk-android/issues/640": (
        text(allow(["iot:Connect", "iot:Publish"], "topic/a")),
        "connect-missing",
    ),
    "m5stack/Core2-for-AWS-IoT-Kit/issues/81": (
        text(allow("iot:Connect", "client/${iot:ClientId}")),
        "overly-permissive",
    ),
    "aws/aws-iot-device-sdk-java/issues/73": (
        text(allow("iot:Publish", "arn:aws:iot:us-west-2:123456789012topic/${iot:Connection.Thing.ThingName}")),
        "malformed-arn",
    ),
    "awsdocs/aws-iot-docs/issues/49": (text(CONNECT, allow("iot:Subscribe", "topicfilter/a/+/b")), "literal-filter"),
    "aws/aws-iot-device-sdk-js/issues/218": (text(CONNECT, allow("iot:Subscribe", "topicfilter/a")), "receive-missing"),
    "aws/aws-iot-device-sdk-js/issues/55": (text(allow("iot:*", "cert/abc")), "unknown-resource-type"),
    "aws-samples/simplerobotservice/issues/1": (text(CONNECT).replace(f'"{ARN}client/c1"', r'"\*"'), "json-syntax"),
    "odelot/aws-mqtt-websockets/issues/6": (
        text(allow(["iot:Connect", "iot:Publish"], "*")).replace('",', '"', 3),
        "json-syntax",
    ),
    "aws-greengrass/aws-greengrass-shadow-manager/issues/207": (
        text(allow("iot:GetThingShadow", "thing/${iot:Connection.Thing.ThingName}")),
        "thing-variable",
    ),
    "Checkmarx/kics/pull/1110": (text(allow("*", "*")), "overly-permissive"),
    "bridgecrewio/checkov/issues/194": (text(allow("iot:*", "*")), "overly-permissive"),
    "aws/aws-iot-device-sdk-cpp-v2/issues/428": (text(allow("iot:Connect", "*")), "overly-permissive"),
}


@pytest.mark.parametrize(("report", "policy", "rule"), [(key, *value) for key, value in LINTED.items()], ids=LINTED)
def test_a_policy_that_somebody_asked_about(report: str, policy: str, rule: str) -> None:
    assert rule in {one.id for one in findings(policy)}
    assert GITHUB + report in PAGE


def test_greengrass_actions_are_known() -> None:
    written = text(CONNECT, allow(["greengrass:Discover", "greengrass:ListThingGroupsForCoreDevice"], "*"))
    assert [one for one in findings(written) if one.severity == "error"] == []
    assert GITHUB + "aws/aws-cdk/issues/32414" in PAGE


DECIDED = {
    "aws-greengrass/aws-greengrass-nucleus/issues/1754": (
        allow("iot:Connect", "client/core"),
        ("iot:Connect", "client/core#2"),
        "`client/core` is not a prefix: without `*` it matches only that exact name",
    ),
    "aws/aws-iot-device-sdk-js/issues/261": (
        allow("iot:Connect", "client/sensor"),
        ("iot:Connect", "client/sensor-4711"),
        "`client/sensor` is not a prefix",
    ),
    "aws/aws-iot-device-sdk-embedded-C/issues/1526": (
        allow("iot:UpdateThingShadow", "thing/lamp"),
        ("iot:UpdateThingShadow", "thing/lamp"),
        "over MQTT a client needs iot:Publish on topic/$aws/things/lamp/shadow/update, which is not allowed",
    ),
    "espressif/esp-aws-iot/issues/27": (
        allow("iot:*", "arn:aws:iot:us-east-1:123456789012:*"),
        ("iot:Publish", "topic/a"),
        "ALLOWED",
    ),
    "aws/aws-iot-device-sdk-java/issues/73": (
        allow("iot:Publish", "arn:aws:iot:us-west-2:123456789012topic/a/b"),
        ("iot:Publish", "topic/a/b"),
        "lacks the colon before `topic/`; write `arn:aws:iot:us-west-2:123456789012:topic/a/b`",
    ),
}


@pytest.mark.parametrize("report", DECIDED)
def test_a_question_that_somebody_had(report: str) -> None:
    statement, question, words = DECIDED[report]
    assert words in run("--policy", "-", *question, stdin=text(statement)).out
    assert GITHUB + report in PAGE
