"""HTTP on the device port: MQTT over WebSocket, and publishing with POST /topics/TOPIC.

Web pages of other sites can use neither: Host and Origin must be names of this listener.
"""

from __future__ import annotations

import asyncio
import itertools
import json
from collections.abc import Mapping
from urllib.parse import unquote

from aiohttp import WSMessage, WSMsgType, web

from authlens.core.invocation.invocation import fault_of
from authlens.core.mqtt import limits
from authlens.core.mqtt.connection import ConnectionStage, Transport
from authlens.core.request.request import HttpContext
from authlens.endpoint.api.connection import SERVER, Connection, Connections
from authlens.endpoint.api.guard import is_own_name
from authlens.endpoint.api.server import SHOWN_PATH
from authlens.endpoint.devices.arrival import Arrival
from authlens.endpoint.devices.client import MqttClient
from authlens.endpoint.devices.entrance import report_failure
from authlens.endpoint.devices.http_publish import Published, PublishRequest, publish
from authlens.endpoint.devices.hub import Hub
from authlens.endpoint.devices.link import WebSocketLink
from authlens.endpoint.runtime.quiet_log import QUIET_LOG

_TOPICS = "/topics/"
_WEBSOCKET = "/mqtt"
_MAXIMUM_MESSAGE = int(limits.MESSAGE_BYTES.value)
_FRAMES_A_TURN = 32
"""How many frames of one client are handled before it is the others' turn, even if all of them are there already."""


class DeviceHttp:
    """The HTTP side of the listener."""

    def __init__(self, hub: Hub, names: frozenset[str]) -> None:
        self._hub = hub
        self._names = names
        self._arrivals: dict[object, Arrival] = {}
        self._server = Connections(
            self._answer,
            lambda _: None,
            limits.CONNECT_SECONDS.value,
            access_log=None,
            logger=QUIET_LOG,
            keepalive_timeout=limits.CONNECT_SECONDS.value,
            lingering_time=1.0,
            auto_decompress=False,
        )

    def protocol(self, arrival: Arrival) -> asyncio.Protocol:
        """A protocol for a connection that speaks HTTP."""
        made = self._server.made(lambda _: self._failed(arrival, "the request is not valid HTTP"))
        self._arrivals[made] = arrival
        return made

    def gone(self, made: asyncio.Protocol) -> None:
        """A connection ended."""
        self._arrivals.pop(made, None)

    def _failed(self, arrival: Arrival, reason: str) -> None:
        kind = Transport.HTTP if arrival.hello is None else Transport.HTTPS
        report_failure(self._hub, arrival, kind, ConnectionStage.UPGRADE, reason)

    async def close(self) -> None:
        self._server.pre_shutdown()
        await self._server.shutdown(timeout=1.0)

    async def _answer(self, request: web.BaseRequest) -> web.StreamResponse:
        connection = request.protocol
        assert isinstance(connection, Connection)
        connection.begin()
        arrival = self._arrivals[connection]
        try:
            return await self._answered(request, arrival)
        except (ConnectionError, asyncio.CancelledError):
            raise
        except TimeoutError:
            return self._refused(request, arrival, 408, "The body did not arrive in time.")
        except Exception as error:  # noqa: BLE001  # a defect of ours is answered, and ends this request only
            self._failed(arrival, fault_of(error).message or "")
            return _error(500, "A defect of authlens.")
        finally:
            connection.end()

    async def _answered(self, request: web.BaseRequest, arrival: Arrival) -> web.StreamResponse:
        path = request.raw_path.partition("?")[0]
        if not self._is_ours(request):
            return self._refused(request, arrival, 403, "Requests from web pages of other sites are refused.")
        if path == _WEBSOCKET and request.method == "GET":
            return await self._websocket(request, arrival)
        if path.startswith(_TOPICS) and request.method == "POST":
            return await self._publish(request, arrival, unquote(path.removeprefix(_TOPICS)))
        served = f"The device port serves GET {_WEBSOCKET} (WebSocket) and POST {_TOPICS}TOPIC."
        return self._refused(request, arrival, 404, served)

    def _refused(self, request: web.BaseRequest, arrival: Arrival, status: int, message: str) -> web.StreamResponse:
        """The answer to a request that cannot be a device's, which is reported like any other refusal."""
        upgrades = request.headers.get("Upgrade", "").lower() == "websocket"
        kinds = (Transport.WS, Transport.WSS) if upgrades else (Transport.HTTP, Transport.HTTPS)
        path = request.raw_path.partition("?")[0][:SHOWN_PATH]
        reason = f"{request.method} {path} was answered HTTP {status}: {message}"
        report_failure(self._hub, arrival, kinds[arrival.hello is not None], ConnectionStage.UPGRADE, reason)
        return _error(status, message)

    def _is_ours(self, request: web.BaseRequest) -> bool:
        """Whether Host and Origin, if any, are names of the listener, with any port or none."""
        names = self._names | self._hub.gate.hosts()
        if not is_own_name(request.headers.get("Host", ""), names):
            return False
        if "cross-site" in request.headers.getall("Sec-Fetch-Site", ()):
            return False
        origins = request.headers.getall("Origin", ())
        return all(is_own_name(origin.partition("://")[2], names) for origin in origins)

    async def _websocket(self, request: web.BaseRequest, arrival: Arrival) -> web.StreamResponse:
        offered = ",".join(request.headers.getall("Sec-WebSocket-Protocol", ())).replace(" ", "").split(",")
        if "mqtt" not in offered:
            missing = "The WebSocket must offer the protocol mqtt (Sec-WebSocket-Protocol)."
            return self._refused(request, arrival, 400, missing)
        websocket = web.WebSocketResponse(
            protocols=("mqtt",), compress=False, autoclose=False, autoping=False, max_msg_size=_MAXIMUM_MESSAGE
        )
        websocket.headers["Server"] = SERVER
        await websocket.prepare(request)
        transport = request.transport
        if transport is None:
            return websocket
        link = WebSocketLink(transport)
        kind = Transport.WS if arrival.hello is None else Transport.WSS
        client = MqttClient(self._hub, link, arrival, kind, http_context(request))
        try:
            for number in itertools.count(1):
                await link.may_read.wait()
                if client.is_over:
                    break
                if number % _FRAMES_A_TURN == 0:
                    await asyncio.sleep(0)
                message = await websocket.receive()
                if message.type is WSMsgType.PING:
                    await websocket.pong(message.data)
                elif not _taken(client, message):
                    break
        finally:
            client.lost()
        return websocket

    async def _publish(self, request: web.BaseRequest, arrival: Arrival, topic: str) -> web.StreamResponse:
        body = await _body(request)
        if body is None:
            most = f"The payload has more than {limits.PAYLOAD_BYTES.value:g} bytes."
            return self._refused(request, arrival, 413, most)
        wanted = PublishRequest(topic, request.query, request.headers, body, http_context(request))
        answer = await publish(self._hub, arrival, wanted)
        return _response(answer)


