"""A device listener in this process with a Python callable as its function, and a small client."""

from __future__ import annotations

import asyncio
import base64
import json
import ssl
import uuid
from collections.abc import AsyncIterator, Callable, Mapping
from contextlib import asynccontextmanager
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from authlens.core.deployment.deployment import Domain
from authlens.core.invocation.invocation import Invocation
from authlens.core.mqtt.connection import DeviceConnection, PacketDecision
from authlens.core.mqtt.decoder import Decoder
from authlens.core.mqtt.encoder import encode
from authlens.core.mqtt.packets import V5, Connect, Packet
from authlens.core.request.authorizer import Authorizer
from authlens.endpoint.api.state import Endpoint, build_endpoint
from authlens.endpoint.devices.listener import DeviceListener, Options
from authlens.endpoint.runtime.code_digest import CodeState
from authlens.endpoint.runtime.function_host import FunctionResult
from authlens.endpoint.templates.definitions import AuthorizerDefinition, Definitions, FunctionDefinition

ARN = "arn:aws:iot:us-west-2:000000000000"
NAMED = "?x-amz-customauthorizer-name="
Answer = Callable[[Mapping[str, Any]], Any]


def answered(*statements: tuple[str, str, str], **members: Any) -> dict[str, Any]:
    """What a function returns: statements are (effect, action, tail of the ARN)."""
    document = {
        "Version": "2012-10-17",
        "Statement": [
            {"Effect": effect, "Action": f"iot:{action}", "Resource": f"{ARN}:{tail}"}
            for effect, action, tail in statements
        ],
    }
    return {"isAuthenticated": True, "principalId": "p1", "policyDocuments": [document], **members}


USUAL = (
    ("Allow", "Connect", "client/${iot:ClientId}"),
    ("Allow", "Publish", "topic/ok/*"),
    ("Allow", "Subscribe", "topicfilter/*"),
    ("Allow", "Receive", "topic/ok/*"),
    ("Allow", "Receive", "topic/$aws/events/*"),
)


def usual(event: Mapping[str, Any]) -> Any:
    """Authenticates the password `right`, or no password over HTTPS."""
    mqtt = event["protocolData"].get("mqtt")
    password = base64.b64decode(mqtt.get("password", "")) if mqtt is not None else b"right"
    if password == b"raise":
        raise ValueError("it broke")
    return answered(*USUAL) if password == b"right" else {**answered(*USUAL), "isAuthenticated": False}


CODE = CodeState(0, "c0de", (("app.py", "f11e"),))


class Functions:
    """A host that calls its only function in this process; it keeps the events."""

    def __init__(self, answer: Answer = usual) -> None:
        self.answer = answer
        self.events: list[dict[str, Any]] = []

    async def invoke(
        self, function: FunctionDefinition, event: bytes, *, request_id: str = "", client_context: str = ""
    ) -> FunctionResult:
        self.events.append(json.loads(event))
        try:
            return FunctionResult(json.dumps(self.answer(self.events[-1])).encode(), log="printed\n", code=CODE)
        except ValueError as error:
            return FunctionResult(None, "ValueError", str(error))

    async def close(self) -> None:
        return


class Observed:
    """A sink that keeps everything and can be waited on."""

    wants_all = True

    def __init__(self) -> None:
        self.fates: list[Invocation] = []
        self.decisions: list[PacketDecision] = []
        self.throttles: list[tuple[Invocation, str]] = []
        self.refreshes: list[tuple[Invocation, float, float]] = []
        self.ends: list[Invocation] = []
        self._news = asyncio.Event()

    def fate(self, invocation: Invocation) -> None:
        self.fates.append(invocation)
        self._news.set()

    def decided(self, invocation: Invocation, decision: PacketDecision) -> None:
        self.decisions.append(decision)
        self._news.set()

    def throttled(self, invocation: Invocation, direction: str) -> None:
        self.throttles.append((invocation, direction))

    def refreshed(self, invocation: Invocation, seconds: float, factor: float) -> None:
        self.refreshes.append((invocation, seconds, factor))

    def ended(self, invocation: Invocation) -> None:
        self.ends.append(invocation)
        self._news.set()

    async def until(self, is_there: Callable[[Observed], bool]) -> None:
        async with asyncio.timeout(10):
            while not is_there(self):
                self._news.clear()
                await self._news.wait()


