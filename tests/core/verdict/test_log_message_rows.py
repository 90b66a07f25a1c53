from __future__ import annotations

import json
from typing import Any

import pytest

from authlens.core.verdict.device_messages import DeviceStage, Recognised, recognise
from authlens.core.verdict.log_message_rows import LOG_ROWS

CONNECT, CONNECTED, TLS = DeviceStage.CONNECT, DeviceStage.CONNECTED, DeviceStage.TLS


def found(**members: Any) -> Recognised:
    (recognised,) = recognise(json.dumps({"status": "Failure", **members}))
    return recognised


def test_every_authentication_error_is_known() -> None:
    """As the guide's page of log entries lists them."""
    for reason in (
        *("CUSTOM_AUTHORIZER_LAMBDA_EXECUTION_ERROR", "CUSTOM_AUTHORIZER_NOT_FOUND"),
        *("CUSTOM_AUTHORIZER_PARAMETER_INVALID", "DEVICE_CERTIFICATE_INACTIVE", "DEVICE_CERTIFICATE_NOT_REGISTERED"),
        *("DEVICE_CERTIFICATE_REVOKED", "DOMAIN_CONFIGURATION_DISABLED", "DOMAIN_CONFIGURATION_INVALID"),
        *("INTERNAL_SERVER_ERROR", "NOT_AUTHENTICATED", "SECURITY_TOKEN_EXPIRED", "SECURITY_TOKEN_INVALID"),
        *("SECURITY_TOKEN_SIGNATURE_MISMATCH", "SNI_MISUSED"),
    ):
        assert reason in LOG_ROWS
        assert found(eventType="Connection.AuthNError", reason=reason).row.stage in (CONNECT, TLS)


@pytest.mark.parametrize(
    ("event", "reason", "kind", "stage", "words"),
    [
        ("Connection.AuthNError", "NOT_AUTHENTICATED", "CUSTOM_AUTH", CONNECT, "isAuthenticated false"),
        ("Connection.AuthNError", "NOT_AUTHENTICATED", "AWS_SIGV4", CONNECT, "Is SigV4 intended?"),
        ("Connection.AuthNError", "NOT_AUTHENTICATED", "AWS_X509", TLS, "Is X.509 intended?"),
        ("Connection.AuthNError", "DEVICE_CERTIFICATE_REVOKED", "AWS_X509", TLS, "Is X.509 intended?"),
        ("Connection.AuthNError", "DEVICE_CERTIFICATE_REVOKED", "CUSTOM_AUTH_X509", TLS, "This domain requires one"),
        ("Connection.AuthNError", "NEW_TOMORROW", "CUSTOM_AUTH", CONNECT, "does not know"),
        ("Connect", "SERVER_ERROR", "", CONNECT, "on AWS's side"),
        ("Disconnect", "SERVER_ERROR", "", CONNECTED, "on AWS's side"),
        ("GetThingShadow", "AUTHORIZATION_FAILURE", "", CONNECTED, "what the eventType of this record names"),
        ("SendDirectMessage", "AUTHORIZATION_FAILURE", "", CONNECTED, "its caller do not allow it"),
        ("Publish-In", "THROTTLED", "", DeviceStage.PUBLISH, "quota"),
        ("Disconnect", "FORBIDDEN_ACCESS", "", CONNECTED, "aws:SourceIp"),
        ("Disconnect", "SERVER_INITIATED_DISCONNECT", "", CONNECTED, "AWS IoT ended"),
        ("Disconnect", "API_INITIATED_DISCONNECT", "", CONNECTED, "DeleteConnection was called"),
    ],
)
def test_event_and_authentication_decide_what_a_reason_means(
    event: str, reason: str, kind: str, stage: DeviceStage, words: str
) -> None:
    row = found(eventType=event, reason=reason, authenticationType=kind).row
    assert row.stage is stage
    assert words in " ".join((row.meaning, *row.causes, row.next_question))


def test_only_the_ended_side_is_named() -> None:
    for reason in ("CLIENT_INITIATED_DISCONNECT", "SERVER_INITIATED_DISCONNECT", "API_INITIATED_DISCONNECT"):
        assert len(LOG_ROWS[reason].causes) == 1


def test_a_subscribe_may_succeed_for_some_filters_only() -> None:
    """The guide's own example has the status Success and a reason code of 143."""
    codes = [{"topicName": "a", "reasonCode": 1}, {"topicName": "$b", "reasonCode": 143}]
    mixed = found(eventType="Subscribe", status="Success", subscriptions=codes)
    assert (mixed.row.id, mixed.row.stage) == ("log-filter-refused", DeviceStage.SUBSCRIBE)
    assert mixed.words == "Subscribe Success $b 143"
    granted = found(eventType="Subscribe", status="Success", subscriptions=[*codes[:1], 7, {"reasonCode": "143"}])
    assert granted.row.id == "log-success"


def test_a_client_that_connected_is_known_from_its_lifecycle_event() -> None:
    text = json.dumps({"clientId": "c", "eventType": "connected", "principalIdentifier": "p"})
    assert [each.row.id for each in recognise(text)] == ["log-connected"]
