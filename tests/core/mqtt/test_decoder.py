"""The stream of bytes as packets: however it is cut, whatever it holds."""

from __future__ import annotations

import random

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from authlens.core.mqtt import codes
from authlens.core.mqtt.decoder import Decoder, decode
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
    Publish,
    Suback,
    Subscribe,
    Unsuback,
    Unsubscribe,
    Will,
)
from support.mqtt_packets import VERSIONED, packet_of


@given(VERSIONED, st.integers(1, 7))
@settings(max_examples=50, deadline=None)
def test_a_packet_comes_back_however_it_is_cut(versioned: tuple[int, Packet], size: int) -> None:
    version, packet = versioned
    decoder, written = Decoder(version), encode(packet, version)
    pieces = [written[start : start + size] for start in range(0, len(written), size)]
    assert [found for piece in pieces for found in decoder.feed(piece)] == [packet]
    assert decoder.waiting == 0


def test_several_packets_in_one_piece_and_the_version_of_the_connect() -> None:
    acknowledged = Puback(7, codes.NOT_AUTHORIZED)
    sent = (Connect("a", version=V5), acknowledged, Pingreq())
    decoder = Decoder()
    assert list(decoder.feed(b"".join(encode(packet, V5) for packet in sent))) == list(sent)
    assert decoder.version == V5


def mutated(content: bytes, chance: random.Random) -> bytes:
    """The bytes with something wrong: changed, removed, doubled or made up."""
    changed = bytearray(content)
    for _ in range(chance.randint(1, 4)):
        place = chance.randrange(len(changed) + 1)
        match chance.randrange(4):
            case 0 if changed:
                changed[place % len(changed)] = chance.randrange(256)
            case 1:
                changed[place:place] = chance.randbytes(chance.randint(1, 4))
            case 2:
                del changed[place : place + chance.randint(1, 4)]
            case _:
                changed[place:place] = changed[: chance.randint(0, 8)]
    return bytes(changed)


def survive(originals: list[bytes], version: int, count: int) -> int:
    """Feed mutated packets; how many were refused. Anything but Malformed escapes."""
    chance, refused = random.Random(version), 0
    for index in range(count):
        decoder = Decoder(version, largest=4096)
        try:
            for _ in decoder.feed(mutated(originals[index % len(originals)], chance)):
                pass
        except Malformed:
            refused += 1
    return refused


def written(version: int, count: int) -> list[bytes]:
    found: list[bytes] = []

    @given(packet_of(version))
    @settings(max_examples=count, deadline=None, database=None, derandomize=True)
    def collect(packet: Packet) -> None:
        found.append(encode(packet, version))

    collect()
    return found


@pytest.mark.parametrize("version", [V3, V5])
def test_mutated_packets_raise_nothing_but_malformed(version: int) -> None:
    assert survive(written(version, 40), version, 3_000) > 300


@pytest.mark.parametrize("content", [b"\xc0\x80\x00", b"\xc0\x80\x80\x00", b"\xe0\x81\x80\x00\x00"])
def test_version_5_wants_the_shortest_length(content: bytes) -> None:
    with pytest.raises(Malformed, match="longer than necessary"):
        list(Decoder(V5).feed(content))


@pytest.mark.slow
@pytest.mark.parametrize("version", [V3, V5])
def test_half_a_million_mutated_packets_raise_nothing_but_malformed(version: int) -> None:
    assert survive(written(version, 2_000), version, 500_000) > 50_000


