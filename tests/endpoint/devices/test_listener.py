"""The device listener in this process: every way in, every refusal, every rule that needs a second client."""

from __future__ import annotations

import asyncio
import contextlib
import itertools
import json
import socket
import ssl
from base64 import b64encode
from collections.abc import AsyncIterator, Mapping
from pathlib import Path
from typing import Any

import aiohttp
import pytest
import pytest_asyncio

from authlens.core.contract.outcome import Outcome
from authlens.core.deployment.deployment import Domain
from authlens.core.devices.pace import ByteBucket
from authlens.core.devices.report import client_of
from authlens.core.invocation.ran_code import RanCode, ran_code
from authlens.core.invocation.verdict_word import verdict_word
from authlens.core.mqtt import codes, properties, rules
from authlens.core.mqtt.connection import RECEIVED, SENT, ConnectionStage, Transport
from authlens.core.mqtt.encoder import encode
from authlens.core.mqtt.packets import (
    V3,
    V5,
    Connack,
    Connect,
    Disconnect,
    Filter,
    Packet,
    Pingreq,
    Pingresp,
    Puback,
    Publish,
    Suback,
    Subscribe,
    Will,
)
from authlens.core.mqtt.properties import REASON_STRING, text_of
from support.listening_devices import (
    NAMED,
    USUAL,
    Client,
    Listening,
    answered,
    definitions,
    device_of,
    listening,
    usual,
)


@pytest_asyncio.fixture
async def devices(tmp_path: Path) -> AsyncIterator[Listening]:
    async with listening(tmp_path) as running:
        yield running


def code_of(packet: Packet | None) -> int | None:
    return packet.code if isinstance(packet, Connack | Disconnect | Puback) else None


@pytest.mark.parametrize("version", [V3, V5])
@pytest.mark.parametrize("tls", [False, True])
async def test_a_client_connects_publishes_and_receives(devices: Listening, version: int, tls: bool) -> None:
    client = await devices.client(tls, version)
    assert code_of(await client.connect(keep_alive=60)) == 0
    client.send(Subscribe(1, (Filter("ok/#", 1),)))
    assert await client.receive() == Suback(1, (1,))
    client.send(Publish("ok/1", b"hello", 1, packet_id=5), Pingreq())
    assert [await client.receive() for _ in range(3)] == [
        Puback(5),
        Publish("ok/1", b"hello", 1, packet_id=1),
        Pingresp(),
    ]
    client.send(Puback(1), Disconnect())
    assert await client.receive() is None
    await devices.seen.until(lambda seen: bool(seen.ends))
    device = device_of(devices.seen.ends[0])
    assert device.transport is (Transport.MQTTS if tls else Transport.MQTT)
    assert (device.counts.published, device.counts.subscribed, device.counts.received) == (1, 1, 1)
    assert device.ended_by == rules.CLIENT_LEFT.id
    assert verdict_word(devices.seen.fates[0]) == "CONNECTED"


async def test_the_event_is_that_of_a_real_connection(devices: Listening) -> None:
    client = await devices.client(tls=True)
    await client.connect()
    (event,) = devices.functions.events
    assert event["protocols"] == ["tls", "mqtt"]
    assert event["protocolData"] == {
        "tls": {"serverName": "localhost"},
        "mqtt": {"username": f"user{NAMED}A", "password": "cmlnaHQ=", "clientId": "sensor-7"},
    }
    assert json.loads(device_of(devices.seen.fates[0]).event or "") == event
    assert devices.seen.fates[0].function_log == "printed\n"


REFUSALS: dict[str, tuple[dict[str, Any], str]] = {
    "the function denies": ({"password": b"wrong"}, "isAuthenticated: false"),
    "the function raises": ({"password": b"raise"}, "it broke"),
    "unknown authorizer": ({"username": f"u{NAMED}Nobody"}, "no authorizer Nobody"),
    "inactive authorizer": ({"username": f"u{NAMED}Off"}, "INACTIVE"),
    "no authorizer": ({"username": "u"}, "names no authorizer"),
    "client id not allowed": ({"client_id": "*"}, "client/*"),
}


