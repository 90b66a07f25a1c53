"""A way for MQTT packets to travel: over TLS, or in the frames of a WebSocket. Ended says how the other side left."""

from __future__ import annotations

import asyncio
import ssl
from typing import Protocol

from authlens.core.probe.reply import ConnectionEnd
from authlens.probe.network import alert_of

_CHUNK = 65_536


class Ended(Exception):
    """The connection is over."""

    def __init__(self, how: ConnectionEnd, alert: str = "", code: str = "") -> None:
        """alert: OpenSSL's name of the TLS alert that ended it. code: the close code of a WebSocket, in words."""
        super().__init__(how)
        self.how = how
        self.alert = alert
        self.code = code


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
        self._early = b""

    async def listen(self, seconds: float) -> None:
        """Wait a moment for a rejection: with TLS 1.3 the client certificate is judged after the handshake.

        What is sent into a connection that the other side has left is answered by a reset, and hides the alert. Raises
        Ended.
        """
        try:
            self._early = await self.receive(seconds)
        except Ended as ended:
            if ended.how is not ConnectionEnd.SILENT:
                raise

    async def send(self, data: bytes) -> None:
        try:
            self._writer.write(data)
            await self._writer.drain()
        except (ConnectionError, ssl.SSLError) as error:
            raise Ended(ConnectionEnd.RESET, alert_of(error)) from error

    async def receive(self, seconds: float) -> bytes:
        if self._early:
            data, self._early = self._early, b""
            return data
        try:
            async with asyncio.timeout(seconds):
                data = await self._reader.read(_CHUNK)
        except TimeoutError:
            raise Ended(ConnectionEnd.SILENT) from None
        except ssl.SSLError as error:
            raise Ended(ConnectionEnd.CLOSED, alert_of(error)) from error
        except ConnectionError as error:
            raise Ended(ConnectionEnd.RESET, alert_of(error)) from error
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
