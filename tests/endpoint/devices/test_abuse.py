"""Silent, slow, flooding and many clients: each harms its own connection at most (promise 32)."""

from __future__ import annotations

import asyncio
import contextlib
import random
import socket
from collections.abc import AsyncIterator
from dataclasses import replace
from pathlib import Path

import pytest
import pytest_asyncio

from authlens.core.mqtt import limits
from authlens.core.mqtt.encoder import encode
from authlens.core.mqtt.packets import V5, Connect, Disconnect, Pingreq, Pingresp, Publish
from authlens.endpoint.api.server import CannotListen
from authlens.endpoint.devices.listener import Options, _listen
from support.listening_devices import NAMED, Client, Listening, device_of, listening


@pytest.fixture
def impatient(monkeypatch: pytest.MonkeyPatch) -> None:
    for name in ("CONNECT_SECONDS", "HANDSHAKE_SECONDS"):
        monkeypatch.setattr(limits, name, replace(getattr(limits, name), value=0.2))
    monkeypatch.setattr(limits, "CONNECTIONS", replace(limits.CONNECTIONS, value=5))


@pytest_asyncio.fixture
async def devices(tmp_path: Path, impatient: None) -> AsyncIterator[Listening]:
    async with listening(tmp_path) as running:
        yield running


async def works(devices: Listening, client_id: str) -> Client:
    client = await devices.client()
    await client.connect(client_id)
    client.send(Pingreq())
    assert await client.receive() == Pingresp()
    return client


HELLO_START = b"\x16\x03\x01\x02\x00\x01\x00\x01\xfc\x03\x03"


@pytest.mark.parametrize(
    "sent",
    [
        b"",
        HELLO_START,
        b"\x10",
        b"\x10\x80\x80",
        b"G",
        b"GET /mqtt HTTP/1.1\r\nHost: localhost\r\n",
        b"\x10\xff\xff\x03",
    ],
)
async def test_a_client_that_falls_silent_is_cut_off(devices: Listening, sent: bytes) -> None:
    reader, writer = await asyncio.open_connection("127.0.0.1", devices.port)
    writer.write(sent)
    async with asyncio.timeout(10):
        with contextlib.suppress(ConnectionResetError):
            await reader.read()
    await works(devices, "good")


async def test_a_silent_client_after_the_handshake_is_cut_off(devices: Listening) -> None:
    reader, _ = await asyncio.open_connection(
        "127.0.0.1", devices.port, ssl=devices.trusting("mqtt"), server_hostname="localhost"
    )
    async with asyncio.timeout(10):
        with contextlib.suppress(ConnectionResetError):
            assert await reader.read() == b""
    await devices.seen.until(lambda seen: bool(seen.fates))
    assert "nothing arrived" in device_of(devices.seen.fates[0]).reason


async def test_more_connections_than_allowed_are_turned_away_until_one_leaves(devices: Listening) -> None:
    clients = [await works(devices, f"c{number}") for number in range(5)]
    reader, _ = await asyncio.open_connection("127.0.0.1", devices.port)
    async with asyncio.timeout(10):
        with contextlib.suppress(ConnectionResetError):
            assert await reader.read() == b""
    for client in clients:
        client.send(Pingreq())
        assert await client.receive() == Pingresp()
    clients[0].close()
    await devices.seen.until(lambda seen: bool(seen.ends))
    async with asyncio.timeout(10):
        while True:
            with contextlib.suppress(AssertionError, ConnectionError):
                await works(devices, f"late-{random.random()}")
                break


async def test_a_burst_of_tiny_packets_does_not_hold_up_others(devices: Listening) -> None:
    flooding, other = await works(devices, "flooding"), await works(devices, "other")
    burst = encode(Publish("ok/1", b""), V5) * 5000 + encode(Disconnect(), V5)
    flooding.writer.write(burst)
    other.send(Pingreq())
    assert await other.receive() == Pingresp()
    assert not devices.seen.ends, "the burst is still being handled"
    # The connection is open: it ends because the last packet of the burst says so.
    await devices.seen.until(lambda seen: bool(seen.ends))


async def test_a_packet_that_is_too_large_is_refused_by_its_header(devices: Listening) -> None:
    client = await works(devices, "big")
    client.writer.write(b"\x30\xff\xff\xff\x7f")
    answer = await client.receive()
    assert getattr(answer, "code", None) == 0x95
    assert await client.receive() is None


async def test_garbage_never_stops_the_listener(devices: Listening) -> None:
    chance = random.Random(7)
    whole = encode(Connect("x", f"u{NAMED}A", b"right", V5), V5) + encode(Publish("ok/1", b"x"), V5)
    for _ in range(60):
        reader, writer = await asyncio.open_connection("127.0.0.1", devices.port)
        broken = bytearray(whole)
        for _ in range(3):
            broken[chance.randrange(len(broken))] = chance.randrange(256)
        writer.write(broken)
        with contextlib.suppress(OSError):
            writer.write_eof()
        async with asyncio.timeout(10):
            with contextlib.suppress(ConnectionResetError):
                await reader.read()
        writer.close()
    await works(devices, "good")


@pytest.mark.slow
async def test_a_flood_of_garbage_never_stops_the_listener(tmp_path: Path) -> None:
    chance = random.Random(11)
    async with listening(tmp_path) as devices:
        for _ in range(5_000):
            reader, writer = await asyncio.open_connection("127.0.0.1", devices.port)
            writer.write(chance.randbytes(chance.randint(1, 300)))
            with contextlib.suppress(OSError):
                writer.write_eof()
            async with asyncio.timeout(20):
                with contextlib.suppress(ConnectionResetError):
                    await reader.read()
            writer.close()
        await works(devices, "good")


def test_a_device_host_is_listened_on_with_the_same_port() -> None:
    sockets = _listen(Options(hosts=("127.0.0.2",)))
    try:
        addresses = [each.getsockname()[:2] for each in sockets]
        assert ("127.0.0.2", addresses[0][1]) in addresses
        assert addresses[0][0] == "127.0.0.1"
    finally:
        for each in sockets:
            each.close()


@pytest.mark.parametrize(("host", "words"), [("192.0.2.1", "cannot listen"), ("no.such.invalid", "no address")])
def test_an_address_that_is_not_here_is_refused(host: str, words: str) -> None:
    with pytest.raises(CannotListen, match=words):
        _listen(Options(hosts=(host,)))


def test_a_port_in_use_is_refused() -> None:
    with socket.create_server(("127.0.0.1", 0)) as taken:
        port = taken.getsockname()[1]
        with pytest.raises(CannotListen, match="already in use; choose another with --device-port, or any free"):
            _listen(Options(port))
        sockets = _listen(Options(port, or_any=True))
        assert {each.getsockname()[1] for each in sockets} != {port}
        for each in sockets:
            each.close()