def one_client(event: Mapping[str, Any]) -> Any:
    return answered(("Allow", "Connect", "client/sensor-7"))


@pytest.mark.parametrize("version", [V3, V5])
@pytest.mark.parametrize("why", REFUSALS)
async def test_a_refusal_is_a_close_in_version_3_and_0x87_in_version_5(tmp_path: Path, version: int, why: str) -> None:
    members, reason = REFUSALS[why]
    async with listening(tmp_path, one_client if why.startswith("client") else usual) as devices:
        client = await devices.client(version=version)
        packet = await client.connect(**members)
        if version == V3:
            assert packet is None
        else:
            assert code_of(packet) == codes.NOT_AUTHORIZED
            assert isinstance(packet, Connack)
            words = text_of(packet.properties, REASON_STRING) or ""
            assert words.startswith("CONNACK:Client is not authenticated/authorized to send the message:")
            assert await client.receive() is None
        invocation = devices.seen.fates[0]
        assert reason in device_of(invocation).reason
        assert verdict_word(invocation) == "REFUSED"


@pytest.mark.parametrize(
    "answer", [{"policyDocuments": []}, {"refreshAfterInSeconds": 299}, {"disconnectAfterInSeconds": 86401}, {"x": 1}]
)
async def test_answers_that_aws_refuses_let_nobody_in(tmp_path: Path, answer: Mapping[str, Any]) -> None:
    async with listening(
        tmp_path, lambda event: {**answered(*USUAL), **answer} if "x" not in answer else {}
    ) as devices:
        client = await devices.client()
        assert code_of(await client.connect()) == codes.NOT_AUTHORIZED


async def test_a_signature_is_checked_before_the_function_runs(tmp_path: Path) -> None:
    signed = definitions(signing_disabled=False, token_key_name="tok", token_signing_public_keys=(("k", "pem"),))
    async with listening(tmp_path, defined=signed) as devices:
        names = ("wrong", "signed%3At")
        codes_seen = []
        for number, signature in enumerate(names):
            client = await devices.client()
            username = f"u{NAMED}A&tok=t&x-amz-customauthorizer-signature={signature}"
            codes_seen.append(code_of(await client.connect(f"c{number}", username=username)))
        assert codes_seen == [codes.NOT_AUTHORIZED, 0]
        assert [event["token"] for event in devices.functions.events] == ["t"]


class TestDenied:
    async def client(self, devices: Listening, version: int) -> Client:
        client = await devices.client(version=version)
        assert code_of(await client.connect()) == 0
        return client

    async def test_a_publish_of_qos_1(self, devices: Listening) -> None:
        old = await self.client(devices, V3)
        old.send(Publish("no/1", b"x", 1, packet_id=1))
        assert await old.receive() is None
        new = await devices.client()
        await new.connect("other")
        new.send(Publish("no/1", b"x", 1, packet_id=1), Pingreq())
        assert [await new.receive() for _ in range(2)] == [Puback(1, codes.NOT_AUTHORIZED), Pingresp()]
        denied = [decision for decision in devices.seen.decisions if not decision.is_allowed]
        assert [decision.rule for decision in denied] == ["publish-denied", "publish-denied"]
        assert "topic/ok/*" in denied[0].detail

    async def test_a_publish_of_qos_0(self, devices: Listening) -> None:
        client = await self.client(devices, V5)
        client.send(Publish("no/1"))
        assert code_of(await client.receive()) == codes.NOT_AUTHORIZED
        assert await client.receive() is None

    async def test_a_delivery(self, devices: Listening) -> None:
        client = await self.client(devices, V5)
        client.send(Subscribe(1, (Filter("#"),)))
        await client.receive()
        devices.publish("no/1", b"x")
        devices.publish("ok/1", b"y")
        assert await client.receive() == Publish("ok/1", b"y")
        assert [decision.rule for decision in devices.seen.decisions if not decision.is_allowed] == ["receive-denied"]


