"""A way for MQTT packets to travel: over TLS, or in the frames of a WebSocket. Ended says how the other side left."""

from __future__ import annotations

import asyncio
import ssl
from typing import Protocol

from authlens.core.probe.report import ConnectionEnd

_CHUNK = 65_536


class Ended(Exception):
    """The connection is over."""

    def __init__(self, how: ConnectionEnd) -> None:
        super().__init__(how)
        self.how = how


class Channel(Protocol):
    async def send(self, data: bytes) -> None:
        """Raises Ended."""
        ...

    async def receive(self, seconds: float) -> bytes:
        """Some bytes. Raises Ended, with `SILENT` when none came in time."""
        ...

    async def close(self) -> None: ...


class TlsChannel:
    def __init__(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        self._reader = reader
        self._writer = writer

    async def send(self, data: bytes) -> None:
        try:
            self._writer.write(data)
            await self._writer.drain()
        except (ConnectionError, ssl.SSLError) as error:
            raise Ended(ConnectionEnd.RESET) from error

    async def receive(self, seconds: float) -> bytes:
        try:
            async with asyncio.timeout(seconds):
                data = await self._reader.read(_CHUNK)
        except TimeoutError:
            raise Ended(ConnectionEnd.SILENT) from None
        except ssl.SSLError as error:
            raise Ended(ConnectionEnd.CLOSED) from error
        except ConnectionError as error:
            raise Ended(ConnectionEnd.RESET) from error
        if not data:
            raise Ended(ConnectionEnd.CLOSED)
        return data

    async def close(self) -> None:
        self._writer.close()
        try:
            async with asyncio.timeout(1):
                await self._writer.wait_closed()
        except (OSError, TimeoutError):
            pass