def device_of(invocation: Invocation) -> DeviceConnection:
    assert invocation.device is not None
    return invocation.device


class Listening:
    def __init__(self, listener: DeviceListener, endpoint: Endpoint, functions: Functions, seen: Observed) -> None:
        self.listener = listener
        self.endpoint = endpoint
        self.functions = functions
        self.seen = seen

    @property
    def port(self) -> int:
        return self.listener.port

    def publish(self, topic: str, payload: bytes, qos: int = 0) -> None:
        """A message of AWS's own API."""
        assert self.endpoint.devices.publish is not None
        assert self.endpoint.devices.publish(topic, {"qos": str(qos)}, {}, payload) is None

    def trusting(self, *alpn: str) -> ssl.SSLContext:
        context = ssl.create_default_context(cafile=str(self.listener.ca_file))
        if alpn:
            context.set_alpn_protocols(list(alpn))
        return context

    async def client(self, tls: bool = False, version: int = V5) -> Client:
        context = self.trusting("mqtt") if tls else None
        name = "localhost" if tls else None
        reader, writer = await asyncio.open_connection("127.0.0.1", self.port, ssl=context, server_hostname=name)
        return Client(reader, writer, version)


class Client:
    """Packets to and from a stream."""

    def __init__(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter, version: int) -> None:
        self.reader = reader
        self.writer = writer
        self.version = version
        self._decoder = Decoder(version)
        self._packets: list[Packet] = []

    def send(self, *packets: Packet) -> None:
        self.writer.write(b"".join(encode(packet, self.version) for packet in packets))

    async def receive(self) -> Packet | None:
        """The next packet; `None` once the connection is closed."""
        async with asyncio.timeout(10):
            while not self._packets:
                data = await self.reader.read(65536)
                if not data:
                    return None
                self._packets += self._decoder.feed(data)
        return self._packets.pop(0)

    async def connect(self, client_id: str = "sensor-7", password: bytes = b"right", **members: Any) -> Packet | None:
        """Connect, and return the answer."""
        members.setdefault("username", f"user{NAMED}A")
        self.send(Connect(client_id, password=password, version=self.version, **members))
        return await self.receive()

    def close(self) -> None:
        self.writer.close()


def definitions(*domains: Domain, default: str | None = None, **authorizer: Any) -> Definitions:
    """The authorizers A and Off, both with the same function."""
    function = FunctionDefinition("f", Path("/"), "app.handler", "python3.11")
    members = {"signing_disabled": True, **authorizer}
    named = [Authorizer("A", **members), Authorizer("Off", status="INACTIVE", signing_disabled=True)]
    return Definitions(
        authorizers=tuple(AuthorizerDefinition(each, function) for each in named),
        functions=(function,),
        default_authorizer=default,
        domains=domains,
    )


@asynccontextmanager
async def listening(
    folder: Path,
    answer: Answer = usual,
    defined: Definitions | None = None,
    time_factor: float = 1.0,
    verify: Callable[[str, str, str], bool] = lambda token, signature, pem: signature == f"signed:{token}",
) -> AsyncIterator[Listening]:
    functions, seen = Functions(answer), Observed()
    endpoint = build_endpoint(
        defined or definitions(), functions, verify, lambda: datetime.now(UTC), lambda: str(uuid.uuid4())
    )
    listener = DeviceListener(endpoint, Options(ca_folder=folder / "ca", time_factor=time_factor), seen)
    await listener.start()
    try:
        yield Listening(listener, endpoint, functions, seen)
    finally:
        await listener.close()