async def test_the_same_client_id_takes_over(devices: Listening) -> None:
    first, second = await devices.client(), await devices.client()
    await first.connect("a")
    await asyncio.sleep(1.05)
    assert code_of(await second.connect("a")) == 0
    assert code_of(await first.receive()) == codes.SESSION_TAKEN_OVER
    assert await first.receive() is None
    second.send(Pingreq())
    assert await second.receive() == Pingresp()


async def test_a_client_id_may_connect_once_a_second(devices: Listening) -> None:
    first, second = await devices.client(), await devices.client()
    await first.connect("a")
    assert code_of(await second.connect("a")) == codes.QUOTA_EXCEEDED
    first.send(Pingreq())
    assert await first.receive() == Pingresp()


async def test_a_will_is_sent_when_the_connection_breaks(devices: Listening) -> None:
    watcher, client = await devices.client(), await devices.client()
    await watcher.connect("watcher")
    watcher.send(Subscribe(1, (Filter("ok/bye"),)))
    await watcher.receive()
    await client.connect("a", will=Will("ok/bye", b"gone"))
    client.writer.transport.abort()
    assert await watcher.receive() == Publish("ok/bye", b"gone")


async def test_lifecycle_events(devices: Listening) -> None:
    watcher, client = await devices.client(), await devices.client()
    await watcher.connect("watcher")
    watcher.send(Subscribe(1, (Filter("$aws/events/presence/+/a"),)))
    await watcher.receive()
    await client.connect("a")
    client.send(Disconnect())
    events = [await watcher.receive() for _ in range(2)]
    topics = [event.topic for event in events if isinstance(event, Publish)]
    assert topics == ["$aws/events/presence/connected/a", "$aws/events/presence/disconnected/a"]


async def test_disconnect_after_ends_the_connection_and_sends_the_will(tmp_path: Path) -> None:
    async with listening(
        tmp_path, lambda event: answered(*USUAL, disconnectAfterInSeconds=300), time_factor=300
    ) as devices:
        watcher, client = await devices.client(version=V3), await devices.client()
        await client.connect("a", will=Will("ok/bye", b"gone"))
        await watcher.connect("watcher")
        watcher.send(Subscribe(1, (Filter("ok/bye"),)))
        await watcher.receive()
        assert code_of(await client.receive()) == codes.ADMINISTRATIVE_ACTION
        assert await watcher.receive() == Publish("ok/bye", b"gone")


async def test_a_refresh_replaces_the_documents(tmp_path: Path) -> None:
    refreshed, calls = asyncio.Event(), itertools.count()

    def answer(event: Mapping[str, Any]) -> Any:
        if next(calls):
            refreshed.set()
        return answered(*USUAL[:1]) if refreshed.is_set() else answered(*USUAL)

    async with listening(tmp_path, answer, time_factor=3000) as devices:
        client = await devices.client()
        await client.connect()
        await refreshed.wait()
        answered_with: Packet | None = Puback(1)
        while answered_with == Puback(1):
            client.send(Publish("ok/1", b"x", 1, packet_id=1))
            answered_with = await client.receive()
        assert answered_with == Puback(1, codes.NOT_AUTHORIZED)
        assert devices.functions.events[0] == devices.functions.events[1]
        invocation, seconds, factor = devices.seen.refreshes[0]
        assert (device_of(invocation).refreshes, seconds, factor) == (1, 300, 3000)


async def test_a_refresh_that_is_refused_ends_the_connection(tmp_path: Path) -> None:
    answers = iter([answered(*USUAL), {**answered(*USUAL), "isAuthenticated": False}])
    async with listening(tmp_path, lambda event: next(answers), time_factor=3000) as devices:
        client = await devices.client()
        await client.connect()
        assert code_of(await client.receive()) == codes.NOT_AUTHORIZED
        await devices.seen.until(lambda seen: bool(seen.ends))
        assert device_of(devices.seen.ends[0]).ended_by == rules.REFRESH_REFUSED.id


