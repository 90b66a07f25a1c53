"""The verdict on a probe: its own stages, never those of a test call, and nothing about policies that it cannot see."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Any

import pytest

from authlens.core.contract.outcome import Outcome
from authlens.core.invocation.invocation import Failure, FailureKind, Invocation
from authlens.core.invocation.verdict_word import verdict_word
from authlens.core.mqtt.connection import ConnectionStage, ConnectionStep, DeviceConnection, PacketDecision, Transport
from authlens.core.request.request import AuthorizerRequest, MqttContext
from authlens.core.request.target import Target
from authlens.core.verdict.stages import Conclusion, StageState, stages

REQUEST = AuthorizerRequest("A", mqtt_context=MqttContext(client_id="sensor-7"))
NETWORK, TLS = (
    ConnectionStep(ConnectionStage.NETWORK, True, "TCP"),
    ConnectionStep(ConnectionStage.TLS, True, "TLSv1.3"),
)
CONNECTED = ConnectionStep(ConnectionStage.CONNECTED, True, "CONNACK 0x00 Success")
PUBLISHED = PacketDecision(0.0, "PUBLISH", "a/b", 1, "iot:Publish", detail="allowed: publish a/b (PUBACK 0x00 Success)")
DENIED = PacketDecision(
    0.0, "SUBSCRIBE", "a/#", 1, "iot:Subscribe", "ALLOWED", rule="subscribe-denied", detail="denied: subscribe a/#"
)


def probe(result: Outcome | Failure, *steps: ConnectionStep, **members: Any) -> Invocation:
    given = {"transport": Transport.MQTTS, "peer": "h.example:443", "version": 5, **members}
    device = DeviceConnection("id", steps=steps, is_probe=True, **given)
    return Invocation(REQUEST, Target(), result, datetime(2026, 1, 1, tzinfo=UTC), 0.1, device=device)


def test_connected_with_everything_allowed() -> None:
    invocation = probe(Outcome(True), NETWORK, TLS, CONNECTED, decisions=(PUBLISHED,))
    verdict = stages(invocation)

    assert verdict.conclusion is Conclusion.ALLOWED
    assert verdict.headline == "Connected as sensor-7 over MQTT 5 over TLS, and published to a/b."
    assert [each.stage for each in verdict.stages] == [
        ConnectionStage.NETWORK,
        ConnectionStage.TLS,
        ConnectionStage.CONNECTED,
    ]
    assert verdict_word(invocation) == "CONNECTED, PUBLISHED"


@pytest.mark.parametrize("peer", ["localhost:8883", "127.0.0.1:8883", "[::1]:8883"])
def test_what_was_published_on_this_machine_is_not_marked(peer: str) -> None:
    assert verdict_word(probe(Outcome(True), CONNECTED, decisions=(PUBLISHED,), peer=peer)) == "CONNECTED"


def test_one_denied_try() -> None:
    step = ConnectionStep(ConnectionStage.SUBSCRIBE, False, "SUBACK 0x87")
    verdict = stages(probe(Outcome(True), NETWORK, TLS, CONNECTED, step, decisions=(DENIED, PUBLISHED)))

    assert verdict.conclusion is Conclusion.PARTLY
    assert "but denied: subscribe a/#" in verdict.headline
    assert verdict.lit is not None
    assert verdict.lit.stage is ConnectionStage.SUBSCRIBE
    assert "rule of the broker" in verdict.next_step


def test_refused_names_the_usual_causes() -> None:
    failure = Failure(FailureKind.DEVICE, "connect-refused", "refused")
    step = ConnectionStep(ConnectionStage.CONNECTED, False, "CONNACK 0x87")
    verdict = stages(probe(failure, NETWORK, TLS, step, refused_by="connect-refused", reason="refused with 0x87"))

    assert verdict.conclusion is Conclusion.REFUSED
    assert "as sensor-7 over MQTT 5 over TLS was refused: refused with 0x87." in verdict.headline
    assert verdict.next_step.startswith("Usual causes, most likely first: (1) the function refused")


def test_not_reached_is_lit_at_its_stage_and_is_not_called_connected() -> None:
    failure = Failure(FailureKind.UNREACHABLE, "Unreached", "h: the certificate has expired")
    invocation = probe(
        failure, NETWORK, ConnectionStep(ConnectionStage.TLS, False, "expired"), reason="h: the certificate has expired"
    )
    verdict = stages(invocation)

    assert verdict.conclusion is Conclusion.FAILED
    assert verdict.headline == "h: the certificate has expired"
    assert [each.state for each in verdict.stages] == [StageState.PASSED, StageState.FAILED, StageState.NOT_REACHED]
    assert verdict_word(invocation) == "UNREACHABLE"