def _taken(client: MqttClient, message: WSMessage) -> bool:
    """Hand a message of a WebSocket to its client; `False` if it is the last one."""
    if message.type is WSMsgType.BINARY:
        client.feed(message.data)
    elif message.type is WSMsgType.TEXT:
        client.broken("a WebSocket frame holds text; MQTT travels in binary frames")
    elif message.type is WSMsgType.CLOSE:
        client.leaves()
    return message.type in (WSMsgType.BINARY, WSMsgType.TEXT, WSMsgType.PONG)


def http_context(request: web.BaseRequest) -> HttpContext:
    """What the client sent, unchanged."""
    headers = tuple((name.decode("latin-1"), value.decode("utf-8", "replace")) for name, value in request.raw_headers)
    query = request.raw_path.partition("?")[2]
    return HttpContext(headers, f"?{query}" if query else None)


async def _body(request: web.BaseRequest) -> bytes | None:
    """`None` if it is larger than a message may be."""
    content = bytearray()
    async with asyncio.timeout(limits.CONNECT_SECONDS.value):
        async for chunk in request.content.iter_any():
            content += chunk
            if len(content) > limits.PAYLOAD_BYTES.value:
                return None
    return bytes(content)


def _response(answer: Published) -> web.Response:
    body = json.dumps({"message": answer.message, "traceId": answer.trace_id}).encode()
    headers: Mapping[str, str] = {"x-amzn-RequestId": answer.trace_id, "Server": SERVER}
    return web.Response(status=answer.status, body=body, content_type="application/json", headers=headers)


def _error(status: int, message: str) -> web.Response:
    body = json.dumps({"message": message}).encode()
    return web.Response(status=status, body=body, content_type="application/json", headers={"Server": SERVER})
