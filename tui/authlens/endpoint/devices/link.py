"""What an MQTT connection travels on: a stream of its own, or a WebSocket. Both close the way AWS IoT does.

A WebSocket that is refused in MQTT 3.1.1 gets a close frame without a code; in MQTT 5 the TCP connection just ends.
"""

from __future__ import annotations

import asyncio
from typing import Protocol

_BINARY_FRAME = 0x82
_EMPTY_CLOSE_FRAME = b"\x88\x00"


class Link(Protocol):
    def write(self, data: bytes) -> None: ...

    def close(self, says_so: bool) -> None:
        """says_so: a close frame goes before the end, where the link has such frames."""

    def pause(self) -> None:
        """Take nothing from the client until `resume`."""

    def resume(self) -> None: ...

    @property
    def unsent(self) -> int:
        """Bytes that the client has not taken yet."""


class StreamLink:
    """MQTT right on TCP or TLS."""

    def __init__(self, transport: asyncio.Transport) -> None:
        self._transport = transport

    def write(self, data: bytes) -> None:
        self._transport.write(data)

    def close(self, says_so: bool) -> None:
        end(self._transport)

    def pause(self) -> None:
        if not self._transport.is_closing():
            self._transport.pause_reading()

    def resume(self) -> None:
        if not self._transport.is_closing():
            self._transport.resume_reading()

    @property
    def unsent(self) -> int:
        return self._transport.get_write_buffer_size()


class WebSocketLink(StreamLink):
    """MQTT in binary frames. What arrives is taken apart by aiohttp; what leaves needs no more than a header."""

    def __init__(self, transport: asyncio.Transport) -> None:
        super().__init__(transport)
        self.may_read = asyncio.Event()
        """Whether the next frame may be taken; aiohttp holds back the client meanwhile."""
        self.may_read.set()

    def pause(self) -> None:
        self.may_read.clear()

    def resume(self) -> None:
        self.may_read.set()

    def write(self, data: bytes) -> None:
        self._transport.write(_frame_header(len(data)) + data)

    def close(self, says_so: bool) -> None:
        if says_so and not self._transport.is_closing():
            self._transport.write(_EMPTY_CLOSE_FRAME)
        self.may_read.set()
        end(self._transport)


LAST_WORDS_SECONDS = 5.0
"""How long the last bytes may take to leave; a client that does not read them is cut off."""


def end(transport: asyncio.Transport) -> None:
    """Close once everything is written, and soon in any case."""
    if not transport.is_closing():
        transport.close()
        asyncio.get_running_loop().call_later(LAST_WORDS_SECONDS, transport.abort)


def _frame_header(length: int) -> bytes:
    if length < 126:
        return bytes((_BINARY_FRAME, length))
    if length <= 0xFFFF:
        return bytes((_BINARY_FRAME, 126)) + length.to_bytes(2, "big")
    return bytes((_BINARY_FRAME, 127)) + length.to_bytes(8, "big")