async def test_a_persistent_session_goes_on(devices: Listening) -> None:
    expiry = ((properties.SESSION_EXPIRY, 60),)
    client = await devices.client()
    await client.connect("a", properties=expiry)
    client.send(Subscribe(1, (Filter("ok/x", 1),)))
    await client.receive()
    client.send(Disconnect())
    assert await client.receive() is None
    devices.publish("ok/x", b"kept", qos=1)
    await asyncio.sleep(1.05)
    client = await devices.client()
    accepted = await client.connect("a", clean_start=False, properties=expiry)
    assert isinstance(accepted, Connack)
    assert accepted.session_present
    assert await client.receive() == Publish("ok/x", b"kept", 1, packet_id=1)


def websocket_packets(data: bytes, version: int = V5) -> list[Packet]:
    from authlens.core.mqtt.decoder import Decoder

    return list(Decoder(version).feed(data))


class TestWebSocket:
    URL = "wss://localhost:{}/mqtt?x-amz-customauthorizer-name=A&a=b"

    @pytest.mark.parametrize("version", [V3, V5])
    async def test_a_client_connects(self, devices: Listening, version: int) -> None:
        async with (
            aiohttp.ClientSession() as session,
            session.ws_connect(
                self.URL.format(devices.port), protocols=("mqtt",), ssl=devices.trusting(), headers={"X-Mixed": "Y"}
            ) as socket,
        ):
            written = encode(Connect("c1", "u", b"right", version), version)
            await socket.send_bytes(written[:5])
            await socket.send_bytes(written[5:])
            accepted = websocket_packets(await socket.receive_bytes(), version)[0]
            assert code_of(accepted) == 0
            big = bytes(70_000)
            await socket.send_bytes(encode(Subscribe(1, (Filter("ok/1"),)), version))
            await socket.receive_bytes()
            await socket.send_bytes(encode(Publish("ok/1", big), version))
            assert websocket_packets(await socket.receive_bytes(), version) == [Publish("ok/1", big)]
        (event,) = devices.functions.events
        assert event["protocols"] == ["tls", "http", "mqtt"]
        assert event["protocolData"]["http"]["queryString"] == "x-amz-customauthorizer-name=A&a=b"
        assert event["protocolData"]["http"]["headers"]["x-mixed"] == "Y"

    async def test_a_close_frame_is_a_goodbye(self, devices: Listening) -> None:
        watcher = await devices.client()
        await watcher.connect("watcher")
        watcher.send(Subscribe(1, (Filter("ok/bye"), Filter("$aws/events/presence/disconnected/c1"))))
        await watcher.receive()
        async with (
            aiohttp.ClientSession() as session,
            session.ws_connect(self.URL.format(devices.port), protocols=("mqtt",), ssl=devices.trusting()) as socket,
        ):
            await socket.send_bytes(encode(Connect("c1", "u", b"right", V5, will=Will("ok/bye", b"gone")), V5))
            await socket.receive_bytes()
        event = await watcher.receive()
        assert isinstance(event, Publish)
        assert json.loads(event.payload)["disconnectReason"] == "CLIENT_INITIATED_DISCONNECT"
        await devices.seen.until(lambda seen: bool(seen.ends))
        assert device_of(devices.seen.ends[0]).ended_by == rules.CLIENT_LEFT.id

    @pytest.mark.parametrize(("version", "last"), [(V3, b"\x88\x00"), (V5, b"")])
    async def test_the_two_ways_in_which_aws_closes(self, devices: Listening, version: int, last: bytes) -> None:
        reader, writer = await asyncio.open_connection("127.0.0.1", devices.port)
        writer.write(
            b"GET /mqtt?x-amz-customauthorizer-name=A HTTP/1.1\r\nHost: localhost\r\nUpgrade: websocket\r\n"
            b"Connection: Upgrade\r\nSec-WebSocket-Key: AAAAAAAAAAAAAAAAAAAAAA==\r\nSec-WebSocket-Version: 13\r\n"
            b"Sec-WebSocket-Protocol: mqtt\r\n\r\n"
        )
        assert b"101" in await reader.readuntil(b"\r\n\r\n")
        packet = encode(Connect("c1", "u", b"wrong", version), version)
        writer.write(bytes((0x82, 0x80 | len(packet))) + bytes(4) + packet)
        async with asyncio.timeout(10):
            rest = await reader.read()
        if version == V3:
            assert rest == last
        else:
            assert rest[:1] == b"\x82"
            assert code_of(websocket_packets(rest[2:])[0]) == codes.NOT_AUTHORIZED
        writer.close()

    @pytest.mark.parametrize(
        ("headers", "status"),
        [
            ({"Origin": "https://localhost:9"}, 101),
            ({"Host": "localhost"}, 101),
            ({"Origin": "https://evil.example"}, 403),
            ({"Host": "evil.example"}, 403),
            ({"Sec-Fetch-Site": "cross-site"}, 403),
            ({"Origin": "null"}, 403),
        ],
    )
    async def test_a_web_page_of_another_site_cannot_connect(
        self, devices: Listening, headers: dict[str, str], status: int
    ) -> None:
        async with aiohttp.ClientSession() as session:
            url = f"ws://localhost:{devices.port}/mqtt"
            try:
                async with session.ws_connect(url, protocols=("mqtt",), headers=headers):
                    found = 101
            except aiohttp.WSServerHandshakeError as error:
                found = error.status
        assert found == status
        await devices.seen.until(lambda seen: bool(seen.fates))
        device = device_of(devices.seen.fates[-1])
        assert device.transport is Transport.WS
        assert ("GET /mqtt was answered HTTP 403: Requests from web pages" in device.reason) is (status == 403)

    @pytest.mark.parametrize(
        ("path", "protocol", "reason"),
        [
            ("/ws", "mqtt", "GET /ws was answered HTTP 404: The device port serves GET /mqtt (WebSocket)"),
            ("/mqtt", "amqp", "GET /mqtt was answered HTTP 400: The WebSocket must offer the protocol mqtt"),
        ],
    )
    async def test_a_websocket_at_the_wrong_place_is_reported(
        self, devices: Listening, path: str, protocol: str, reason: str
    ) -> None:
        async with aiohttp.ClientSession() as session:
            with pytest.raises(aiohttp.WSServerHandshakeError):
                await session.ws_connect(f"ws://localhost:{devices.port}{path}?token=t", protocols=(protocol,))
        await devices.seen.until(lambda seen: bool(seen.fates))
        assert device_of(devices.seen.fates[0]).reason.startswith(reason)


