"""The table of properties against the specification, and reading values out of them."""

from __future__ import annotations

import pytest
from paho.mqtt.packettypes import PacketTypes
from paho.mqtt.properties import Properties as TheirProperties

from authlens.core.mqtt import properties
from authlens.core.mqtt.fields import Malformed, Reader
from authlens.core.mqtt.properties import TABLE, first, number_of, text_of


@pytest.mark.parametrize(
    ("given", "words"),
    [
        (((properties.CONTENT_TYPE, "é" * 128),), None),
        (((properties.CONTENT_TYPE, "é" * 128 + "x"),), "257 bytes, and AWS IoT accepts at most 256"),
        (((properties.CORRELATION_DATA, bytes(8192)),), None),
        (((properties.CORRELATION_DATA, bytes(8193)),), "8193 bytes, and AWS IoT accepts at most 8192"),
        (((properties.USER_PROPERTY, ("a", "x" * 4095)),) * 2, None),
        (((properties.USER_PROPERTY, ("a", "x" * 4096)),) * 2, "8194 bytes, and AWS IoT accepts at most 8192"),
        (((properties.RESPONSE_TOPIC, "x" * 9999), (properties.MESSAGE_EXPIRY, 99999)), None),
    ],
)
def test_some_properties_have_a_largest_size(given: properties.Properties, words: str | None) -> None:
    problem = properties.oversized(given)
    assert problem is None if words is None else words in (problem or "")


def test_the_table_has_the_27_properties_of_the_specification() -> None:
    assert len(TABLE) == 27
    assert len({row.name for row in TABLE.values()}) == 27


def test_user_properties_repeat_and_keep_their_order() -> None:
    given = ((properties.USER_PROPERTY, ("a", "1")), (properties.USER_PROPERTY, ("a", "2")))
    written = properties.write(given, properties.PUBLISH)
    assert properties.read(Reader(written), properties.PUBLISH) == given


@pytest.mark.parametrize("packet", [properties.PUBLISH, properties.SUBSCRIBE])
def test_only_a_publish_has_several_subscription_identifiers(packet: int) -> None:
    written = properties.write(((properties.SUBSCRIPTION_ID, 1), (properties.SUBSCRIPTION_ID, 2)), packet)
    if packet == properties.PUBLISH:
        assert len(properties.read(Reader(written), packet)) == 2
    else:
        with pytest.raises(Malformed, match="twice"):
            properties.read(Reader(written), packet)


def test_a_value_is_found_by_number_and_type() -> None:
    given = ((properties.TOPIC_ALIAS, 3), (properties.REASON_STRING, "why"))
    assert (number_of(given, properties.TOPIC_ALIAS), text_of(given, properties.REASON_STRING)) == (3, "why")
    assert (text_of(given, properties.TOPIC_ALIAS), number_of(given, properties.REASON_STRING)) == (None, None)
    assert first(given, properties.CONTENT_TYPE) is None


def test_numbers_types_and_packets_are_those_that_paho_has() -> None:
    theirs = TheirProperties(PacketTypes.CONNECT)  # type: ignore[no-untyped-call]  # paho does not annotate its __init__
    types = [getattr(properties, name) for name in ("BYTE", "SHORT", "LONG", "VARIABLE", "BINARY", "TEXT", "PAIR")]
    listed = {
        number: (name.replace(" ", "").casefold(), types[theirs.properties[number][0]])
        for name, number in theirs.names.items()
    }
    assert {number: (row.name.casefold(), row.type) for number, row in properties.TABLE.items()} == listed
    for number, row in properties.TABLE.items():
        packets = {0 if packet == PacketTypes.WILLMESSAGE else packet for packet in theirs.properties[number][1]}
        assert set(row.packets) == packets, row.name


def test_the_bounds_of_values_are_those_of_the_standard() -> None:
    rows = properties.TABLE.values()
    assert {row.name for row in rows if row.least == 1} == {
        "subscriptionIdentifier", "receiveMaximum", "topicAlias", "maximumPacketSize",
    }  # fmt: skip
    assert {row.name for row in rows if row.most == 1} == {row.name for row in rows if row.type is properties.BYTE}
    assert {row.name for row in rows if row.repeats} == {"subscriptionIdentifier", "userProperty"}
    assert all(row.least in (0, 1) and row.most in (None, 1) for row in rows)


