"""Packets to bytes, in both directions and for MQTT 3.1.1 and 5. A value that cannot be encoded raises Malformed.

Fields that 3.1.1 does not have are left out of its packets.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from authlens.core.mqtt import fields, properties
from authlens.core.mqtt.fields import Malformed
from authlens.core.mqtt.packets import (
    V5,
    Acknowledgement,
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
)
from authlens.core.mqtt.properties import Properties


def encode(packet: Packet, version: int) -> bytes:
    """The packet as bytes."""
    kind, write = _WRITERS[type(packet)]
    flags, body = write(packet, version)
    return bytes((kind << 4 | flags,)) + fields.variable(len(body)) + body


def _connect(packet: Connect, _: int) -> tuple[int, bytes]:
    will, version = packet.will, packet.version
    flags = packet.clean_start << 1 | (packet.password is not None) << 6 | (packet.username is not None) << 7
    if will is not None:
        flags |= 0x04 | _qos(will.qos) << 3 | will.retain << 5
    parts = [fields.text("MQTT"), bytes((version, flags)), fields.short(packet.keep_alive)]
    parts.append(_given(packet.properties, properties.CONNECT, version))
    parts.append(fields.text(packet.client_id))
    if will is not None:
        parts.append(_given(will.properties, properties.WILL, version))
        parts += (fields.text(will.topic), fields.binary(will.payload))
    if packet.username is not None:
        parts.append(fields.text(packet.username))
    if packet.password is not None:
        parts.append(fields.binary(packet.password))
    return 0, b"".join(parts)


def _connack(packet: Connack, version: int) -> tuple[int, bytes]:
    start = fields.byte(packet.session_present) + fields.byte(packet.code)
    return 0, start + _given(packet.properties, properties.CONNACK, version)


def _publish(packet: Publish, version: int) -> tuple[int, bytes]:
    if (packet.packet_id is not None) != bool(packet.qos):
        raise Malformed("a PUBLISH has a packet identifier for QoS 1 and 2, and only then")
    flags = packet.duplicate << 3 | _qos(packet.qos) << 1 | packet.retain
    packet_id = b"" if packet.packet_id is None else _packet_id(packet.packet_id)
    given = _given(packet.properties, properties.PUBLISH, version)
    return flags, fields.text(packet.topic) + packet_id + given + packet.payload


def _acknowledgement(packet: Acknowledgement, version: int) -> tuple[int, bytes]:
    kind = _WRITERS[type(packet)][0]
    flags = 0b0010 if kind == properties.PUBREL else 0
    return flags, _packet_id(packet.packet_id) + _ending(packet.code, packet.properties, kind, version)


def _subscribe(packet: Subscribe, version: int) -> tuple[int, bytes]:
    given = _given(packet.properties, properties.SUBSCRIBE, version)
    filters = b"".join(fields.text(each.topic) + bytes((_options(each, version),)) for each in packet.filters)
    return 0b0010, _packet_id(packet.packet_id) + given + filters


def _options(each: Filter, version: int) -> int:
    if version != V5:
        return _qos(each.qos)
    return _qos(each.qos) | each.no_local << 2 | each.retain_as_published << 3 | _qos(each.retain_handling) << 4


def _suback(packet: Suback, version: int) -> tuple[int, bytes]:
    given = _given(packet.properties, properties.SUBACK, version)
    return 0, _packet_id(packet.packet_id) + given + b"".join(map(fields.byte, packet.codes))


def _unsubscribe(packet: Unsubscribe, version: int) -> tuple[int, bytes]:
    given = _given(packet.properties, properties.UNSUBSCRIBE, version)
    return 0b0010, _packet_id(packet.packet_id) + given + b"".join(map(fields.text, packet.filters))


def _unsuback(packet: Unsuback, version: int) -> tuple[int, bytes]:
    codes = b"".join(map(fields.byte, packet.codes)) if version == V5 else b""
    return 0, _packet_id(packet.packet_id) + _given(packet.properties, properties.UNSUBACK, version) + codes


def _ping(packet: Pingreq | Pingresp, version: int) -> tuple[int, bytes]:
    return 0, b""


def _disconnect(packet: Disconnect, version: int) -> tuple[int, bytes]:
    return 0, _ending(packet.code, packet.properties, properties.DISCONNECT, version)


def _auth(packet: Auth, version: int) -> tuple[int, bytes]:
    return 0, _ending(packet.code, packet.properties, properties.AUTH, version)


def _ending(code: int, given: Properties, kind: int, version: int) -> bytes:
    """A code and properties, both omitted if they hold nothing."""
    if version != V5 or not (code or given):
        return b""
    return fields.byte(code) + (properties.write(given, kind) if given else b"")


def _given(given: Properties, kind: int, version: int) -> bytes:
    return properties.write(given, kind) if version == V5 else b""


def _packet_id(packet_id: int) -> bytes:
    if not packet_id:
        raise Malformed("a packet identifier is 0")
    return fields.short(packet_id)


def _qos(qos: int) -> int:
    if qos not in (0, 1, 2):
        raise Malformed(f"{qos} is not a QoS")
    return qos


_Writer = Callable[[Any, int], tuple[int, bytes]]
"""Returns the flags of the fixed header, and the body."""

_WRITERS: dict[type[Packet], tuple[int, _Writer]] = {
    Connect: (properties.CONNECT, _connect),
    Connack: (properties.CONNACK, _connack),
    Publish: (properties.PUBLISH, _publish),
    Puback: (properties.PUBACK, _acknowledgement),
    Pubrec: (properties.PUBREC, _acknowledgement),
    Pubrel: (properties.PUBREL, _acknowledgement),
    Pubcomp: (properties.PUBCOMP, _acknowledgement),
    Subscribe: (properties.SUBSCRIBE, _subscribe),
    Suback: (properties.SUBACK, _suback),
    Unsubscribe: (properties.UNSUBSCRIBE, _unsubscribe),
    Unsuback: (properties.UNSUBACK, _unsuback),
    Pingreq: (properties.PINGREQ, _ping),
    Pingresp: (properties.PINGRESP, _ping),
    Disconnect: (properties.DISCONNECT, _disconnect),
    Auth: (properties.AUTH, _auth),
}
