"""Records of connections for tests: one accepted, one refused."""

from __future__ import annotations

from datetime import UTC, datetime

from authlens.core.contract.outcome import Outcome
from authlens.core.invocation.invocation import Failure, FailureKind, Invocation
from authlens.core.mqtt import rules
from authlens.core.mqtt.connection import (
    ConnectionStage,
    ConnectionStep,
    Counts,
    DeviceConnection,
    PacketDecision,
    Transport,
)
from authlens.core.mqtt.packets import V5
from authlens.core.request.request import AuthorizerRequest, MqttContext, TlsContext
from authlens.core.request.target import Target

ALLOWED = PacketDecision(1.5, "PUBLISH", "sensors/7", 1, "iot:Publish", "ALLOWED", "document 1, statement 2 (line 1)")
DENIED = PacketDecision(
    2.5, "PUBLISH", "alarms/7", 1, "iot:Publish", "IMPLICIT_DENY", "", rules.PUBLISH_DENIED.id, "no statement allows it"
)
STEPS = (
    ConnectionStep(ConnectionStage.NETWORK, True, "127.0.0.1"),
    ConnectionStep(ConnectionStage.TLS, True, "SNI localhost, ALPN mqtt", "a warning"),
    ConnectionStep(ConnectionStage.CONNECTED, True),
)
CONNECTED = DeviceConnection(
    "0f8fad5b-d9cb-469f-a165-70867728950e",
    Transport.MQTTS,
    "127.0.0.1",
    V5,
    "localhost",
    ("mqtt",),
    STEPS,
    event='{"token":"t"}',
    decisions=(ALLOWED, DENIED),
    counts=Counts(1, 2, 3, 1),
    refreshes=2,
)
REFUSED = DeviceConnection(
    "1f8fad5b-d9cb-469f-a165-70867728950e",
    Transport.WSS,
    "127.0.0.1",
    V5,
    steps=(STEPS[0], ConnectionStep(ConnectionStage.FOUND, False, "the authorizer A is INACTIVE")),
    refused_by=rules.REFUSED.id,
    reason="the authorizer A is INACTIVE",
)
REQUEST = AuthorizerRequest(
    "A",
    mqtt_context=MqttContext("sensor-7?x-amz-customauthorizer-name=A", "hunter2-hunter2", "sensor-7"),
    tls_context=TlsContext("localhost"),
)


def invocation(device: DeviceConnection) -> Invocation:
    result = (
        Failure(FailureKind.DEVICE, "InactiveAuthorizer", device.reason) if device.is_refused else Outcome(True, "s7")
    )
    return Invocation(REQUEST, Target(local="demo"), result, datetime(2026, 11, 28, tzinfo=UTC), 0.02, device=device)
