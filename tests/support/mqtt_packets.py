"""Packets of MQTT made up by Hypothesis: every kind, both versions, valid properties only."""

from __future__ import annotations

from hypothesis import strategies as st

from authlens.core.mqtt import packets, properties
from authlens.core.mqtt.packets import Packet
from authlens.core.mqtt.properties import BINARY, BYTE, LONG, PAIR, SHORT, TABLE, TEXT, VARIABLE, Properties, Value

TEXTS = st.text(st.characters(exclude_characters="\0", exclude_categories=["Cs"]), max_size=12)
BYTES = st.binary(max_size=12)
SHORTS = st.integers(0, 0xFFFF)
IDS = st.integers(1, 0xFFFF)
CODES = st.integers(0, 0xFF)
QOS = st.integers(0, 2)
_MOST = {id(BYTE): 0xFF, id(SHORT): 0xFFFF, id(LONG): 0xFFFFFFFF, id(VARIABLE): 268_435_455}


def values(number: int) -> st.SearchStrategy[Value]:
    row = TABLE[number]
    if row.type is TEXT:
        return TEXTS
    if row.type is BINARY:
        return BYTES
    if row.type is PAIR:
        return st.tuples(TEXTS, TEXTS)
    return st.integers(row.least, _MOST[id(row.type)] if row.most is None else row.most)


def given_properties(packet: int, version: int) -> st.SearchStrategy[Properties]:
    if version != packets.V5:
        return st.just(())
    fitting = sorted(number for number, row in TABLE.items() if packet in row.packets)
    chosen = st.lists(st.sampled_from(fitting), unique=True, max_size=4)
    return chosen.flatmap(lambda numbers: st.tuples(*(st.tuples(st.just(each), values(each)) for each in numbers)))


def packet_of(version: int) -> st.SearchStrategy[Packet]:
    def props(kind: int) -> st.SearchStrategy[Properties]:
        return given_properties(kind, version)

    is_5 = version == packets.V5
    flags = st.booleans() if is_5 else st.just(False)
    will = st.builds(packets.Will, TEXTS, BYTES, QOS, st.booleans(), props(properties.WILL))
    names = st.tuples(TEXTS, st.none() | BYTES) | st.just((None, None))
    connect = st.builds(
        lambda client_id, name, clean, alive, last, given: packets.Connect(
            client_id, name[0], name[1], version, clean, alive, last, given
        ),
        *(TEXTS, names, st.booleans(), SHORTS, st.none() | will, props(properties.CONNECT)),
    )
    publish = st.builds(
        lambda topic, payload, qos, retain, again, number, given: packets.Publish(
            topic, payload, qos, retain, again and qos > 0, number if qos else None, given
        ),
        *(TEXTS, BYTES, QOS, st.booleans(), st.booleans(), IDS, props(properties.PUBLISH)),
    )
    handling = QOS if is_5 else st.just(0)
    filters = st.lists(st.builds(packets.Filter, TEXTS, QOS, flags, flags, handling), min_size=1, max_size=3)
    codes = CODES if is_5 else st.just(0)
    acknowledgements: list[st.SearchStrategy[Packet]] = [
        st.builds(kind, IDS, codes, props(number))
        for kind, number in (
            (packets.Puback, properties.PUBACK),
            (packets.Pubrec, properties.PUBREC),
            (packets.Pubrel, properties.PUBREL),
            (packets.Pubcomp, properties.PUBCOMP),
        )
    ]
    listed = st.lists(CODES, max_size=3).map(tuple)
    everything: list[st.SearchStrategy[Packet]] = [
        connect,
        publish,
        *acknowledgements,
        st.builds(packets.Connack, CODES, st.booleans(), props(properties.CONNACK)),
        st.builds(packets.Subscribe, IDS, filters.map(tuple), props(properties.SUBSCRIBE)),
        st.builds(packets.Suback, IDS, listed, props(properties.SUBACK)),
        st.builds(
            packets.Unsubscribe,
            *(IDS, st.lists(TEXTS, min_size=1, max_size=3).map(tuple), props(properties.UNSUBSCRIBE)),
        ),
        st.builds(packets.Unsuback, IDS, listed if is_5 else st.just(()), props(properties.UNSUBACK)),
        st.builds(packets.Pingreq),
        st.builds(packets.Pingresp),
        st.builds(packets.Disconnect, codes, props(properties.DISCONNECT)),
    ]
    if is_5:
        everything.append(st.builds(packets.Auth, CODES, props(properties.AUTH)))
    return st.one_of(everything)


VERSIONS = st.sampled_from((packets.V3, packets.V5))
VERSIONED = VERSIONS.flatmap(lambda version: st.tuples(st.just(version), packet_of(version)))
