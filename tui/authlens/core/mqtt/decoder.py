"""Bytes to packets, in both directions and for MQTT 3.1.1 and 5. Bytes that are not a packet raise Malformed."""

from __future__ import annotations

from collections.abc import Callable, Iterator

from authlens.core.mqtt import fields, properties
from authlens.core.mqtt.codes import PACKET_TOO_LARGE, PROTOCOL_ERROR, UNSUPPORTED_VERSION
from authlens.core.mqtt.fields import Malformed, Reader
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
from authlens.core.mqtt.properties import Properties

_PROTOCOL = "MQTT"
_OLD_PROTOCOL = "MQIsdp"
_ACKNOWLEDGEMENTS: dict[int, type[Puback] | type[Pubrec] | type[Pubrel] | type[Pubcomp]] = {
    properties.PUBACK: Puback,
    properties.PUBREC: Pubrec,
    properties.PUBREL: Pubrel,
    properties.PUBCOMP: Pubcomp,
}
_FLAGS = {properties.PUBREL: 0b0010, properties.SUBSCRIBE: 0b0010, properties.UNSUBSCRIBE: 0b0010}
"""The fixed flags of each packet type; 0 for all others except PUBLISH."""


def decode(first: int, body: bytes, version: int) -> Packet:
    """The packet from the first byte of its fixed header and the bytes after its length."""
    kind = _kind(first, version)
    reader = Reader(body)
    if kind == properties.PUBLISH:
        return _publish(first & 0x0F, reader, version)
    packet = _READERS[kind](kind, reader, version)
    reader.end()
    return packet


def _kind(first: int, version: int) -> int:
    """The type of packet that begins with this byte."""
    kind, flags = first >> 4, first & 0x0F
    if kind == properties.PUBLISH:
        return kind
    if flags != _FLAGS.get(kind, 0):
        raise Malformed(f"the flags {flags:#06b} do not belong to packet type {kind}")
    if kind not in _READERS or (kind == properties.AUTH and version != V5):
        raise Malformed(f"packet type {kind} does not exist")
    return kind


class Decoder:
    """Turns a stream of bytes into packets, however it is split. It learns the version from CONNECT.

    After Malformed the stream is unusable: the start of the next packet is unknown.
    """

    def __init__(self, version: int = V3, largest: int = fields.VARIABLE_LIMIT) -> None:
        self.version = version
        self.largest = largest
        """The largest accepted body of a packet, in bytes."""
        self._buffer = bytearray()

    def feed(self, data: bytes) -> Iterator[Packet]:
        """The packets that are complete so far. Bytes are consumed as packets are requested."""
        self._buffer += data
        while True:
            header = self._header()
            if header is None or len(self._buffer) < sum(header):
                if self._buffer:
                    _kind(self._buffer[0], self.version)
                return
            start, end = header[0], sum(header)
            first, body = self._buffer[0], bytes(self._buffer[start:end])
            del self._buffer[:end]
            packet = decode(first, body, self.version)
            if isinstance(packet, Connect):
                self.version = packet.version
            yield packet

    @property
    def waiting(self) -> int:
        """Bytes of an incomplete packet, or of packets that were not requested yet."""
        return len(self._buffer)

    def _header(self) -> tuple[int, int] | None:
        """Where the body starts and how long it is; `None` while that is unknown."""
        value = 0
        for index in range(1, min(5, len(self._buffer))):
            byte = self._buffer[index]
            value |= (byte & 0x7F) << 7 * (index - 1)
            if byte < 0x80:
                if not byte and index > 1 and self.version == V5:
                    raise Malformed("the length of a packet is longer than necessary")
                if value > self.largest:
                    raise Malformed(f"a packet of {value} bytes is larger than {self.largest}", PACKET_TOO_LARGE)
                return index + 1, value
        if len(self._buffer) >= 5:
            raise Malformed("the length of a packet has more than four bytes")
        return None


def _connect(kind: int, reader: Reader, version: int) -> Connect:
    name, level = reader.text(), reader.byte()
    if (name, level) not in ((_PROTOCOL, V3), (_PROTOCOL, V5)):
        known = name in (_PROTOCOL, _OLD_PROTOCOL)
        code = UNSUPPORTED_VERSION if known else PROTOCOL_ERROR
        raise Malformed(f"the protocol {name!r} level {level} is neither MQTT 3.1.1 nor 5", code)
    flags, keep_alive = reader.byte(), reader.short()
    if _bit(flags, 0):
        raise Malformed("the reserved flag of CONNECT is set")
    given = properties.read(reader, properties.CONNECT) if level == V5 else ()
    client_id = reader.text()
    will = _will(flags, reader, level)
    username = reader.text() if _bit(flags, 7) else None
    if _bit(flags, 6) and username is None and level == V3:
        raise Malformed("CONNECT has a password without a username, which MQTT 3.1.1 does not allow")
    password = reader.binary() if _bit(flags, 6) else None
    return Connect(client_id, username, password, level, _bit(flags, 1), keep_alive, will, given)