class TestHttps:
    async def post(self, devices: Listening, path: str, **headers: str) -> tuple[int, dict[str, Any]]:
        async with aiohttp.ClientSession(connector=aiohttp.TCPConnector(ssl=devices.trusting())) as session:
            return await self.posted(session, devices, path, **headers)

    async def posted(
        self, session: aiohttp.ClientSession, devices: Listening, path: str, **headers: str
    ) -> tuple[int, dict[str, Any]]:
        url = f"https://localhost:{devices.port}{path}"
        named = headers or {"x-amz-customauthorizer-name": "A"}
        async with session.post(url, data=b"hi", headers=named) as response:
            return response.status, await response.json()

    async def test_a_publish_reaches_the_subscribers(self, devices: Listening) -> None:
        watcher = await devices.client()
        await watcher.connect("watcher")
        watcher.send(Subscribe(1, (Filter("ok/a b"),)))
        await watcher.receive()
        status, body = await self.post(devices, "/topics/ok/a%20b?qos=1")
        assert (status, body["message"]) == (200, "OK")
        assert await watcher.receive() == Publish("ok/a b", b"hi")
        event = devices.functions.events[1]
        assert event["protocols"] == ["tls", "http"]
        await devices.seen.until(lambda seen: len(seen.ends) == 1)

    @pytest.mark.parametrize(
        ("path", "headers", "status"),
        [
            ("/topics/no/1", {}, 403),
            ("/topics/ok/1", {"x-amz-customauthorizer-name": "Off"}, 403),
            ("/topics/ok/1", {"x-a": "b"}, 403),
            ("/topics/ok/1?qos=2", {}, 400),
            ("/topics/ok/+", {}, 400),
            ("/topics/ok/%00", {}, 400),
            ("/topics/ok/1?contentType=%00", {}, 400),
            ("/topics/ok/1?responseTopic=a/%23", {}, 400),
            ("/topics/ok/1", {"x-amz-mqtt5-user-properties": b64encode(b'[{"a": "\\ud800"}]').decode()}, 400),
            ("/topics/ok/1", {"x-amz-mqtt5-correlation-data": "?"}, 400),
            ("/topics/ok/1", {"x-amz-mqtt5-payload-format-indicator": "UTF8"}, 400),
        ],
    )
    async def test_what_is_refused(self, devices: Listening, path: str, headers: dict[str, str], status: int) -> None:
        found, body = await self.post(devices, path, **headers)
        assert found == status
        assert ("Forbidden" in body["message"]) is (status == 403)
        assert verdict_word(devices.seen.fates[0]) == "REFUSED"
        assert device_of(devices.seen.fates[0]).refused_by == ("http-refused" if status == 403 else "http-400")

    @pytest.mark.parametrize(("caches", "events"), [(True, 2), (False, 5)])
    async def test_an_outcome_is_cached_for_one_connection_where_the_authorizer_says_so(
        self, tmp_path: Path, caches: bool, events: int
    ) -> None:
        async with listening(tmp_path, defined=definitions(enable_caching_for_http=caches)) as devices:
            for count in (3, 2):
                # The same object, because aiohttp keeps a connection for one TLS context.
                connector = aiohttp.TCPConnector(ssl=devices.trusting())
                async with aiohttp.ClientSession(connector=connector) as session:
                    for _ in range(count):
                        assert (await self.posted(session, devices, "/topics/ok/1"))[0] == 200
            assert len(devices.functions.events) == events


