"""The record of a connection: its words, its counts, the rule behind a decision."""

from __future__ import annotations

import pytest

from authlens.core.mqtt import rules
from authlens.core.mqtt.connection import (
    KEPT_DECISIONS,
    Counts,
    DeviceConnection,
    PacketDecision,
    PresentedCertificate,
    Transport,
)
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
        (Transport.WS, V5, "MQTT 5 over WS"),
        (Transport.HTTP, None, "HTTP"),
        (Transport.TCP, None, "TCP"),
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
    start = Counts(10, 20, 30, 40)
    assert start.with_one("PUBLISH", True) == Counts(11, 20, 30, 40)
    assert start.with_one("SUBSCRIBE", True) == Counts(10, 21, 30, 40)
    assert start.with_one("RECEIVE", True) == Counts(10, 20, 31, 40)
    assert start.with_one("CONNECT", True) == start
    for packet in ("PUBLISH", "SUBSCRIBE", "RECEIVE", "CONNECT"):
        assert start.with_one(packet, False) == Counts(10, 20, 30, 41)
    assert KEPT_DECISIONS == 200


def test_a_decision_names_the_resource_of_its_action() -> None:
    asked = {"iot:Connect": "client/a", "iot:Publish": "topic/a", "iot:Subscribe": "topicfilter/a", None: "a"}
    for action, resource in asked.items():
        assert PacketDecision(at=0, packet="", topic="a", action=action).resource == resource


def test_what_is_encrypted() -> None:
    assert [each.value for each in Transport if each.is_encrypted] == ["mqtts", "wss", "https", "tls"]


def test_a_certificate_in_words() -> None:
    assert str(PresentedCertificate("ab12")) == "ab12"
    assert str(PresentedCertificate("ab12", "CN=sensor-7")) == "ab12 (CN=sensor-7)"


def test_an_unknown_rule_and_action_are_kept_as_they_are() -> None:
    of_later = PacketDecision(0, "PUBLISH", "a", action="iot:Unheard", rule="unheard-of")
    assert (of_later.is_allowed, of_later.broken, of_later.response(V5), of_later.resource) == (False, None, None, "a")


PUBLISHED = (
    PacketDecision(0, "PUBLISH", "a"),
    PacketDecision(0, "PUBLISH", "denied", rule=rules.PUBLISH_DENIED.id),
    PacketDecision(0, "SUBSCRIBE", "b"),
    PacketDecision(0, "PUBLISH", "c"),
)


@pytest.mark.parametrize(
    ("peer", "decisions", "is_probe", "published", "elsewhere"),
    [
        ("h.example.com:443", PUBLISHED, True, ("a", "c"), True),
        ("127.0.0.1:8883", PUBLISHED, True, ("a", "c"), False),
        ("[::1]:8883", PUBLISHED, True, ("a", "c"), False),
        ("h.example.com:443", PUBLISHED, False, (), False),
        ("h.example.com:443", PUBLISHED[1:3], True, (), False),
    ],
    ids=["elsewhere", "this machine", "this machine by IPv6", "a real device", "nothing was allowed"],
)
def test_what_a_probe_published_and_where(
    peer: str, decisions: tuple[PacketDecision, ...], is_probe: bool, published: tuple[str, ...], elsewhere: bool
) -> None:
    device = DeviceConnection("i", Transport.MQTTS, peer, decisions=decisions, is_probe=is_probe)
    assert (device.published, device.has_published_elsewhere) == (published, elsewhere)
