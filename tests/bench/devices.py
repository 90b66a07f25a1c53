"""The device listener: connects and messages against a bare echo server, memory, and how soon a decision is seen."""

from __future__ import annotations

import asyncio
import contextlib
import json
import os
import resource
import signal
import ssl
import subprocess
import sys
import tempfile
import time
from collections.abc import AsyncIterator, Generator, Iterator
from contextlib import asynccontextmanager
from pathlib import Path

from authlens.core.devices.effects import Effect, Message
from authlens.core.devices.ledger import Ledger
from authlens.core.devices.pace import ByteBucket
from authlens.core.devices.session import Session
from authlens.core.invocation.invocation_json import to_json
from authlens.core.mqtt.connection_json import decision_to_json
from authlens.core.mqtt.decoder import Decoder
from authlens.core.mqtt.encoder import encode
from authlens.core.mqtt.packets import V3, V5, Connack, Connect, Filter, Publish, Subscribe
from authlens.endpoint.devices.authority import authority
from authlens.endpoint.local_devices import LocalDevices
from bench.row import Row
from support.device_records import CONNECTED, DENIED, invocation
from support.device_serving import DeviceServing, device_serving, project
from support.listening_devices import listening
from support.serve_process import descendants

CONNECTS, AT_ONCE, BURST, MESSAGES = 120, 8, 90, 20_000
IDLE_TLS, IDLE_PLAIN = 500, 2_000
NAMED = "user?x-amz-customauthorizer-name=A"


def rows() -> Iterator[Row]:
    soft, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
    resource.setrlimit(resource.RLIMIT_NOFILE, (min(hard, 8192), hard))
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        with device_serving(folder) as serving:
            yield from asyncio.run(against_echo(serving, folder))
        with tempfile.TemporaryDirectory() as other, device_serving(Path(other)) as serving:
            yield from asyncio.run(idle(serving))
            yield asyncio.run(killed(serving))
    with tempfile.TemporaryDirectory() as name:
        yield seen_in_the_app(Path(name))
    yield reading()
    yield enforcement()
    resource.setrlimit(resource.RLIMIT_NOFILE, (soft, hard))


