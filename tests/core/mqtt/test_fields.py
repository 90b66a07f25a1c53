"""The fields of packets at their limits."""

from __future__ import annotations

import pytest

from authlens.core.mqtt import fields
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