async def test_a_domain_has_its_own_default_and_certificate(tmp_path: Path) -> None:
    domain = Domain("d", "iot.example.com", default_authorizer="A", application_protocol="SECURE_MQTT")
    async with listening(tmp_path, defined=definitions(domain)) as devices:
        devices.endpoint.domains.put(Domain("late", "late.example.com", default_authorizer="A"))
        for number, name in enumerate(("iot.example.com", "late.example.com")):
            reader, writer = await asyncio.open_connection(
                "127.0.0.1", devices.port, ssl=devices.trusting(), server_hostname=name
            )
            client = Client(reader, writer, V5)
            assert code_of(await client.connect(f"c{number}", username="user")) == 0
        warnings = ["".join(step.warning for step in device_of(each).steps) for each in devices.seen.fates]
        assert warnings[0] == ""
        assert "no ALPN" in warnings[1]
        skipped = [step.stage for step in device_of(devices.seen.fates[0]).steps if step.is_skipped]
        assert skipped == [ConnectionStage.SIGNATURE], "signing is disabled, so no signature was verified"


async def test_a_client_that_does_not_trust_the_ca_is_recognised(devices: Listening) -> None:
    def connect() -> None:
        with socket.create_connection(("localhost", devices.port)) as plain, pytest.raises(ssl.SSLError):
            ssl.create_default_context().wrap_socket(plain, server_hostname="localhost")

    await asyncio.to_thread(connect)
    await devices.seen.until(lambda seen: bool(seen.fates))
    device = device_of(devices.seen.fates[0])
    assert "does not trust the local CA" in device.reason
    assert "SNI localhost" in device.steps[-1].detail
    assert verdict_word(devices.seen.fates[0]) == "REFUSED"


