"""The fields of packets at their limits."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest

from authlens.core.mqtt import codes, fields
from authlens.core.mqtt.fields import Malformed, Reader


@pytest.mark.parametrize("value", [0, 127, 128, 16383, 16384, 2097151, 2097152, fields.VARIABLE_LIMIT])
def test_a_variable_byte_integer_comes_back(value: int) -> None:
    reader = Reader(fields.variable(value))
    assert (reader.variable(), reader.left) == (value, 0)


@pytest.mark.parametrize("content", [b"\x80\0", b"\xff\0", b"\x80\x80\0", b"\xff\xff\xff\xff\x01", b"\x80"])
def test_what_is_not_a_variable_byte_integer(content: bytes) -> None:
    with pytest.raises(Malformed):
        Reader(content).variable()


@pytest.mark.parametrize("value", [-1, fields.VARIABLE_LIMIT + 1])
def test_a_number_that_is_not_a_variable_byte_integer(value: int) -> None:
    with pytest.raises(Malformed, match="variable byte integer"):
        fields.variable(value)


def test_numbers_and_binary_data_come_back() -> None:
    reader = Reader(fields.byte(255) + fields.short(65535) + fields.long(4294967295) + fields.binary(b"ab") + b"rest")
    assert (reader.byte(), reader.short(), reader.long(), reader.binary()) == (255, 65535, 4294967295, b"ab")
    assert (reader.part(2).rest(), reader.rest()) == (b"re", b"st")
    reader.end()


@pytest.mark.parametrize(
    ("value", "written"),
    [
        (0, b"\0"),
        (127, b"\x7f"),
        (128, b"\x80\x01"),
        (16_383, b"\xff\x7f"),
        (16_384, b"\x80\x80\x01"),
        (2_097_151, b"\xff\xff\x7f"),
        (2_097_152, b"\x80\x80\x80\x01"),
        (268_435_455, b"\xff\xff\xff\x7f"),
    ],
)
def test_a_variable_byte_integer_as_the_standard_writes_it(value: int, written: bytes) -> None:
    assert fields.variable(value) == written
    assert Reader(written).variable() == value


LONGER = "a variable byte integer is longer than necessary"
UNEVEN = "a string is not UTF-8"


@pytest.mark.parametrize(
    ("read", "content", "words"),
    [
        (Reader.variable, b"\x80\0", LONGER),
        (Reader.variable, b"\xff\0", LONGER),
        (Reader.variable, b"\xff\xff\0", LONGER),
        (Reader.variable, b"\xff\xff\xff\0", LONGER),
        (Reader.variable, b"\x80\x80\x80\x80\1", "a variable byte integer has more than four bytes"),
        (Reader.variable, b"\x80", "the packet ends 1 bytes early"),
        (Reader.long, b"\1", "the packet ends 3 bytes early"),
        (Reader.short, b"", "the packet ends 2 bytes early"),
        (Reader.text, b"\0\2\xc3\x28", UNEVEN),
        (Reader.text, b"\0\3\xed\xa0\x80", UNEVEN),
        (Reader.text, b"\0\1\0", "a string contains U+0000"),
        (Reader.end, b"abc", "3 bytes are left over at the end of the packet"),
    ],
)
def test_what_is_malformed_word_for_word(read: Callable[[Reader], object], content: bytes, words: str) -> None:
    with pytest.raises(Malformed) as caught:
        read(Reader(content))
    assert (str(caught.value), caught.value.code) == (words, codes.MALFORMED_PACKET)


@pytest.mark.parametrize(
    ("write", "value", "words"),
    [
        (fields.byte, 256, "256 does not fit into 1 byte"),
        (fields.byte, -1, "-1 does not fit into 1 byte"),
        (fields.short, 65_536, "65536 does not fit into 2 bytes"),
        (fields.long, 2**32, "4294967296 does not fit into 4 bytes"),
        (fields.variable, 2**28, "268435456 does not fit into a variable byte integer"),
        (fields.binary, bytes(65_536), "a field of 65536 bytes is longer than 65535"),
        (fields.text, "é" * 32_768, "a field of 65536 bytes is longer than 65535"),
        (fields.text, "\ud800", "a string cannot be written as UTF-8"),
    ],
    ids=["byte", "below zero", "short", "long", "variable", "binary", "text", "surrogate"],
)
def test_what_no_field_can_hold_word_for_word(write: Callable[[Any], bytes], value: Any, words: str) -> None:
    with pytest.raises(Malformed) as caught:
        write(value)
    assert str(caught.value) == words


def test_the_longest_field_fits() -> None:
    assert fields.binary(bytes(65_535)) == b"\xff\xff" + bytes(65_535)
    assert fields.text("é") == b"\0\2\xc3\xa9"
