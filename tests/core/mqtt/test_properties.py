"""The table of properties against the specification, and reading values out of them."""

from __future__ import annotations

import pytest
from paho.mqtt.packettypes import PacketTypes
from paho.mqtt.properties import Properties as TheirProperties

from authlens.core.mqtt import properties
from authlens.core.mqtt.fields import Malformed, Reader
from authlens.core.mqtt.properties import TABLE, first, number_of, text_of


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