@pytest.mark.parametrize(
    ("number", "packet", "value", "content"),
    [
        (properties.PAYLOAD_FORMAT, properties.PUBLISH, 0, b"\2\1\0"),
        (properties.PAYLOAD_FORMAT, properties.WILL, 1, b"\2\1\1"),
        (properties.MESSAGE_EXPIRY, properties.PUBLISH, 2**32 - 1, b"\5\2\xff\xff\xff\xff"),
        (properties.SUBSCRIPTION_ID, properties.SUBSCRIBE, 128, b"\3\x0b\x80\1"),
        (properties.RECEIVE_MAXIMUM, properties.CONNECT, 1, b"\3\x21\0\1"),
        (properties.CORRELATION_DATA, properties.PUBLISH, b"\0\xff", b"\5\x09\0\2\0\xff"),
        (properties.USER_PROPERTY, properties.SUBSCRIBE, ("a", "b"), b"\7\x26\0\1a\0\1b"),
    ],
)
def test_a_property_as_bytes(number: int, packet: int, value: properties.Value, content: bytes) -> None:
    assert properties.write(((number, value),), packet) == content
    assert properties.read(Reader(content), packet) == ((number, value),)


def test_no_properties_are_a_length_of_zero() -> None:
    assert properties.write((), properties.PUBLISH) == b"\0"
    rest = Reader(b"\0rest")
    assert properties.read(rest, properties.PUBLISH) == ()
    assert rest.rest() == b"rest"


@pytest.mark.parametrize(
    ("content", "packet", "words", "code"),
    [
        (b"\1\x7f", properties.PUBLISH, "there is no property 0x7f", 0x81),
        (b"\3\x23\0\1", properties.CONNECT, "the property topicAlias does not belong in this packet", 0x82),
        (b"\3\x23\0\0", properties.PUBLISH, "0 is not a value of topicAlias", 0x94),
        (b"\2\1\2", properties.PUBLISH, "2 is not a value of payloadFormatIndicator", 0x82),
        (b"\4\1\1\1\1", properties.PUBLISH, "the property payloadFormatIndicator appears twice", 0x82),
        (b"\4\x0b\1\x0b\2", properties.SUBSCRIBE, "the property subscriptionIdentifier appears twice", 0x82),
        (b"\3\1\1", properties.PUBLISH, "the packet ends 1 bytes early", 0x81),
        (b"\1\1", properties.PUBLISH, "the packet ends 1 bytes early", 0x81),
    ],
)
def test_properties_that_are_refused(content: bytes, packet: int, words: str, code: int) -> None:
    with pytest.raises(Malformed) as caught:
        properties.read(Reader(content), packet)
    assert (str(caught.value), caught.value.code) == (words, code)


@pytest.mark.parametrize(
    ("number", "value", "words"),
    [
        (properties.MESSAGE_EXPIRY, "1", "a property has a value of type str"),
        (properties.CONTENT_TYPE, b"a", "a property has a value of type bytes"),
        (properties.CORRELATION_DATA, "a", "a property has a value of type str"),
        (properties.USER_PROPERTY, "a", "a user property is not a pair"),
        (properties.MESSAGE_EXPIRY, -1, "-1 is not a value of messageExpiryInterval"),
        (properties.MESSAGE_EXPIRY, 2**32, "4294967296 does not fit into 4 bytes"),
    ],
)
def test_values_that_are_not_written(number: int, value: properties.Value, words: str) -> None:
    with pytest.raises(Malformed) as caught:
        properties.write(((number, value),), properties.PUBLISH)
    assert str(caught.value) == words


def test_the_first_of_several_values_counts() -> None:
    given = ((properties.REASON_STRING, "a"), (properties.TOPIC_ALIAS, 0), (properties.REASON_STRING, "b"))
    assert text_of(given, properties.REASON_STRING) == "a"
    assert number_of(given, properties.TOPIC_ALIAS) == 0
    assert (text_of((), properties.REASON_STRING), number_of((), properties.TOPIC_ALIAS)) == (None, None)


def test_the_types_of_packets_are_those_of_the_standard() -> None:
    own = {name: value for name, value in vars(properties).items() if name.isupper() and hasattr(PacketTypes, name)}
    assert own == {name: getattr(PacketTypes, name) for name in own}
    assert len(own) == 15
