from __future__ import annotations

import json

import pytest

from authlens.core.pasted.policy_report import policy_report
from authlens.core.policy.decision import permissions
from support.app_services import POLICY

ARN = "arn:aws:iot:us-west-2:123456789012"


def test_a_policy_alone_is_summarised_and_checked() -> None:
    assert policy_report(POLICY) == (
        "May connect as sensor-7, publish and receive sensors/7/data. Nothing else.",
        "  allowed     Connect        sensor-7  (line 1)",
        "  allowed     Publish        sensors/7/data  (line 1)",
        "  denied      Subscribe      nothing",
        "  allowed     Receive        sensors/7/data  (line 1)",
        "  denied      Retain         nothing",
        "",
        "No findings.",
    )


@pytest.mark.parametrize(
    ("action", "findings"),
    [
        (
            ["iot:Conect"],
            (
                "2 findings:",
                "  warning line 1, connect-missing: the documents let no client connect: no statement allows "
                "iot:Connect",
                "  error line 1, unknown-action: 'iot:Conect' is not an action of AWS IoT policies; did you mean "
                "iot:Connect?",
            ),
        ),
        (
            ["iot:Connect", "iot:Conect"],
            (
                "1 finding:",
                "  error line 1, unknown-action: 'iot:Conect' is not an action of AWS IoT policies; did you mean "
                "iot:Connect?",
            ),
        ),
    ],
)
def test_findings_are_counted(action: list[str], findings: tuple[str, ...]) -> None:
    statement = {"Effect": "Allow", "Action": action, "Resource": f"{ARN}:client/a"}
    lines = policy_report(json.dumps({"Version": "2012-10-17", "Statement": [statement]}))
    assert lines[-len(findings) - 1 :] == ("", *findings)


def test_a_condition_is_written_behind_what_it_limits() -> None:
    statement = {
        "Effect": "Allow",
        "Action": "iot:Connect",
        "Resource": f"{ARN}:client/a",
        "Condition": {"Bool": {"iot:Connection.Thing.IsAttached": "true"}},
    }
    lines = policy_report(json.dumps({"Version": "2012-10-17", "Statement": [statement]}))
    assert lines[1] == "  denied      Connect        nothing: a condition does not hold for this connection  (line 1)"


def test_documents_too_large_to_summarize_are_still_checked(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(permissions, "MOST_STEPS", 1)
    assert policy_report(POLICY) == (
        "These documents have too many statements and wildcards to be summarized.",
        "",
        "No findings.",
    )
