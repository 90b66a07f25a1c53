"""Packets as bytes: the examples of the specifications, and values that cannot travel."""

from __future__ import annotations

import pytest

from authlens.core.mqtt import properties
from authlens.core.mqtt.encoder import encode
from authlens.core.mqtt.fields import Malformed
from authlens.core.mqtt.packets import (
    V3,
    V5,
    Auth,
    Connack,
    Connect,
    Disconnect,
    Filter,
    Packet,
    Pingreq,
    Pingresp,
    Puback,
    Pubcomp,
    Publish,
    Pubrec,
    Pubrel,
    Suback,
    Subscribe,
    Unsuback,
    Unsubscribe,
    Will,
)


@pytest.mark.parametrize(
    ("packet", "version", "written"),
    [
        (Connect("c", keep_alive=60), V3, b"\x10\x0d\0\4MQTT\4\2\0\x3c\0\1c"),
        (Connect("c", "u", b"p", V5), V5, b"\x10\x14\0\4MQTT\5\xc2\0\0\0\0\1c\0\1u\0\1p"),
        (Connect("", will=Will("t", b"w", 1, True)), V3, b"\x10\x12\0\4MQTT\4\x2e\0\0\0\0\0\1t\0\1w"),
        (Connack(0x87), V3, b"\x20\2\0\x87"),
        (Connack(0x87), V5, b"\x20\3\0\x87\0"),
        (Publish("a/b", b"x"), V3, b"\x30\6\0\3a/bx"),
        (Publish("a/b", b"x", 1, True, True, 10), V3, b"\x3b\x08\0\3a/b\0\x0ax"),
        (Publish("", b"", properties=((properties.TOPIC_ALIAS, 1),)), V5, b"\x30\6\0\0\3\x23\0\1"),
        (Puback(1), V5, b"\x40\2\0\1"),
        (Puback(1, 0x87), V5, b"\x40\3\0\1\x87"),
        (Puback(1, 0x87), V3, b"\x40\2\0\1"),
        (Pubrel(1), V3, b"\x62\2\0\1"),
        (Subscribe(1, (Filter("a", 1, True, True, 2),)), V5, b"\x82\7\0\1\0\0\1a\x2d"),
        (Subscribe(1, (Filter("a", 1, True, True, 2),)), V3, b"\x82\6\0\1\0\1a\1"),
        (Suback(1, (0, 0x80)), V3, b"\x90\4\0\1\0\x80"),
        (Unsuback(1, (0,)), V3, b"\xb0\2\0\1"),
        (Pingreq(), V3, b"\xc0\0"),
        (Pingresp(), V3, b"\xd0\0"),
        (Connack(0, True), V3, b"\x20\2\1\0"),
        (Connect(will=Will("t", qos=2)), V3, b"\x10\x11\0\4MQTT\4\x16\0\0\0\0\0\1t\0\0"),
        (Connect(clean_start=False, username="u"), V3, b"\x10\x0f\0\4MQTT\4\x80\0\0\0\0\0\1u"),
        (Connect(password=b"p", version=V5), V5, b"\x10\x10\0\4MQTT\5\x42\0\0\0\0\0\0\1p"),
        (Publish("a", b"x", 2, packet_id=1), V3, b"\x34\6\0\1a\0\1x"),
        (Puback(1, 0, ((properties.REASON_STRING, "r"),)), V5, b"\x40\x08\0\1\0\4\x1f\0\1r"),
        (Disconnect(0, ((properties.REASON_STRING, "r"),)), V5, b"\xe0\6\0\4\x1f\0\1r"),
        (Auth(0x18), V5, b"\xf0\1\x18"),
        (Pubrec(1), V3, b"\x50\2\0\1"),
        (Pubcomp(1), V3, b"\x70\2\0\1"),
        (Unsubscribe(1, ("a", "b")), V3, b"\xa2\x08\0\1\0\1a\0\1b"),
        (Unsuback(1, (0, 0x11)), V5, b"\xb0\5\0\1\0\0\x11"),
        (Suback(1, (0x87,)), V5, b"\x90\4\0\1\0\x87"),
        (Disconnect(), V5, b"\xe0\0"),
        (Disconnect(0x8E), V5, b"\xe0\1\x8e"),
        (Disconnect(0x8E), V3, b"\xe0\0"),
    ],
    ids=str,
)
def test_a_packet_as_bytes(packet: Packet, version: int, written: bytes) -> None:
    assert encode(packet, version) == written


@pytest.mark.parametrize(
    ("packet", "words"),
    [
        (Publish("a", qos=1), "packet identifier"),
        (Publish("a", packet_id=1), "packet identifier"),
        (Publish("a", qos=3, packet_id=1), "3 is not a QoS"),
        (Publish("a", qos=-1, packet_id=1), "-1 is not a QoS"),
        (Connect(will=Will("a", qos=3)), "3 is not a QoS"),
        (Subscribe(1, (Filter("a", 3),)), "3 is not a QoS"),
        (Subscribe(1, (Filter("a", 1, retain_handling=3),)), "3 is not a QoS"),
        (Subscribe(0, (Filter("a"),)), "packet identifier is 0"),
        (Publish("a\ud800"), "UTF-8"),
        (Publish("a" * 65536), "longer than 65535"),
        (Puback(0), "packet identifier is 0"),
        (Puback(65536), "does not fit into 2 bytes"),
        (Suback(1, (256,)), "does not fit into 1 byte"),
        (Connack(300), "does not fit into 1 byte"),
        (Puback(1, properties=((0x7F, 1),)), "no property 0x7f"),
        (Puback(1, properties=((properties.TOPIC_ALIAS, 1),)), "does not belong"),
        (Publish("a", properties=((properties.TOPIC_ALIAS, "1"),)), "type str"),
        (Publish("a", properties=((properties.TOPIC_ALIAS, 0),)), "0 is not a value of topicAlias"),
        (Publish("a", properties=((properties.USER_PROPERTY, "1"),)), "not a pair"),
    ],
    ids=str,
)
def test_a_value_that_cannot_travel_is_malformed(packet: Packet, words: str) -> None:
    with pytest.raises(Malformed, match=words):
        encode(packet, V5)
