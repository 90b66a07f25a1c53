"""The probe's ways over HTTP, on aiohttp: MQTT in a WebSocket, and one publish. Steps and failures as over TLS."""

from __future__ import annotations

import asyncio
import socket
import ssl
import time
import zlib
from collections.abc import Mapping, Sequence
from contextlib import suppress
from http import HTTPStatus
from urllib.parse import quote

import aiohttp
from yarl import URL

from authlens.core.mqtt.fields import Malformed
from authlens.core.probe.http_reason import http_words
from authlens.core.probe.plan import ProbePlan, Trial
from authlens.core.probe.reply import ConnectionEnd, ServerReply
from authlens.core.probe.report import ProbeStage, ProbeStep
from authlens.probe.channel import Ended
from authlens.probe.network import (
    Report,
    Unreached,
    alert_of,
    alert_words,
    certificate_rejection,
    dns_words,
    tcp_words,
    tls_words,
)
from authlens.probe.web_session import Broken, Handshake, Steps

_LARGEST_BODY = 4096
"""Bytes of an answer that are kept."""
_EMPTY_CLOSE = 0
"""What aiohttp makes of a close frame without a code."""


def _url(plan: ProbePlan, path: str) -> URL:
    host = f"[{plan.host}]" if ":" in plan.host else plan.host
    query = f"?{plan.query}" if plan.query else ""
    # As written: yarl would encode and sort it again.
    return URL(f"https://{host}:{plan.port}{path}{query}", encoded=True)


def _headers(plan: ProbePlan) -> list[tuple[str, str]]:
    """Those of the request; a server name of its own is the Host too, as it would be for a device."""
    given = list(plan.headers)
    if plan.server_name is None or any(name.lower() == "host" for name, _ in given):
        return given
    return [*given, ("Host", plan.server_name if plan.port == 443 else f"{plan.server_name}:{plan.port}")]


def unreached(
    plan: ProbePlan,
    error: BaseException,
    families: Sequence[socket.AddressFamily] = (),
    is_encrypting: bool = False,
) -> Unreached:
    """aiohttp's failure as ours. families: those of the host's addresses. is_encrypting: TLS began, and did not end."""
    stage = ProbeStage.PUBLISH if plan.way == "https" else ProbeStage.UPGRADE
    cause = getattr(error, "os_error", None) or getattr(error, "certificate_error", None) or error.__cause__
    if isinstance(error, aiohttp.ClientConnectorDNSError):
        why = cause.__cause__ if cause is not None else None
        why = why if isinstance(why, (TimeoutError, UnicodeError)) else cause
        words = dns_words(why if isinstance(why, (OSError, UnicodeError)) else OSError(), plan.seconds)
        return Unreached(ProbeStage.DNS, f"{plan.host}: {words}")
    if isinstance(error, (aiohttp.ClientConnectorCertificateError, aiohttp.ClientConnectorSSLError)):
        known = cause if isinstance(cause, OSError) else ssl.SSLError(1, str(error))
        rejection = certificate_rejection(plan, alert_of(known))
        return Unreached(ProbeStage.TLS, f"{plan.host}: {tls_words(plan, known)}", rejection)
    if is_encrypting and isinstance(cause or error, (ConnectionError, TimeoutError)):
        return Unreached(ProbeStage.TLS, f"{plan.host}: {tls_words(plan, _os_error(cause or error))}")
    if isinstance(error, aiohttp.ClientConnectorError):
        return Unreached(ProbeStage.TCP, tcp_words(plan, error.os_error, families))
    if cause is not None and (alert := alert_of(cause)):
        return Unreached(ProbeStage.TLS, f"{plan.host}: {alert_words(alert)}", certificate_rejection(plan, alert))
    if isinstance(error, (TimeoutError, aiohttp.ServerTimeoutError)):
        return Unreached(stage, f"{plan.host}: no complete HTTP answer came within {plan.seconds:g} s")
    if isinstance(error, aiohttp.ClientResponseError):
        return Unreached(stage, f"{plan.host}: what answered is not valid HTTP; check the host name and the port")
    if isinstance(error, (aiohttp.ServerDisconnectedError, aiohttp.ClientOSError)):
        maybe = "it may require a client certificate (--cert and --key), or not speak HTTP on this port"
        if plan.certificate_file is not None:
            maybe = f"it may not accept the client certificate {plan.certificate_file}"
        how = "reset" if isinstance(cause or error, ConnectionResetError) else "closed"
        message = f"the server {how} the connection without an answer to the HTTP request; {maybe}"
        rejection = f"the server {how} the connection after the TLS handshake" if plan.certificate_is_judged else ""
        return Unreached(stage, f"{plan.host}: {message}", rejection)
    return Unreached(stage, f"{plan.host}: {type(error).__name__} while waiting for the HTTP answer")