class Talk:
    """A client on a stream."""

    def __init__(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        self.reader, self.writer = reader, writer

    async def answer(self, sent: bytes) -> bytes:
        self.writer.write(sent)
        return await self.reader.read(65536)


async def opened(port: int, context: ssl.SSLContext | None) -> Talk:
    name = "localhost" if context else None
    return Talk(*await asyncio.open_connection("127.0.0.1", port, ssl=context, server_hostname=name))


def connect_bytes(number: int) -> bytes:
    return encode(Connect(f"good-{os.getpid()}-{number}", NAMED, b"right", V3), V3)


async def against_echo(serving: DeviceServing, folder: Path) -> list[Row]:
    context = ssl.create_default_context(cafile=serving.ca)
    async with echo_server(folder) as (echo_port, echo_context):
        warm = await opened(serving.port, context)
        await warm.answer(connect_bytes(10_000_000))
        bare = await connects(echo_port, echo_context)
        ours = await connects(serving.port, context)
        warm_echo = await opened(echo_port, echo_context)
        bare_trips = await round_trips(warm_echo)
        our_trips = await round_trips(warm)
    return [
        least("TLS connects with a warm function, of a bare echo server's", ours / bare, 0.4),
        least("QoS 1 round trips, of a bare echo server's", our_trips / bare_trips, 0.5),
    ]


@asynccontextmanager
async def echo_server(folder: Path) -> AsyncIterator[tuple[int, ssl.SSLContext]]:
    """In a process of its own, as the listener is."""
    own = authority(folder / "echo-ca")
    code = (
        "import asyncio, sys\n"
        "from pathlib import Path\n"
        "from authlens.endpoint.devices.authority import LOCAL_NAMES, authority, server_context\n"
        "class Echo(asyncio.Protocol):\n"
        "    def connection_made(self, transport): self.transport = transport\n"
        "    def data_received(self, data): self.transport.write(data)\n"
        "async def main():\n"
        "    context = server_context(authority(Path(sys.argv[1])), LOCAL_NAMES)\n"
        "    server = await asyncio.get_running_loop().create_server(Echo, '127.0.0.1', 0, ssl=context)\n"
        "    print(server.sockets[0].getsockname()[1], flush=True)\n"
        "    await server.serve_forever()\n"
        "asyncio.run(main())\n"
    )
    process = await asyncio.create_subprocess_exec(
        sys.executable, "-c", code, str(folder / "echo-ca"), stdout=subprocess.PIPE
    )
    assert process.stdout is not None
    try:
        port = int(await process.stdout.readline())
        yield port, ssl.create_default_context(cafile=str(own.path))
    finally:
        process.terminate()
        await process.wait()


async def connects(port: int, context: ssl.SSLContext) -> float:
    """Connections a second, each with one packet answered, a few at a time. The first round does not count."""
    numbers = iter(range(10_000))

    async def some(count: int) -> None:
        for _ in range(count):
            talk = await opened(port, context)
            await talk.answer(connect_bytes(next(numbers) + port * 10_000))
            talk.writer.close()

    await asyncio.gather(*(some(2) for _ in range(AT_ONCE)))
    started = time.perf_counter()
    await asyncio.gather(*(some(CONNECTS // AT_ONCE) for _ in range(AT_ONCE)))
    return CONNECTS / (time.perf_counter() - started)


async def round_trips(talk: Talk) -> float:
    """Messages of QoS 1 a second, one after another, in bursts below the rate that AWS allows a connection."""
    packet = encode(Publish("ok/1", bytes(64), 1, packet_id=1), V3)
    best = 0.0
    for _ in range(6):
        started = time.perf_counter()
        for _ in range(BURST):
            await talk.answer(packet)
        best = max(best, BURST / (time.perf_counter() - started))
        await asyncio.sleep(1.05)
    return best


def resident(pid: int) -> float:
    """MiB."""
    with open(f"/proc/{pid}/status") as status:
        line = next(line for line in status if line.startswith("VmRSS:"))
    return int(line.split()[1]) / 1024


async def idle(serving: DeviceServing) -> list[Row]:
    context = ssl.create_default_context(cafile=serving.ca)
    found = []
    for words, count, how, bar in (
        ("plain", IDLE_PLAIN, None, 50.0),
        ("TLS", IDLE_TLS, context, 200.0),
    ):
        first = await opened(serving.port, how)
        await first.answer(connect_bytes(20_000_000 + count))
        before = resident(serving.process.pid)
        talks = []
        for number in range(count):
            talks.append(await opened(serving.port, how))
            await talks[-1].answer(connect_bytes(30_000_000 + count * 10_000 + number))
        grown = resident(serving.process.pid) - before
        found.append(most(f"{count} idle {words} connections", grown, bar, "MiB"))
        for talk in talks:
            talk.writer.transport.abort()
        first.writer.transport.abort()
        await asyncio.sleep(1)
    return found


async def killed(serving: DeviceServing) -> Row:
    """kill -9 of the function in the middle of a CONNECT: that client is refused, the next one gets in."""
    refused, let_in = 0, 0
    for number in range(5):
        talk = await opened(serving.port, None)
        talk.writer.write(encode(Connect(f"good-killed-{number}", NAMED, b"slow", V5), V5))
        await asyncio.sleep(0.3)
        for pid in descendants(serving.process.pid):
            with contextlib.suppress(ProcessLookupError):
                os.kill(pid, signal.SIGKILL)
        (packet,) = Decoder(V5).feed(await talk.reader.read(4096))
        refused += isinstance(packet, Connack) and packet.code == 0x87
        talk = await opened(serving.port, None)
        answer = await talk.answer(encode(Connect(f"good-after-{number}", NAMED, b"right", V5), V5))
        (packet,) = Decoder(V5).feed(answer)
        let_in += isinstance(packet, Connack) and packet.code == 0
    return least("clients refused and let in around kill -9 of the function", refused + let_in, 10, "of 10")


def seen_in_the_app(folder: Path) -> Row:
    """Milliseconds from a packet's answer to its decision in what the app reads; the screen paints within 50 ms."""
    devices = LocalDevices(project(folder), lambda invocation: None)
    try:
        address = devices.address()
        return asyncio.run(_seen(devices, address.port))
    finally:
        devices.close()


async def _seen(devices: LocalDevices, port: int) -> Row:
    talk = await opened(port, None)
    await talk.answer(connect_bytes(40_000_000))
    waits = []
    for number in range(20):
        await talk.answer(encode(Publish(f"ok/{number}", b"x", 1, packet_id=1), V3))
        started = time.perf_counter()
        while True:
            seen = devices.seen()
            topics = {each.topic for each in seen.connections[0].decisions} if seen and seen.connections else set()
            if f"ok/{number}" in topics:
                break
            await asyncio.sleep(0.001)
        waits.append((time.perf_counter() - started) * 1000)
    return most("from a packet to its decision in the app (19 of 20)", sorted(waits)[18], 100, "ms")


def reading() -> Row:
    """What the app spends on a second of a thousand decisions, all of them counted."""
    ledger = Ledger()
    ledger.read(json.dumps({"event": "connection", "invocation": to_json(invocation(CONNECTED))}))
    line = json.dumps({"event": "decision", "id": CONNECTED.id, **decision_to_json(DENIED)})
    before, started = ledger.decisions, time.perf_counter()
    for index in range(1_000):
        ledger.read(line)
        if not index % 100:
            ledger.watched()
    spent = (time.perf_counter() - started) * 1000
    return most(
        "reading 1,000 decisions in the app" if ledger.decisions - before == 1_000 else "lost", spent, 250, "ms"
    )


def enforcement() -> Row:
    """QoS 0 over loopback, from one client to another, with the policies asked and without."""
    asked, free = 0.0, 0.0
    with tempfile.TemporaryDirectory() as name:
        for _ in range(3):
            asked = max(asked, asyncio.run(throughput(Path(name), Hurried)))
            free = max(free, asyncio.run(throughput(Path(name), Free)))
    note = f"{asked:,.0f} messages/s with, {free:,.0f} without"
    return least("QoS 0 throughput with the policies enforced, of that without", asked / free, 2 / 3, note=note)


class Hurried(Session):
    """The same rules but the limit of publishes a second; `throughput` lifts that of bytes."""

    def _is_too_fast(self, now: float) -> bool:
        return False


class Free(Hurried):
    """With no policy asked either."""

    def _may_publish(self, packet: Publish, topic: str) -> Generator[Effect, None, bool]:
        yield from ()
        return True

    def deliver(self, message: Message, wanted: Filter, now: float) -> list[Effect]:
        sent = self._outgoing(message, None, now, 0, False)
        return [] if sent is None else [sent]


async def throughput(folder: Path, kind: type[Session]) -> float:
    """Messages a second."""
    async with listening(folder) as devices:
        devices.seen.wants_all = False
        sender, receiver = [await devices.client(version=V3) for _ in range(2)]
        for number, client in enumerate((sender, receiver)):
            await client.connect(f"c{number}")
        receiver.send(Subscribe(1, (Filter("ok/x"),)))
        await receiver.receive()
        for connection in devices.listener.hub.clients:
            assert connection.session is not None
            connection.session.__class__ = kind
            connection.inbound = connection.outbox.pace = ByteBucket(1e12)
        message = encode(Publish("ok/x", bytes(64)), V3)
        expected = len(message) * MESSAGES
        started = time.perf_counter()
        flood = asyncio.create_task(_flood(sender.writer, message))
        while expected > 0:
            expected -= len(await receiver.reader.read(1 << 20))
        spent = time.perf_counter() - started
        await flood
        return MESSAGES / spent


async def _flood(writer: asyncio.StreamWriter, message: bytes) -> None:
    for _ in range(MESSAGES // 100):
        writer.write(message * 100)
        await writer.drain()


def least(what: str, measured: float, bar: float, unit: str = "×", note: str = "") -> Row:
    return Row(what, measured, bar, unit, at_least=True, note=note)


def most(what: str, measured: float, bar: float, unit: str) -> Row:
    return Row(what, measured, bar, unit)
