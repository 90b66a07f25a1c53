"""Reads and writes the fields of MQTT packets. Invalid fields raise Malformed."""

from __future__ import annotations

from authlens.core.mqtt.codes import MALFORMED_PACKET

VARIABLE_LIMIT = 268_435_455
"""The largest variable byte integer, and so the largest packet."""


class Malformed(ValueError):
    """The bytes are not an MQTT packet; the text says why."""

    def __init__(self, reason: str, code: int = MALFORMED_PACKET) -> None:
        super().__init__(reason)
        self.code = code
        """The reason code of the answer in MQTT 5."""


class Reader:
    """Reads fields from the front of a packet's body."""

    __slots__ = ("_body", "_end", "_position")

    def __init__(self, body: bytes) -> None:
        self._body = body
        self._position = 0
        self._end = len(body)

    @property
    def left(self) -> int:
        return self._end - self._position

    def raw(self, length: int) -> bytes:
        start, end = self._position, self._position + length
        if end > self._end:
            raise Malformed(f"the packet ends {end - self._end} bytes early")
        self._position = end
        return self._body[start:end]

    def rest(self) -> bytes:
        return self.raw(self.left)

    def byte(self) -> int:
        return self.raw(1)[0]

    def short(self) -> int:
        return int.from_bytes(self.raw(2), "big")

    def long(self) -> int:
        return int.from_bytes(self.raw(4), "big")

    def variable(self) -> int:
        value = 0
        for shift in (0, 7, 14, 21):
            byte = self.byte()
            value |= (byte & 0x7F) << shift
            if byte < 0x80:
                return _minimal(value, shift)
        raise Malformed("a variable byte integer has more than four bytes")

    def binary(self) -> bytes:
        return self.raw(self.short())

    def text(self) -> str:
        return as_text(self.binary())

    def part(self, length: int) -> Reader:
        """A reader for the next bytes only."""
        return Reader(self.raw(length))

    def end(self) -> None:
        if self.left:
            raise Malformed(f"{self.left} bytes are left over at the end of the packet")


def _minimal(value: int, shift: int) -> int:
    if shift and value < 1 << shift:
        raise Malformed("a variable byte integer is longer than necessary")
    return value


def as_text(content: bytes) -> str:
    """UTF-8 as MQTT requires it: well-formed and without U+0000."""
    try:
        text = content.decode("utf-8")
    except UnicodeDecodeError:
        raise Malformed("a string is not UTF-8") from None
    if "\0" in text:
        raise Malformed("a string contains U+0000")
    return text


def byte(value: int) -> bytes:
    return _unsigned(value, 1)


def short(value: int) -> bytes:
    return _unsigned(value, 2)


def long(value: int) -> bytes:
    return _unsigned(value, 4)


def variable(value: int) -> bytes:
    if not 0 <= value <= VARIABLE_LIMIT:
        raise Malformed(f"{value} does not fit into a variable byte integer")
    written = bytearray()
    while True:
        value, low = value >> 7, value & 0x7F
        written.append(low | 0x80 if value else low)
        if not value:
            return bytes(written)


def binary(value: bytes) -> bytes:
    if len(value) > 0xFFFF:
        raise Malformed(f"a field of {len(value)} bytes is longer than 65535")
    return len(value).to_bytes(2, "big") + value


def text(value: str) -> bytes:
    if "\0" in value:
        raise Malformed("a string contains U+0000")
    try:
        return binary(value.encode("utf-8"))
    except UnicodeEncodeError:
        raise Malformed("a string cannot be written as UTF-8") from None


def _unsigned(value: int, size: int) -> bytes:
    try:
        return value.to_bytes(size, "big")
    except OverflowError:
        raise Malformed(f"{value} does not fit into {size} byte{'s'[: size - 1]}") from None