@pytest.mark.parametrize(
    ("first", "body", "words"),
    [
        (0x00, b"", "packet type 0 does not exist"),
        (0xF0, b"", "packet type 15 does not exist"),
        (0xC1, b"", "flags 0b0001 do not belong to packet type 12"),
        (0x80, b"\0\1\0\1a\0", "flags 0b0000 do not belong to packet type 8"),
        (0x82, b"\0\1", "names no topic filter"),
        (0x82, b"\0\0\0\1a\0", "packet identifier is 0"),
        (0x82, b"\0\1\0\1a\3", "0x03 is not a set of subscription options"),
        (0x82, b"\0\1\0\1a\4", "0x04 is not a set of subscription options"),
        (0xA2, b"\0\1", "names no topic filter"),
        (0x36, b"\0\1a\0\1", "QoS of a PUBLISH is 3"),
        (0x38, b"\0\1a", "marked as a duplicate"),
        (0x30, b"\0\2a", "ends 1 bytes early"),
        (0x30, b"\0\1\xff", "not UTF-8"),
        (0x30, b"\0\1\0", "U+0000"),
        (0x40, b"\0\1x", "1 bytes are left over"),
        (0x20, b"\2\0", "reserved flags of CONNACK"),
        (0x10, b"\0\4MQTT\3\2\0\0\0\0", "level 3 is neither"),
        (0x10, b"\0\4HTTP\4\2\0\0\0\0", "neither MQTT 3.1.1 nor 5"),
        (0x10, b"\0\4MQTT\4\3\0\0\0\0", "reserved flag of CONNECT"),
        (0x10, b"\0\4MQTT\4\x0a\0\0\0\0", "flags of a will but no will"),
        (0x10, b"\0\4MQTT\4\x1e\0\0\0\0\0\1a\0\0", "QoS of the will is 3"),
        (0x10, b"\0\4MQTT\4\x42\0\0\0\0\0\0", "password without a username"),
    ],
)
def test_what_is_malformed_is_said(first: int, body: bytes, words: str) -> None:
    with pytest.raises(Malformed, match=words.replace("+", r"\+")):
        decode(first, body, V3)


@pytest.mark.parametrize(
    ("body", "code"),
    [
        (b"\0\4MQTT\6\2\0\0\0\0", codes.UNSUPPORTED_VERSION),
        (b"\0\6MQIsdp\3\2\0\0\0\0", codes.UNSUPPORTED_VERSION),
        (b"\0\4MQTT\5\2\0\0\3\x21\0\0\0\0", codes.PROTOCOL_ERROR),
        (b"\0\4MQTT\5\2\0\0\4\x17\1\x17\1\0\0", codes.PROTOCOL_ERROR),
        (b"\0\4MQTT\5\2\0\0\2\x01\0\0\0", codes.PROTOCOL_ERROR),
        (b"\0\4MQTT\5\2\0\0\1\x7f\0\0", codes.MALFORMED_PACKET),
    ],
)
def test_the_code_that_version_5_answers_with(body: bytes, code: int) -> None:
    with pytest.raises(Malformed) as caught:
        decode(0x10, body, V3)
    assert caught.value.code == code


def test_a_packet_over_the_limit_is_refused_by_its_length_alone() -> None:
    decoder = Decoder(V3, largest=100)
    with pytest.raises(Malformed, match="larger than 100") as caught:
        list(decoder.feed(b"\x30\x65"))
    assert caught.value.code == codes.PACKET_TOO_LARGE


def test_a_length_of_five_bytes_is_malformed() -> None:
    with pytest.raises(Malformed, match="more than four bytes"):
        list(Decoder().feed(b"\x30\xff\xff\xff\xff\x01"))


def test_the_packets_before_a_malformed_one_count() -> None:
    packets = Decoder().feed(encode(Publish("a"), V3) + b"\xf0\0")
    assert next(packets) == Publish("a")
    with pytest.raises(Malformed):
        next(packets)


@pytest.mark.parametrize(
    ("version", "written", "expected"),
    [
        (V3, b"\xb0\x02\x00\x07", Unsuback(7)),
        (V5, b"\xb0\x05\x00\x07\x00\x00\x11", Unsuback(7, (0x00, 0x11))),
    ],
)
def test_only_version_5_answers_each_filter_of_an_unsubscribe(version: int, written: bytes, expected: Packet) -> None:
    assert list(Decoder(version).feed(written)) == [expected]