def _os_error(error: BaseException) -> OSError:
    return error if isinstance(error, OSError) else OSError(str(error))


class WebSocketChannel:
    def __init__(self, websocket: aiohttp.ClientWebSocketResponse, handshake: Handshake) -> None:
        self._socket = websocket
        self._handshake = handshake
        handshake.arrived = 0

    async def send(self, data: bytes) -> None:
        try:
            await self._socket.send_bytes(data)
        except (ConnectionError, aiohttp.ClientError) as error:
            raise Ended(ConnectionEnd.RESET) from error

    async def receive(self, seconds: float) -> bytes:
        try:
            async with asyncio.timeout(seconds):
                message = await self._next()
        except TimeoutError:
            half = "the beginning of a WebSocket message arrived, and not the rest"
            raise Ended(ConnectionEnd.SILENT, code=half if self._handshake.arrived else "") from None
        if message.type is aiohttp.WSMsgType.BINARY:
            return bytes(message.data)
        if message.type is aiohttp.WSMsgType.CLOSE:
            if message.data == _EMPTY_CLOSE:
                raise Ended(ConnectionEnd.EMPTY_CLOSE_FRAME)
            said = f": {message.extra}" if message.extra else ""
            raise Ended(ConnectionEnd.CLOSE_FRAME, code=f"close code {message.data}{said}")
        if message.type is aiohttp.WSMsgType.TEXT:
            raise Malformed("a text frame of the WebSocket")
        if message.type is aiohttp.WSMsgType.ERROR:
            if isinstance(message.data, aiohttp.WebSocketError):
                raise Malformed("a frame that WebSocket does not allow")
            raise Ended(ConnectionEnd.RESET)
        raise Ended(ConnectionEnd.CLOSED)

    async def _next(self) -> aiohttp.WSMessage:
        """The next message but pings, which are answered."""
        while True:
            message = await self._socket.receive()
            self._handshake.arrived = 0
            if message.type is aiohttp.WSMsgType.PING:
                with suppress(ConnectionError, aiohttp.ClientError):
                    await self._socket.pong(message.data)
            elif message.type is not aiohttp.WSMsgType.PONG:
                return message

    async def close(self) -> None:
        with suppress(TimeoutError, ConnectionError, aiohttp.ClientError):
            async with asyncio.timeout(1):
                await self._socket.close()


async def upgrade(session: aiohttp.ClientSession, steps: Steps, plan: ProbePlan, report: Report) -> WebSocketChannel:
    """The WebSocket. Raises Unreached, and Refused where HTTP answers no."""
    try:
        async with steps.limit:
            websocket = await session.ws_connect(
                _url(plan, "/mqtt"),
                protocols=("mqtt",),
                headers=_headers(plan),
                autoclose=False,
                autoping=False,
                max_msg_size=0,
                server_hostname=plan.server_name,
            )
    except aiohttp.WSServerHandshakeError as error:
        if error.status == HTTPStatus.SWITCHING_PROTOCOLS:
            steps.passed()
            message = f"{plan.host}: what answered is not a WebSocket ({error.message}); a proxy may be in the way"
            raise Unreached(ProbeStage.UPGRADE, message) from error
        headers = _header_words(error.headers or {})
        detail = f"HTTP {error.status} {_phrase(error)}" + (f", {headers}" if headers else "")
        steps.passed()
        report(ProbeStep(ProbeStage.UPGRADE, False, time.monotonic() - steps.asked, detail))
        raise Refused(ServerReply("HTTP", error.status, headers)) from error
    except (Broken, aiohttp.ClientError, OSError) as error:
        raise _failure(plan, steps, error) from error
    except ValueError as error:
        raise _unsendable(plan, steps, ProbeStage.UPGRADE) from error
    steps.passed()
    chosen = f"subprotocol {websocket.protocol}" if websocket.protocol else "no subprotocol chosen"
    report(ProbeStep(ProbeStage.UPGRADE, True, time.monotonic() - steps.asked, f"HTTP 101, {chosen}"))
    return WebSocketChannel(websocket, steps.handshake)


