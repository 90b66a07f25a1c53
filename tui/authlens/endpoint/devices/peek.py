"""Peeks at the first bytes of a connection without consuming them: its protocol and a complete ClientHello."""

from __future__ import annotations

import asyncio
import contextlib
import socket

from authlens.core.mqtt import client_hello
from authlens.core.mqtt.client_hello import ClientHello
from authlens.frozen import dataclass

TLS = 0x16


@dataclass(frozen=True, slots=True)
class Peeked:
    first: int
    """The first byte."""
    hello: ClientHello | None = None


async def peek(connection: socket.socket, seconds: float) -> Peeked | None:
    """What is pending on the socket; `None` if nothing arrived in time or the peer closed."""
    try:
        async with asyncio.timeout(seconds):
            return await _peeked(connection)
    except (TimeoutError, OSError):
        return None


async def _peeked(connection: socket.socket) -> Peeked | None:
    needed, have = 1, 0
    data = b""
    while have < needed:
        await _readable(connection, needed)
        data = connection.recv(client_hello.LARGEST, socket.MSG_PEEK)
        if len(data) <= have:
            return None
        have = len(data)
        if data[0] != TLS:
            break
        needed = min(have + client_hello.missing(data), client_hello.LARGEST)
    hello = client_hello.read(data) if data[0] == TLS else None
    _wake_at(connection, 1)
    return Peeked(data[0], hello)


async def _readable(connection: socket.socket, needed: int) -> None:
    """Wait until that many bytes are pending or the peer closed; bytes already seen do not wake it."""
    _wake_at(connection, needed)
    loop = asyncio.get_running_loop()
    ready = loop.create_future()
    loop.add_reader(connection.fileno(), _set, ready)
    try:
        await ready
    finally:
        loop.remove_reader(connection.fileno())


def _wake_at(connection: socket.socket, needed: int) -> None:
    with contextlib.suppress(OSError):
        connection.setsockopt(socket.SOL_SOCKET, socket.SO_RCVLOWAT, needed)


def _set(ready: asyncio.Future[None]) -> None:
    if not ready.done():
        ready.set_result(None)