def _will(flags: int, reader: Reader, version: int) -> Will | None:
    qos, retain = flags >> 3 & 0x03, _bit(flags, 5)
    if not _bit(flags, 2):
        if qos or retain:
            raise Malformed("CONNECT has flags of a will but no will")
        return None
    if qos == 3:
        raise Malformed("the QoS of the will is 3")
    given = properties.read(reader, properties.WILL) if version == V5 else ()
    topic, payload = reader.text(), reader.binary()
    return Will(topic, payload, qos, retain, given)


def _connack(kind: int, reader: Reader, version: int) -> Connack:
    flags, code = reader.byte(), reader.byte()
    if flags > 1:
        raise Malformed("reserved flags of CONNACK are set")
    return Connack(code, bool(flags), _given(kind, reader, version))


def _publish(flags: int, reader: Reader, version: int) -> Publish:
    qos = flags >> 1 & 0x03
    if qos == 3:
        raise Malformed("the QoS of a PUBLISH is 3")
    if _bit(flags, 3) and not qos:
        raise Malformed("a PUBLISH of QoS 0 is marked as a duplicate")
    topic = reader.text()
    packet_id = _packet_id(reader) if qos else None
    given = _given(properties.PUBLISH, reader, version)
    return Publish(topic, reader.rest(), qos, _bit(flags, 0), _bit(flags, 3), packet_id, given)


def _bit(flags: int, number: int) -> bool:
    return bool(flags >> number & 1)


def _packet_id(reader: Reader) -> int:
    packet_id = reader.short()
    if not packet_id:
        raise Malformed("a packet identifier is 0", PROTOCOL_ERROR)
    return packet_id


def _given(kind: int, reader: Reader, version: int) -> Properties:
    return properties.read(reader, kind) if version == V5 else ()


def _acknowledgement(kind: int, reader: Reader, version: int) -> Packet:
    packet_id = _packet_id(reader)
    code = reader.byte() if version == V5 and reader.left else 0
    given = properties.read(reader, kind) if version == V5 and reader.left else ()
    return _ACKNOWLEDGEMENTS[kind](packet_id, code, given)


def _subscribe(kind: int, reader: Reader, version: int) -> Subscribe:
    packet_id, given = _packet_id(reader), _given(kind, reader, version)
    filters = []
    while reader.left:
        topic, options = reader.text(), reader.byte()
        if options & 0x03 == 3 or options >> 4 & 0x03 == 3 or options & (0xC0 if version == V5 else 0xFC):
            raise Malformed(f"{options:#04x} is not a set of subscription options")
        filters.append(Filter(topic, options & 0x03, _bit(options, 2), _bit(options, 3), options >> 4 & 0x03))
    if not filters:
        raise Malformed("a SUBSCRIBE names no topic filter", PROTOCOL_ERROR)
    return Subscribe(packet_id, tuple(filters), given)


def _suback(kind: int, reader: Reader, version: int) -> Suback:
    packet_id, given = _packet_id(reader), _given(kind, reader, version)
    return Suback(packet_id, tuple(reader.rest()), given)


def _unsubscribe(kind: int, reader: Reader, version: int) -> Unsubscribe:
    packet_id, given = _packet_id(reader), _given(kind, reader, version)
    filters = []
    while reader.left:
        filters.append(reader.text())
    if not filters:
        raise Malformed("an UNSUBSCRIBE names no topic filter", PROTOCOL_ERROR)
    return Unsubscribe(packet_id, tuple(filters), given)


def _unsuback(kind: int, reader: Reader, version: int) -> Unsuback:
    packet_id, given = _packet_id(reader), _given(kind, reader, version)
    return Unsuback(packet_id, tuple(reader.rest()) if version == V5 else (), given)


def _ping(kind: int, reader: Reader, version: int) -> Packet:
    return Pingreq() if kind == properties.PINGREQ else Pingresp()


def _ending(kind: int, reader: Reader, version: int) -> Packet:
    """DISCONNECT and AUTH: a code and properties, both optional."""
    code = reader.byte() if version == V5 and reader.left else 0
    given = properties.read(reader, kind) if version == V5 and reader.left else ()
    return Disconnect(code, given) if kind == properties.DISCONNECT else Auth(code, given)


_READERS: dict[int, Callable[[int, Reader, int], Packet]] = {
    properties.CONNECT: _connect,
    properties.CONNACK: _connack,
    **dict.fromkeys(_ACKNOWLEDGEMENTS, _acknowledgement),
    properties.SUBSCRIBE: _subscribe,
    properties.SUBACK: _suback,
    properties.UNSUBSCRIBE: _unsubscribe,
    properties.UNSUBACK: _unsuback,
    properties.PINGREQ: _ping,
    properties.PINGRESP: _ping,
    properties.DISCONNECT: _ending,
    properties.AUTH: _ending,
}
