"""The properties of MQTT 5, one row each: number, name, type, and the packets that may carry it."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import TypeVar

from authlens.core.mqtt import fields, limits
from authlens.core.mqtt.codes import PROTOCOL_ERROR, TOPIC_ALIAS_INVALID
from authlens.core.mqtt.fields import Malformed, Reader
from authlens.frozen import dataclass

Value = int | str | bytes | tuple[str, str]
Properties = tuple[tuple[int, Value], ...]
"""Numbers and values, in the order of the wire."""

PAYLOAD_FORMAT = 0x01
MESSAGE_EXPIRY = 0x02
CONTENT_TYPE = 0x03
RESPONSE_TOPIC = 0x08
CORRELATION_DATA = 0x09
SUBSCRIPTION_ID = 0x0B
SESSION_EXPIRY = 0x11
ASSIGNED_CLIENT_ID = 0x12
SERVER_KEEP_ALIVE = 0x13
AUTHENTICATION_METHOD = 0x15
AUTHENTICATION_DATA = 0x16
REQUEST_PROBLEM_INFORMATION = 0x17
WILL_DELAY = 0x18
REQUEST_RESPONSE_INFORMATION = 0x19
RESPONSE_INFORMATION = 0x1A
SERVER_REFERENCE = 0x1C
REASON_STRING = 0x1F
RECEIVE_MAXIMUM = 0x21
TOPIC_ALIAS_MAXIMUM = 0x22
TOPIC_ALIAS = 0x23
MAXIMUM_QOS = 0x24
RETAIN_AVAILABLE = 0x25
USER_PROPERTY = 0x26
MAXIMUM_PACKET_SIZE = 0x27
WILDCARDS_AVAILABLE = 0x28
SUBSCRIPTION_IDS_AVAILABLE = 0x29
SHARED_AVAILABLE = 0x2A

CONNECT, CONNACK, PUBLISH, PUBACK, PUBREC, PUBREL, PUBCOMP = 1, 2, 3, 4, 5, 6, 7
SUBSCRIBE, SUBACK, UNSUBSCRIBE, UNSUBACK, PINGREQ, PINGRESP, DISCONNECT, AUTH = 8, 9, 10, 11, 12, 13, 14, 15
"""The types of packets."""
WILL = 0
"""The properties of a will, inside CONNECT."""

_ACKNOWLEDGEMENTS = (PUBACK, PUBREC, PUBREL, PUBCOMP, SUBACK, UNSUBACK)


@dataclass(frozen=True, slots=True)
class Type:
    read: Callable[[Reader], Value]
    write: Callable[[Value], bytes]


T = TypeVar("T", int, str, bytes)


def _writer(kind: type[T], write: Callable[[T], bytes]) -> Callable[[Value], bytes]:
    def checked(value: Value) -> bytes:
        if not isinstance(value, kind):
            raise Malformed(f"a property has a value of type {type(value).__name__}")
        return write(value)

    return checked


def _pair(reader: Reader) -> Value:
    return reader.text(), reader.text()


def _write_pair(value: Value) -> bytes:
    if not isinstance(value, tuple):
        raise Malformed("a user property is not a pair")
    return fields.text(value[0]) + fields.text(value[1])


BYTE = Type(Reader.byte, _writer(int, fields.byte))
SHORT = Type(Reader.short, _writer(int, fields.short))
LONG = Type(Reader.long, _writer(int, fields.long))
VARIABLE = Type(Reader.variable, _writer(int, fields.variable))
TEXT = Type(Reader.text, _writer(str, fields.text))
BINARY = Type(Reader.binary, _writer(bytes, fields.binary))
PAIR = Type(_pair, _write_pair)


@dataclass(frozen=True, slots=True)
class PropertyRow:
    name: str
    """Its name in JSON and on the screen."""
    type: Type
    packets: tuple[int, ...]
    least: int = 0
    """The smallest value allowed."""
    most: int | None = None
    repeats: bool = False
    code: int = PROTOCOL_ERROR
    """The reason code of the answer to another value."""


TABLE: dict[int, PropertyRow] = {
    PAYLOAD_FORMAT: PropertyRow("payloadFormatIndicator", BYTE, (PUBLISH, WILL), most=1),
    MESSAGE_EXPIRY: PropertyRow("messageExpiryInterval", LONG, (PUBLISH, WILL)),
    CONTENT_TYPE: PropertyRow("contentType", TEXT, (PUBLISH, WILL)),
    RESPONSE_TOPIC: PropertyRow("responseTopic", TEXT, (PUBLISH, WILL)),
    CORRELATION_DATA: PropertyRow("correlationData", BINARY, (PUBLISH, WILL)),
    SUBSCRIPTION_ID: PropertyRow("subscriptionIdentifier", VARIABLE, (PUBLISH, SUBSCRIBE), least=1, repeats=True),
    SESSION_EXPIRY: PropertyRow("sessionExpiryInterval", LONG, (CONNECT, CONNACK, DISCONNECT)),
    ASSIGNED_CLIENT_ID: PropertyRow("assignedClientIdentifier", TEXT, (CONNACK,)),
    SERVER_KEEP_ALIVE: PropertyRow("serverKeepAlive", SHORT, (CONNACK,)),
    AUTHENTICATION_METHOD: PropertyRow("authenticationMethod", TEXT, (CONNECT, CONNACK, AUTH)),
    AUTHENTICATION_DATA: PropertyRow("authenticationData", BINARY, (CONNECT, CONNACK, AUTH)),
    REQUEST_PROBLEM_INFORMATION: PropertyRow("requestProblemInformation", BYTE, (CONNECT,), most=1),
    WILL_DELAY: PropertyRow("willDelayInterval", LONG, (WILL,)),
    REQUEST_RESPONSE_INFORMATION: PropertyRow("requestResponseInformation", BYTE, (CONNECT,), most=1),
    RESPONSE_INFORMATION: PropertyRow("responseInformation", TEXT, (CONNACK,)),
    SERVER_REFERENCE: PropertyRow("serverReference", TEXT, (CONNACK, DISCONNECT)),
    REASON_STRING: PropertyRow("reasonString", TEXT, (CONNACK, *_ACKNOWLEDGEMENTS, DISCONNECT, AUTH)),
    RECEIVE_MAXIMUM: PropertyRow("receiveMaximum", SHORT, (CONNECT, CONNACK), least=1),
    TOPIC_ALIAS_MAXIMUM: PropertyRow("topicAliasMaximum", SHORT, (CONNECT, CONNACK)),
    TOPIC_ALIAS: PropertyRow("topicAlias", SHORT, (PUBLISH,), least=1, code=TOPIC_ALIAS_INVALID),
    MAXIMUM_QOS: PropertyRow("maximumQoS", BYTE, (CONNACK,), most=1),
    RETAIN_AVAILABLE: PropertyRow("retainAvailable", BYTE, (CONNACK,), most=1),
    USER_PROPERTY: PropertyRow(
        "userProperty", PAIR, (WILL, *range(CONNECT, UNSUBACK + 1), DISCONNECT, AUTH), repeats=True
    ),
    MAXIMUM_PACKET_SIZE: PropertyRow("maximumPacketSize", LONG, (CONNECT, CONNACK), least=1),
    WILDCARDS_AVAILABLE: PropertyRow("wildcardSubscriptionAvailable", BYTE, (CONNACK,), most=1),
    SUBSCRIPTION_IDS_AVAILABLE: PropertyRow("subscriptionIdentifierAvailable", BYTE, (CONNACK,), most=1),
    SHARED_AVAILABLE: PropertyRow("sharedSubscriptionAvailable", BYTE, (CONNACK,), most=1),
}


_LARGEST = {
    CONTENT_TYPE: limits.CONTENT_TYPE_BYTES,
    CORRELATION_DATA: limits.CORRELATION_BYTES,
    USER_PROPERTY: limits.USER_PROPERTY_BYTES,
}


def first(properties: Properties, number: int) -> Value | None:
    return next((value for each, value in properties if each == number), None)


def number_of(properties: Properties, number: int) -> int | None:
    """The first value of a property that is a number."""
    value = first(properties, number)
    return value if isinstance(value, int) else None


def text_of(properties: Properties, number: int) -> str | None:
    """The first value of a property that is text."""
    value = first(properties, number)
    return value if isinstance(value, str) else None


def oversized(properties: Properties) -> str | None:
    """Which property AWS IoT does not accept because of its size, as a sentence; `None` if there is none."""
    if not properties:
        return None
    sizes = dict.fromkeys(_LARGEST, 0)
    for number, value in properties:
        if number in sizes:
            sizes[number] += sum(map(_size, value if isinstance(value, tuple) else (value,)))
    for number, size in sizes.items():
        most = int(_LARGEST[number].value)
        if size > most:
            return f"{_LARGEST[number].what}: {size} bytes, and AWS IoT accepts at most {most}"
    return None


def _size(value: int | str | bytes) -> int:
    return 0 if isinstance(value, int) else len(value.encode() if isinstance(value, str) else value)


def read(reader: Reader, packet: int) -> Properties:
    """Read the properties of a packet of this type, preceded by their length."""
    length = reader.variable()
    if not length:
        return ()
    part = reader.part(length)
    seen: set[int] = set()
    found: list[tuple[int, Value]] = []
    while part.left:
        number = part.variable()
        row = _row(number, packet)
        if number in seen and not (row.repeats and (number == USER_PROPERTY or packet == PUBLISH)):
            raise Malformed(f"the property {row.name} appears twice", PROTOCOL_ERROR)
        seen.add(number)
        found.append((number, _checked(row, row.type.read(part))))
    return tuple(found)


def write(properties: Properties, packet: int) -> bytes:
    """The properties, preceded by their length."""
    content = b"".join(_written(properties, packet))
    return fields.variable(len(content)) + content


def _written(properties: Properties, packet: int) -> Iterator[bytes]:
    for number, value in properties:
        row = _row(number, packet)
        yield fields.variable(number) + row.type.write(_checked(row, value))


def _row(number: int, packet: int) -> PropertyRow:
    row = TABLE.get(number)
    if row is None:
        raise Malformed(f"there is no property {number:#04x}")
    if packet not in row.packets:
        raise Malformed(f"the property {row.name} does not belong in this packet", PROTOCOL_ERROR)
    return row


def _checked(row: PropertyRow, value: Value) -> Value:
    if isinstance(value, int) and not row.least <= value <= (row.most if row.most is not None else value):
        raise Malformed(f"{value} is not a value of {row.name}", row.code)
    return value