@pytest.mark.parametrize(
    "data", [b"\x10\xff\xff\xff\xff", b"\xc0\x00", b"\x10\x0c\x00\x04MQTT\x04\x02\x00\x00\x00\x05a", b"\x16\x03\x01"]
)
async def test_what_is_malformed_ends_its_own_connection_only(devices: Listening, data: bytes) -> None:
    good = await devices.client()
    await good.connect("good")
    reader, writer = await asyncio.open_connection("127.0.0.1", devices.port)
    writer.write(data)
    writer.write_eof()
    async with asyncio.timeout(10):
        with contextlib.suppress(ConnectionResetError):
            assert await reader.read() == b""
    good.send(Pingreq())
    assert await good.receive() == Pingresp()
    await devices.seen.until(lambda seen: len(seen.fates) == 2)


@pytest.mark.parametrize(
    ("packet", "code"),
    [
        (b"\xf1\x00", codes.MALFORMED_PACKET),
        (b"\xc0\x80\x00", codes.MALFORMED_PACKET),
        (b"\x30\x0a\x00\x04ok/1\x03\x23\x00\x00", codes.TOPIC_ALIAS_INVALID),
        (b"\x30\x09\x00\x04ok/1\x02\x01\x02", codes.PROTOCOL_ERROR),
        (b"\x30\x0b\x00\x04ok/1\x04\x01\x00\x01\x00", codes.PROTOCOL_ERROR),
        (b"\x30\x81\x90\x09", codes.PACKET_TOO_LARGE),
    ],
)
async def test_a_malformed_packet_after_the_connect_is_answered(devices: Listening, packet: bytes, code: int) -> None:
    client = await devices.client()
    await client.connect()
    client.writer.write(packet)
    assert code_of(await client.receive()) == code
    assert await client.receive() is None


async def test_a_connect_of_more_than_128_kib_is_refused(devices: Listening) -> None:
    client = await devices.client()
    client.writer.write(b"\x10\x81\x80\x08")
    assert await client.receive() is None
    assert "larger than 131072" in device_of(devices.seen.fates[0]).reason


async def test_a_client_that_may_not_publish_its_last_will_is_refused(devices: Listening) -> None:
    watcher, client = await devices.client(), await devices.client()
    await watcher.connect("watcher")
    watcher.send(Subscribe(1, (Filter("$aws/events/presence/connect_failed/a"),)))
    await watcher.receive()
    assert code_of(await client.connect("a", will=Will("no/bye"))) == codes.NOT_AUTHORIZED
    reason = device_of(devices.seen.fates[1]).reason
    assert reason.startswith("the policy does not allow iot:Publish on topic/no/bye, the topic of the last will: ")
    event = await watcher.receive()
    assert isinstance(event, Publish)
    assert json.loads(event.payload)["principalIdentifier"] == "p1"


async def test_a_slow_subscriber_harms_nobody(devices: Listening) -> None:
    slow, quick = await devices.client(), await devices.client()
    for client, name in ((slow, "slow"), (quick, "quick")):
        await client.connect(name)
        client.send(Subscribe(1, (Filter("ok/big"),)))
        await client.receive()
    slow.writer.transport.pause_reading()  # type: ignore[attr-defined]  # WriteTransport does not declare it; a socket's has it
    for connection in devices.listener.hub.clients:
        connection.outbox.pace = ByteBucket(1e12)
    for _ in range(120):
        devices.publish("ok/big", bytes(100_000))
        assert isinstance(await quick.receive(), Publish)
    await devices.seen.until(lambda seen: bool(seen.ends))
    assert device_of(devices.seen.ends[0]).ended_by == rules.SLOW.id


