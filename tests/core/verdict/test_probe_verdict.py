"""The verdict on a probe: its own stages, never those of a test call, and nothing about policies that it cannot see."""

from __future__ import annotations

from dataclasses import replace
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

    known = ("subscribe a/#: No statement allows it", "another")
    denied = probe(Outcome(True), NETWORK, TLS, CONNECTED, step, decisions=(DENIED,), listener_reasons=known)
    assert stages(denied).next_step == "The device listener's reason: subscribe a/#: No statement allows it."


def test_refused_names_the_usual_causes() -> None:
    failure = Failure(FailureKind.DEVICE, "connect-refused", "refused")
    step = ConnectionStep(ConnectionStage.CONNECTED, False, "CONNACK 0x87")
    verdict = stages(probe(failure, NETWORK, TLS, step, refused_by="connect-refused", reason="refused with 0x87"))

    assert verdict.conclusion is Conclusion.REFUSED
    assert "as sensor-7 over MQTT 5 over TLS was refused: 0x87." in verdict.headline
    assert verdict.next_step.startswith("Usual causes, most likely first: (1) the function refused")

    known = ("the authorizer A is INACTIVE",)
    refused = {"refused_by": "connect-refused", "reason": "refused with 0x87", "listener_reasons": known}
    assert stages(probe(failure, NETWORK, TLS, step, **refused)).next_step == (
        "The device listener's reason: the authorizer A is INACTIVE."
    )


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


DENIED_TOO = PacketDecision(0.0, "PUBLISH", "b", 1, "iot:Publish", "IMPLICIT_DENY", rule="publish-denied")
DEVICE_FAILURE = Failure(FailureKind.DEVICE, "connect-refused", "refused")
UNREACHED = Failure(FailureKind.UNREACHABLE, "Unreached", "no network")
COMPARE = "Compare it with the test call in the history."
RULE = "The documents of the last answer allow it: look for a rule of the broker, or for an older answer."
CHECK_ENDPOINT = "Check the endpoint, then connect again."
CAUSES = (
    "Usual causes, most likely first: (1) the function refused, raised an error or returned an answer that AWS does "
    "not accept: compare with a test call; (2) the policies do not allow iot:Connect for this client id; (3) no "
    "authorizer of that name is ACTIVE, or none was named and no default authorizer is set; (4) the token's signature "
    "is missing or does not match: the function is not invoked then."
)


@pytest.mark.parametrize(
    ("result", "members", "conclusion", "headline", "step"),
    [
        (Outcome(True), {}, Conclusion.ALLOWED, "Connected as sensor-7 over MQTT 5 over TLS.", COMPARE),
        (
            Outcome(True),
            {"decisions": (PUBLISHED, replace(PUBLISHED, topic="c"), replace(PUBLISHED, packet="SUBSCRIBE"))},
            Conclusion.ALLOWED,
            "Connected as sensor-7 over MQTT 5 over TLS, and published to a/b, published to c.",
            COMPARE,
        ),
        (
            Outcome(True),
            {"transport": Transport.HTTPS, "version": None, "decisions": (PUBLISHED,)},
            Conclusion.ALLOWED,
            "Connected to h.example:443 over HTTPS, and published to a/b.",
            COMPARE,
        ),
        (
            Outcome(True),
            {"decisions": (PUBLISHED, DENIED)},
            Conclusion.PARTLY,
            "Connected as sensor-7 over MQTT 5 over TLS, but denied: subscribe a/#.",
            RULE,
        ),
        (
            Outcome(True),
            {"decisions": (PUBLISHED, DENIED_TOO, DENIED)},
            Conclusion.PARTLY,
            "Connected as sensor-7 over MQTT 5 over TLS, but publish b was denied (2 of 3 tries).",
            "Send the test call, and ask about iot:Publish on topic/b.",
        ),
        (
            DEVICE_FAILURE,
            {"refused_by": "connect-refused", "reason": "CONNACK 0x87"},
            Conclusion.REFUSED,
            "The connection as sensor-7 over MQTT 5 over TLS was refused: CONNACK 0x87.",
            CAUSES,
        ),
        (UNREACHED, {"reason": "the network"}, Conclusion.FAILED, "the network", CHECK_ENDPOINT),
        (UNREACHED, {}, Conclusion.FAILED, "no network", CHECK_ENDPOINT),
        (replace(UNREACHED, message=None), {}, Conclusion.FAILED, "Unreached", CHECK_ENDPOINT),
    ],
)
def test_the_words_of_a_probe_s_verdict(
    result: Outcome | Failure, members: dict[str, Any], conclusion: Conclusion, headline: str, step: str
) -> None:
    verdict = stages(probe(result, NETWORK, TLS, CONNECTED, **members))
    assert (verdict.conclusion, verdict.headline, verdict.next_step) == (conclusion, headline, step)
    assert verdict.caveats == ()


def test_without_a_client_id_the_peer_is_named() -> None:
    invocation = replace(probe(Outcome(True)), request=AuthorizerRequest("A"))
    assert stages(invocation).headline == "Connected to h.example:443 over MQTT 5 over TLS."
    bare = replace(invocation, request=AuthorizerRequest("A", mqtt_context=MqttContext("u")))
    assert stages(bare).headline == "Connected to h.example:443 over MQTT 5 over TLS."


@pytest.mark.parametrize(
    ("stage", "step"),
    [
        (ConnectionStage.NETWORK, "Check the host name, the port and the network, then connect again."),
        (ConnectionStage.TLS, "Fix the problem described, then connect again; nothing was sent to the authorizer."),
        (ConnectionStage.CONNECTED, CHECK_ENDPOINT),
    ],
)
def test_what_to_do_where_a_probe_ended(stage: ConnectionStage, step: str) -> None:
    assert stages(probe(UNREACHED, ConnectionStep(stage, False, "x"))).next_step == step


PASSED, FAILED, NOT_REACHED = StageState.PASSED, StageState.FAILED, StageState.NOT_REACHED


@pytest.mark.parametrize(
    ("transport", "steps", "expected"),
    [
        (
            Transport.MQTTS,
            (NETWORK, ConnectionStep(ConnectionStage.TLS, True), ConnectionStep(ConnectionStage.TLS, True, "a"), TLS),
            [("network", PASSED, "TCP"), ("TLS", PASSED, "a; TLSv1.3"), ("connected", NOT_REACHED, "")],
        ),
        (
            Transport.WSS,
            (ConnectionStep(ConnectionStage.UPGRADE, False, "403"), ConnectionStep(ConnectionStage.UPGRADE, True, "b")),
            [
                ("network", NOT_REACHED, ""),
                ("TLS", NOT_REACHED, ""),
                ("upgrade", FAILED, "403"),
                ("connected", NOT_REACHED, ""),
            ],
        ),
        (
            Transport.HTTPS,
            (
                ConnectionStep(ConnectionStage.PUBLISH, True, "200"),
                ConnectionStep(ConnectionStage.PUBLISH, False, "403"),
            ),
            [("network", NOT_REACHED, ""), ("TLS", NOT_REACHED, ""), ("publish", FAILED, "403")],
        ),
    ],
)
def test_the_stages_of_a_probe(
    transport: Transport, steps: tuple[ConnectionStep, ...], expected: list[tuple[str, StageState, str]]
) -> None:
    found = stages(probe(Outcome(True), *steps, transport=transport)).stages
    assert [(str(each.stage), each.state, each.why) for each in found] == expected