def _end_after_sending(steps: Steps, error: BaseException) -> ServerReply | None:
    """How the connection ended without an answer; `None` if it ended before the request could be sent.

    A server that sends a TLS alert about the client certificate has read no request.
    """
    known = error.__cause__ if isinstance(error, Broken) and error.__cause__ else error
    cause = getattr(known, "os_error", None) or known.__cause__ or known
    if not steps.asked or alert_of(cause):
        return None
    if isinstance(known, (TimeoutError, aiohttp.ServerTimeoutError)):
        return ServerReply(closed=ConnectionEnd.SILENT)
    if isinstance(known, aiohttp.ClientResponseError):
        return ServerReply(closed=ConnectionEnd.INVALID)
    is_reset = isinstance(cause, ConnectionResetError) or isinstance(known, ConnectionResetError)
    return ServerReply(closed=ConnectionEnd.RESET if is_reset else ConnectionEnd.CLOSED)


def _failure(plan: ProbePlan, steps: Steps, error: BaseException) -> Unreached:
    steps.passed()
    known = error.__cause__ if isinstance(error, Broken) and error.__cause__ else error
    return unreached(plan, known, steps.resolver.families, steps.is_encrypting)


def _unsendable(plan: ProbePlan, steps: Steps, stage: ProbeStage) -> Unreached:
    """Of a request with a header that aiohttp refuses to write."""
    steps.passed()
    why = "a header contains a character that HTTP cannot carry, such as a line break"
    return Unreached(stage, f"{plan.host}: no HTTP request was sent: {why}")


def _phrase(error: aiohttp.WSServerHandshakeError) -> str:
    """What the status means."""
    try:
        return HTTPStatus(error.status).phrase
    except ValueError:
        return "(not a known status)"


def _inflated(body: bytes | bytearray, headers: Mapping[str, str]) -> bytes:
    """The body without gzip, which no probe asks for, as far as it can be read."""
    if headers.get("Content-Encoding", "").lower() not in ("gzip", "x-gzip", "deflate"):
        return bytes(body)
    try:
        return zlib.decompressobj(_ANY_FORMAT).decompress(body, _LARGEST_BODY)
    except zlib.error:
        return bytes(body)


_ANY_FORMAT = zlib.MAX_WBITS | 32
"""Of zlib: gzip or deflate, as the header says."""


def _header_words(headers: Mapping[str, str]) -> str:
    """The headers that say who answered."""
    return ", ".join(
        f"{name}: {headers[name]}" for name in ("x-amzn-ErrorType", "Location", "Server") if name in headers
    )


class Refused(Exception):
    """HTTP refused the request."""

    def __init__(self, answer: ServerReply) -> None:
        super().__init__(str(answer.code))
        self.answer = answer


async def publish(
    session: aiohttp.ClientSession, steps: Steps, plan: ProbePlan, trial: Trial, report: Report
) -> ServerReply:
    """One publish over HTTPS. Raises Unreached."""
    given = "&".join(filter(None, ("" if "qos=" in plan.query.lower() else "qos=1", plan.query)))
    host = f"[{plan.host}]" if ":" in plan.host else plan.host
    url = URL(f"https://{host}:{plan.port}/topics/{quote(trial.topic, safe='')}?{given}", encoded=True)
    body = bytearray()
    status: int | None = None
    headers: Mapping[str, str] = {}
    try:
        async with (
            steps.limit,
            session.post(
                url,
                data=trial.payload,
                headers=_headers(plan),
                allow_redirects=False,
                server_hostname=plan.server_name,
            ) as response,
        ):
            status, headers = response.status, response.headers
            while len(body) < _LARGEST_BODY and (part := await response.content.read(_LARGEST_BODY - len(body))):
                body += part
    except (Broken, aiohttp.ClientError, OSError) as error:
        # The status has decided; the body only explains it.
        if status is None:
            failure = _failure(plan, steps, error)
            failure.sent = _end_after_sending(steps, error)
            raise failure from error
    except ValueError as error:
        raise _unsendable(plan, steps, ProbeStage.PUBLISH) from error
    steps.passed()
    said, trace = http_words(_inflated(body, headers).decode("utf-8", "replace"))
    said = said or ("" if 200 <= status < 300 else _header_words(headers))
    answer = ServerReply("HTTP", status, said)
    detail = ", ".join(filter(None, (f"HTTP {answer.code}{f' {said}' if said else ''}", trace)))
    report(ProbeStep(ProbeStage.PUBLISH, answer.is_yes, time.monotonic() - steps.asked, detail))
    return answer