@pytest.mark.parametrize(
    ("header", "length"),
    [
        (b"\x7f", 127),
        (b"\x80\x01", 128),
        (b"\xff\x7f", 16_383),
        (b"\x80\x80\x01", 16_384),
        (b"\xff\xff\x7f", 2_097_151),
        (b"\x80\x80\x80\x01", 2_097_152),
        (b"\xff\xff\xff\x7f", 268_435_455),
    ],
)
def test_the_length_of_a_packet_is_read_from_one_to_four_bytes(header: bytes, length: int) -> None:
    decoder = Decoder(V3, largest=length)
    for size in range(len(header) + 1):
        assert list(decoder.feed((b"\x30" + header)[size : size + 1])) == []
    assert decoder.waiting == 1 + len(header)
    with pytest.raises(Malformed, match=f"^a packet of {length} bytes is larger than {length - 1}$") as caught:
        list(Decoder(V3, largest=length - 1).feed(b"\x30" + header))
    assert caught.value.code == codes.PACKET_TOO_LARGE


def test_the_largest_packet_is_that_of_the_standard_unless_it_is_set() -> None:
    assert list(Decoder().feed(b"\x30\xff\xff\xff\x7f")) == []
    assert (Decoder().largest, Decoder().version) == (268_435_455, V3)


@pytest.mark.parametrize("data", [b"\x30\xff\xff\xff\xff", b"\x30\x80\x80\x80\x80\0", b"\x30\xff\xff\xff\x80\0"])
def test_the_fourth_byte_of_a_length_is_its_last(data: bytes) -> None:
    with pytest.raises(Malformed, match=r"^the length of a packet has more than four bytes$"):
        list(Decoder().feed(data))


def test_a_body_is_complete_with_its_last_byte() -> None:
    decoder = Decoder()
    assert list(decoder.feed(b"\x30\x04\0\1a")) == []
    assert decoder.waiting == 5
    assert list(decoder.feed(b"b\xc0")) == [Publish("a", b"b")]
    assert decoder.waiting == 1


HEAD = b"\0\4MQTT"


@pytest.mark.parametrize(
    ("body", "packet"),
    [
        (HEAD + b"\4\0\0\x3c\0\1c", Connect("c", clean_start=False, keep_alive=60)),
        (HEAD + b"\4\2\1\0\0\1c", Connect("c", keep_alive=256)),
        (HEAD + b"\4\x82\0\0\0\0\0\1u", Connect("", "u")),
        (HEAD + b"\4\xc2\0\0\0\0\0\1u\0\1p", Connect("", "u", b"p")),
        (HEAD + b"\5\x42\0\0\0\0\0\0\1p", Connect("", None, b"p", V5)),
        (HEAD + b"\4\x06\0\0\0\0\0\1t\0\1w", Connect(will=Will("t", b"w"))),
        (HEAD + b"\4\x0e\0\0\0\0\0\1t\0\1w", Connect(will=Will("t", b"w", 1))),
        (HEAD + b"\4\x16\0\0\0\0\0\1t\0\1w", Connect(will=Will("t", b"w", 2))),
        (HEAD + b"\4\x26\0\0\0\0\0\1t\0\1w", Connect(will=Will("t", b"w", 0, True))),
    ],
)
def test_the_flags_of_a_connect(body: bytes, packet: Packet) -> None:
    assert decode(0x10, body, V3) == packet


@pytest.mark.parametrize("flags", [0x0A, 0x12, 0x1A, 0x22])
def test_flags_of_a_will_without_one_are_malformed(flags: int) -> None:
    with pytest.raises(Malformed, match=r"^CONNECT has flags of a will but no will$"):
        decode(0x10, HEAD + bytes((4, flags)) + b"\0\0\0\0", V3)


