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
from authlens.core.mqtt.packets import V3, V5, Connect, Packet, Pingreq, Puback, Publish, Unsuback
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
