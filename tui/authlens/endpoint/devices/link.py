"""The transport of an MQTT connection: a stream, or a WebSocket. Both close as AWS IoT does.

A refused WebSocket ends with an empty close frame in MQTT 3.1.1, and without a close frame in MQTT 5.
"""

from __future__ import annotations

import asyncio
from typing import Protocol

_BINARY_FRAME = 0x82
_EMPTY_CLOSE_FRAME = b"\x88\x00"


class Link(Protocol):
    def write(self, data: bytes) -> None: ...

    def close(self, says_so: bool) -> None:
        """says_so: send a close frame first, if the link has close frames."""

    def pause(self) -> None:
        """Stop reading from the client until `resume`."""

    def resume(self) -> None: ...

    @property
    def unsent(self) -> int:
        """Bytes that are not sent yet."""


class StreamLink:
    """MQTT directly over TCP or TLS."""

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
    """MQTT in binary frames. aiohttp parses what arrives; what is sent only needs a header."""

    def __init__(self, transport: asyncio.Transport) -> None:
        super().__init__(transport)
        self.may_read = asyncio.Event()
        """Set while the next frame may be read; aiohttp applies back pressure otherwise."""
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
"""How long the last bytes may take; a client that does not read them is disconnected."""


def end(transport: asyncio.Transport) -> None:
    """Close when everything is written, or after a few seconds."""
    if not transport.is_closing():
        transport.close()
        asyncio.get_running_loop().call_later(LAST_WORDS_SECONDS, transport.abort)


def _frame_header(length: int) -> bytes:
    if length < 126:
        return bytes((_BINARY_FRAME, length))
    if length <= 0xFFFF:
        return bytes((_BINARY_FRAME, 126)) + length.to_bytes(2, "big")
    return bytes((_BINARY_FRAME, 127)) + length.to_bytes(8, "big")