@pytest.mark.parametrize(
    ("first", "body", "version", "packet"),
    [
        (0x30, b"\0\1ab", V3, Publish("a", b"b")),
        (0x31, b"\0\1ab", V3, Publish("a", b"b", retain=True)),
        (0x32, b"\0\1a\0\7b", V3, Publish("a", b"b", 1, packet_id=7)),
        (0x3A, b"\0\1a\0\7b", V3, Publish("a", b"b", 1, duplicate=True, packet_id=7)),
        (0x34, b"\0\1a\0\7b", V3, Publish("a", b"b", 2, packet_id=7)),
        (0x20, b"\1\0", V3, Connack(0, True)),
        (0x40, b"\0\7", V3, Puback(7)),
        (0x40, b"\0\7", V5, Puback(7)),
        (0x40, b"\0\7\x87", V5, Puback(7, 0x87)),
        (0x40, b"\0\7\x87\0", V5, Puback(7, 0x87)),
        (0xE0, b"", V3, Disconnect()),
        (0xE0, b"", V5, Disconnect()),
        (0xE0, b"\4", V5, Disconnect(4)),
        (0xE0, b"\4\0", V5, Disconnect(4)),
        (0xF0, b"\x18\0", V5, Auth(0x18)),
        (0xC0, b"", V3, Pingreq()),
        (0xD0, b"", V3, Pingresp()),
        (0x82, b"\0\7\0\1a\2\0\1b\0\0\1c\1", V3, Subscribe(7, (Filter("a", 2), Filter("b"), Filter("c", 1)))),
        (0x82, b"\0\7\0\0\1a\x04", V5, Subscribe(7, (Filter("a", no_local=True),))),
        (0x82, b"\0\7\0\0\1a\x08", V5, Subscribe(7, (Filter("a", retain_as_published=True),))),
        (0x82, b"\0\7\0\0\1a\x21", V5, Subscribe(7, (Filter("a", 1, retain_handling=2),))),
        (0x90, b"\0\7\x80\1", V3, Suback(7, (0x80, 1))),
        (0xA2, b"\0\7\0\1a\0\1b", V3, Unsubscribe(7, ("a", "b"))),
    ],
)
def test_a_packet_from_its_bytes(first: int, body: bytes, version: int, packet: Packet) -> None:
    assert decode(first, body, version) == packet


@pytest.mark.parametrize(
    ("first", "body", "version", "words", "code"),
    [
        *(
            (0x82, b"\0\7\0\0\1a" + bytes((options,)), V5, f"{options:#04x} is not a set of subscription options", 0x81)
            for options in (0x03, 0x30, 0x40, 0x80)
        ),
        *(
            (0x82, b"\0\7\0\1a" + bytes((options,)), V3, f"{options:#04x} is not a set of subscription options", 0x81)
            for options in (0x03, 0x04, 0x08, 0x10, 0x20, 0x40, 0x80)
        ),
        (0xF0, b"", V3, "packet type 15 does not exist", 0x81),
        (0x40, b"\0\7\0", V3, "1 bytes are left over at the end of the packet", 0x81),
        (0xE0, b"\0", V3, "1 bytes are left over at the end of the packet", 0x81),
        (0x40, b"\0\0", V3, "a packet identifier is 0", 0x82),
        (0x82, b"\0\7", V3, "a SUBSCRIBE names no topic filter", 0x82),
        (0xA2, b"\0\7", V3, "an UNSUBSCRIBE names no topic filter", 0x82),
        (0x10, b"\0\4HTTP\4\2\0\0\0\0", V3, "the protocol 'HTTP' level 4 is neither MQTT 3.1.1 nor 5", 0x82),
        (0x10, b"\0\6MQIsdp\4\2\0\0\0\0", V3, "the protocol 'MQIsdp' level 4 is neither MQTT 3.1.1 nor 5", 0x84),
        *((kind << 4, b"", V3, f"the flags 0b0000 do not belong to packet type {kind}", 0x81) for kind in (6, 8, 10)),
    ],
)
def test_what_is_malformed_and_its_code(first: int, body: bytes, version: int, words: str, code: int) -> None:
    with pytest.raises(Malformed) as caught:
        decode(first, body, version)
    assert (str(caught.value), caught.value.code) == (words, code)