async def test_packets_sent_ahead_of_the_answer_wait(devices: Listening) -> None:
    client = await devices.client()
    client.send(
        Connect("a", f"u{NAMED}A", b"right", V5), Subscribe(1, (Filter("ok/1"),)), Publish("ok/1", b"x"), Pingreq()
    )
    packets = [await client.receive() for _ in range(4)]
    assert [type(packet) for packet in packets] == [Connack, Suback, Publish, Pingresp]


async def test_the_record_keeps_the_outcome_and_can_be_replayed(devices: Listening) -> None:
    client = await devices.client(tls=True)
    await client.connect()
    invocation = devices.seen.fates[0]
    assert isinstance(invocation.result, Outcome)
    assert ran_code(invocation) == RanCode("c0de", (("app.py", "f11e"),))
    assert invocation.request.to_api() == {
        "authorizerName": "A",
        "mqttContext": {"username": f"user{NAMED}A", "password": b"right", "clientId": "sensor-7"},
        "tlsContext": {"serverName": "localhost"},
    }


async def test_a_function_runs_to_its_end_when_its_client_is_gone(tmp_path: Path) -> None:
    async with listening(tmp_path) as devices:
        begun, go_on, done = asyncio.Event(), asyncio.Event(), asyncio.Event()
        invoke = devices.functions.invoke

        async def slow(*given: Any, **named: Any) -> Any:
            begun.set()
            await go_on.wait()
            done.set()
            return await invoke(*given, **named)

        devices.functions.invoke = slow  # type: ignore[method-assign]  # the stand-in of this test answers late
        client = await devices.client()
        client.send(Connect("a", f"u{NAMED}A", b"right", V5))
        await begun.wait()
        client.writer.transport.abort()
        await devices.seen.until(lambda seen: bool(seen.fates))
        assert "closed the connection before it was let in" in device_of(devices.seen.fates[0]).reason
        go_on.set()
        async with asyncio.timeout(10):
            await done.wait()


async def test_a_connection_is_slowed_to_half_a_mebibyte_a_second_and_loses_nothing_of_qos_1(tmp_path: Path) -> None:
    """Both ways: ten messages of 128 KiB take a second more than the four that fit into the first one."""
    async with listening(tmp_path) as devices:
        sender, receiver = await devices.client(), await devices.client()
        await sender.connect("sender")
        await receiver.connect("receiver")
        receiver.send(Subscribe(1, (Filter("ok/big", 1),)))
        await receiver.receive()
        started = asyncio.get_running_loop().time()
        payload = bytes(128 * 1024)
        sender.send(*(Publish("ok/big", payload, 1, packet_id=number) for number in range(1, 11)))
        received = [await receiver.receive() for _ in range(10)]
        assert [isinstance(packet, Publish) and packet.payload for packet in received] == [payload] * 10
        assert asyncio.get_running_loop().time() - started > 0.9
        throttled = [(client_of(invocation), direction) for invocation, direction in devices.seen.throttles]
        assert sorted(throttled) == [("receiver", RECEIVED), ("sender", SENT)]


async def test_messages_of_qos_0_that_wait_for_the_rate_are_dropped_and_reported(tmp_path: Path) -> None:
    async with listening(tmp_path) as devices:
        receiver = await devices.client()
        await receiver.connect("receiver")
        receiver.send(Subscribe(1, (Filter("ok/big"),)))
        await receiver.receive()
        for _ in range(16):
            devices.publish("ok/big", bytes(128 * 1024))
        await devices.seen.until(lambda seen: any(each.rule == rules.THROUGHPUT.id for each in seen.decisions))
        dropped = next(each for each in devices.seen.decisions if each.rule == rules.THROUGHPUT.id)
        assert (dropped.packet, dropped.topic) == ("RECEIVE", "ok/big")
        receiver.send(Pingreq())
        receiver.close()
