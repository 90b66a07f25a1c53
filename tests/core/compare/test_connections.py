"""A probe compared with a test call: by whether the client was accepted, and by what was tried."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime

from authlens.core.compare.compare import compare
from authlens.core.contract.outcome import Outcome
from authlens.core.invocation.invocation import Failure, FailureKind, Invocation
from authlens.core.mqtt.connection import ConnectionStage, ConnectionStep, DeviceConnection, PacketDecision, Transport
from authlens.core.request.request import AuthorizerRequest, MqttContext
from authlens.core.request.target import Target

ARN = "arn:aws:iot:us-east-1:000000000000:"
RESOURCES = f'["{ARN}client/c","{ARN}topic/a"]'
POLICY = f'{{"Statement":[{{"Effect":"Allow","Action":["iot:Connect","iot:Publish"],"Resource":{RESOURCES}}}]}}'
TEST_CALL = Invocation(
    AuthorizerRequest("A", mqtt_context=MqttContext(client_id="c")),
    Target(),
    Outcome(True, "p", (POLICY,), 300, 86400),
    datetime(2026, 1, 1, tzinfo=UTC),
    0.1,
)
DEVICE = DeviceConnection("id", Transport.MQTTS, "h:443", 5, is_probe=True)
PROBE = replace(TEST_CALL, result=Outcome(True), device=DEVICE)


def test_both_accepted_is_the_same_whatever_the_function_answered() -> None:
    comparison = compare(TEST_CALL, PROBE)

    assert comparison.equal
    assert comparison.words == ("the test call passes; the connection over MQTT 5 over TLS is let in",)


def test_where_they_differ_is_reported() -> None:
    words = "your server name is not an endpoint of this account"
    failed = replace(DEVICE, steps=(ConnectionStep(ConnectionStage.TLS, False, "x"),), reason=words)
    probe = replace(PROBE, result=Failure(FailureKind.UNREACHABLE, "Unreached", words), device=failed)

    assert compare(TEST_CALL, probe).differing == (
        f"the test call passes; the connection over MQTT 5 over TLS fails at TLS: {words}",
    )


def test_a_device_that_the_policies_deny_agrees_with_the_test_call() -> None:
    other = replace(TEST_CALL, request=AuthorizerRequest("A", mqtt_context=MqttContext(client_id="other")))
    refused = replace(DEVICE, refused_by="connect-refused", reason="refused with CONNACK 0x87")
    failure = Failure(FailureKind.DEVICE, "connect-refused", "refused")
    comparison = compare(other, replace(other, result=failure, device=refused))

    assert comparison.equal
    assert "its policies do not allow iot:Connect for this client id" in comparison.words[0]


def test_what_the_broker_denied_although_the_documents_allow_it_differs() -> None:
    denied = PacketDecision(0.0, "PUBLISH", "a", 1, "iot:Publish", rule="publish-denied", detail="denied: publish a")
    comparison = compare(TEST_CALL, replace(PROBE, device=replace(DEVICE, decisions=(denied,))))

    assert comparison.differing == ("publish a: the documents say ALLOWED, and the broker: denied: publish a",)


def test_two_probes_are_compared_by_what_each_was_denied() -> None:
    allowed = PacketDecision(0.0, "PUBLISH", "a", 1, "iot:Publish", detail="allowed: publish a")
    denied = replace(allowed, rule="publish-denied", detail="denied: publish a")
    one, other = (replace(PROBE, device=replace(DEVICE, decisions=(each,))) for each in (allowed, denied))

    assert compare(one, other).differing == ("publish a: allowed: publish a → denied: publish a",)


def test_the_documents_are_decided_with_the_values_of_the_certificate() -> None:
    policy = POLICY.replace('{"St', '{"Version":"2012-10-17","St').replace(
        "client/c", "client/${iot:Certificate.Subject.CommonName}"
    )
    call = replace(TEST_CALL, result=Outcome(True, "p", (policy,), 300, 86400))
    certified = replace(call, variables=(("iot:Certificate.Subject.CommonName", ("c",)),))

    assert compare(certified, PROBE).equal
    assert not compare(call, PROBE).equal
