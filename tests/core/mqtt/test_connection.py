"""The record of a connection: its words, its counts, the rule behind a decision."""

from __future__ import annotations

import pytest

from authlens.core.mqtt import rules
from authlens.core.mqtt.connection import Counts, DeviceConnection, PacketDecision, Transport
from authlens.core.mqtt.packets import V3, V5
from support.device_records import ALLOWED, CONNECTED, DENIED, REFUSED


@pytest.mark.parametrize(
    ("transport", "version", "words"),
    [
        (Transport.MQTTS, V5, "MQTT 5 over TLS"),
        (Transport.WSS, V3, "MQTT 3.1.1 over WSS"),
        (Transport.MQTT, V3, "MQTT 3.1.1 over TCP"),
        (Transport.HTTPS, None, "HTTPS"),
        (Transport.TLS, None, "TLS"),
    ],
)
def test_the_protocol_in_words(transport: Transport, version: int | None, words: str) -> None:
    assert DeviceConnection("i", transport, version=version).protocol == words


def test_a_decision_knows_its_rule_and_what_answers() -> None:
    assert (ALLOWED.is_allowed, ALLOWED.broken, ALLOWED.response(V5)) == (True, None, None)
    assert (DENIED.is_allowed, DENIED.broken) == (False, rules.PUBLISH_DENIED)
    assert DENIED.response(V3) is rules.PUBLISH_DENIED.v3


def test_refused_and_connected() -> None:
    assert (CONNECTED.is_refused, REFUSED.is_refused) == (False, True)


def test_counting() -> None:
    counts = Counts()
    for packet, is_allowed in (
        ("PUBLISH", True),
        ("SUBSCRIBE", True),
        ("RECEIVE", True),
        ("RECEIVE", False),
        ("CONNECT", True),
    ):
        counts = counts.with_one(packet, is_allowed)
    assert counts == Counts(1, 1, 1, 1)


def test_a_decision_names_the_resource_of_its_action() -> None:
    asked = {"iot:Connect": "client/a", "iot:Publish": "topic/a", "iot:Subscribe": "topicfilter/a", None: "a"}
    for action, resource in asked.items():
        assert PacketDecision(at=0, packet="", topic="a", action=action).resource == resource
