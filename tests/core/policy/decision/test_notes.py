"""What is said of an action whatever was decided."""

from __future__ import annotations

import pytest

from support.policies import ARN, allow, ask, deny, document

SHADOW = "iot:UpdateThingShadow is an HTTPS action; over MQTT a client needs iot:Publish on "


@pytest.mark.parametrize(
    ("action", "resource", "notes"),
    [
        ("iot:Publish", "topic/a", ()),
        (
            "iot:UpdateThingShadow",
            "thing/lamp",
            (SHADOW + "topic/$aws/things/lamp/shadow/update, which is allowed",),
        ),
        (
            "iot:UpdateThingShadow",
            ARN + "thing/lamp/colour",
            (SHADOW + "topic/$aws/things/lamp/shadow/name/colour/update, which is not allowed",),
        ),
        ("iot:UpdateThingShadow", "*", ()),
        ("iot:UpdateThingShadow", "topic/lamp", ()),
        ("iot:UpdateThingShadow", "thing/", ()),
        (
            "iotjobsdata:StartNextPendingJobExecution",
            "thing/lamp",
            (
                "iotjobsdata:StartNextPendingJobExecution is an HTTPS action; over MQTT a client needs iot:Publish on "
                "topic/$aws/things/lamp/jobs/start-next, which is not allowed",
            ),
        ),
        (
            "iot:DescribeJobExecution",
            "*",
            ("AWS's pages now call iot:DescribeJobExecution iotjobsdata:DescribeJobExecution, which is allowed",),
        ),
    ],
)
def test_notes(action: str, resource: str, notes: tuple[str, ...]) -> None:
    one = document(
        allow("iot:Publish", "topic/$aws/things/lamp/shadow/*"),
        allow("iotjobsdata:Describe*", "*"),
        deny("iot:Publish", "topic/$aws/things/lamp/shadow/name/*"),
    )
    assert ask(one, action, resource).notes == notes


def test_an_unknown_action_is_decided_by_its_name() -> None:
    decision = ask(document(allow("iot:Frob*", "*")), "iot:Frobnicate", "topic/a")
    assert decision.allowed
    assert decision.notes[0].startswith("authlens does not know this action: iot:Frobnicate is not on the AWS pages")
