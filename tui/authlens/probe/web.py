"""The probe's ways over HTTP, on aiohttp: MQTT in a WebSocket, and one publish. Steps and failures as over TLS."""

from __future__ import annotations

import asyncio
import socket
import ssl
import time
from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager, suppress
from http import HTTPStatus
from types import SimpleNamespace
from typing import Any
from urllib.parse import quote

import aiohttp
from aiohttp.abc import ResolveResult
from yarl import URL

from authlens.core.mqtt.fields import Malformed
from authlens.core.probe.http_reason import http_words
from authlens.core.probe.plan import ProbePlan, Trial
from authlens.core.probe.report import ConnectionEnd, ProbeStage, ProbeStep, ServerReply
from authlens.probe.channel import Ended
from authlens.probe.network import (
    Report,
    Unreached,
    alert_of,
    alert_words,
    certificate_rejection,
    dns_words,
    sni_words,
    tcp_words,
    tls_context,
    tls_detail,
    tls_words,
)

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


class _Resolver(aiohttp.ThreadedResolver):
    """Keeps the addresses that it found; aiohttp's traces name the host only."""

    def __init__(self) -> None:
        super().__init__()
        self.addresses: tuple[str, ...] = ()
        self.families: tuple[socket.AddressFamily, ...] = ()

    async def resolve(self, *given: Any, **named: Any) -> list[ResolveResult]:
        found = await super().resolve(*given, **named)
        self.addresses = tuple(dict.fromkeys(each["host"] for each in found))
        self.families = tuple(socket.AddressFamily(each["family"]) for each in found)
        return found


class _Handshake:
    """The TLS of the connection: aiohttp does TCP and TLS in one go, and releases a connection with a short answer."""

    def __init__(self) -> None:
        self.tls: ssl.SSLObject | None = None
        self.began = 0.0

    def watch(self, context: ssl.SSLContext) -> ssl.SSLContext:
        """The context, which from now on notes when a handshake begins."""
        handshake = self

        class Noted(ssl.SSLObject):
            def __new__(cls) -> Noted:
                handshake.began = time.monotonic()
                made = super().__new__(cls)
                handshake.tls = made
                return made

        context.sslobject_class = Noted
        return context


class _Steps:
    """DNS, TCP and TLS as aiohttp traces them, for the report and to say how far a failure came."""

    def __init__(self, plan: ProbePlan, report: Report) -> None:
        self._plan = plan
        self._report = report
        self._began = time.monotonic()
        self._took = 0.0
        self._agreed = ""
        """What TLS agreed on; empty until it is done."""
        self._handshake = _Handshake()
        self.resolver = _Resolver()
        self.config = aiohttp.TraceConfig()
        self.config.on_dns_resolvehost_end.append(self._resolved)
        self.config.on_connection_create_start.append(self._start)
        self.config.on_connection_create_end.append(self._connected)

    async def _start(self, session: Any, context: SimpleNamespace, given: Any) -> None:
        self._began = time.monotonic()

    async def _resolved(self, session: Any, context: SimpleNamespace, given: Any) -> None:
        found = ", ".join(self.resolver.addresses) or given.host
        self._report(ProbeStep(ProbeStage.DNS, True, time.monotonic() - self._began, found))
        self._began = time.monotonic()

    async def _connected(self, session: Any, context: SimpleNamespace, given: Any) -> None:
        self._took = time.monotonic() - self._began
        self._agreed = f"{sni_words(self._plan)}, the certificate is trusted"
        if self._handshake.tls is not None:
            with suppress(ValueError):  # an alert that arrived at once has ended it
                self._agreed = tls_detail(self._plan, self._handshake.tls)

    def watch(self, context: ssl.SSLContext) -> ssl.SSLContext:
        """The context, which notes from now on when the handshake begins."""
        return self._handshake.watch(context)

    @property
    def is_encrypting(self) -> bool:
        """Whether TLS began, and did not end well."""
        return self._handshake.tls is not None and not self._agreed

    def passed(self) -> None:
        """Report TCP and TLS as far as they passed: aiohttp does both in one go, and TCP is done when TLS begins."""
        if self._handshake.tls is not None:
            where = self.resolver.addresses[0] if len(self.resolver.addresses) == 1 else self._plan.host
            took = self._handshake.began - self._began
            self._report(ProbeStep(ProbeStage.TCP, True, took, f"{where} port {self._plan.port}"))
        if self._agreed:
            took = self._began + self._took - self._handshake.began
            self._report(ProbeStep(ProbeStage.TLS, True, took, self._agreed))


@asynccontextmanager
async def session_for(plan: ProbePlan, report: Report) -> AsyncIterator[tuple[aiohttp.ClientSession, _Steps]]:
    """An HTTP session of one connection, with the plan's trust and no proxy: a device uses none."""
    steps = _Steps(plan, report)
    connector = aiohttp.TCPConnector(
        ssl=steps.watch(tls_context(plan)), limit=1, force_close=True, resolver=steps.resolver
    )
    timeout = aiohttp.ClientTimeout(total=None, sock_connect=plan.seconds, sock_read=plan.seconds)
    async with aiohttp.ClientSession(
        connector=connector, timeout=timeout, trace_configs=[steps.config], auto_decompress=False
    ) as session:
        yield session, steps


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
        return Unreached(
            ProbeStage.DNS, f"{plan.host}: {dns_words(cause if isinstance(cause, OSError) else OSError())}"
        )
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
        return Unreached(stage, f"{plan.host}: nothing answered within {plan.seconds:g} s")
    if isinstance(error, (aiohttp.ServerDisconnectedError, aiohttp.ClientOSError)):
        maybe = "it may require a client certificate (--cert and --key)"
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
    def __init__(self, websocket: aiohttp.ClientWebSocketResponse) -> None:
        self._socket = websocket

    async def send(self, data: bytes) -> None:
        try:
            await self._socket.send_bytes(data)
        except (ConnectionError, aiohttp.ClientError) as error:
            raise Ended(ConnectionEnd.RESET) from error

    async def receive(self, seconds: float) -> bytes:
        try:
            async with asyncio.timeout(seconds):
                message = await self._socket.receive()
        except TimeoutError:
            raise Ended(ConnectionEnd.SILENT) from None
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
            raise Ended(ConnectionEnd.RESET)
        raise Ended(ConnectionEnd.CLOSED)

    async def close(self) -> None:
        with suppress(TimeoutError, ConnectionError, aiohttp.ClientError):
            async with asyncio.timeout(1):
                await self._socket.close()


async def upgrade(session: aiohttp.ClientSession, steps: _Steps, plan: ProbePlan, report: Report) -> WebSocketChannel:
    """The WebSocket. Raises Unreached, and Refused where HTTP answers no."""
    began = time.monotonic()
    try:
        websocket = await session.ws_connect(
            _url(plan, "/mqtt"),
            protocols=("mqtt",),
            headers=_headers(plan),
            autoclose=False,
            max_msg_size=0,
            server_hostname=plan.server_name,
        )
    except aiohttp.WSServerHandshakeError as error:
        headers = _header_words(error)
        detail = f"HTTP {error.status} {_phrase(error)}" + (f", {headers}" if headers else "")
        steps.passed()
        report(ProbeStep(ProbeStage.UPGRADE, False, time.monotonic() - began, detail))
        raise Refused(ServerReply("HTTP", error.status, headers)) from error
    except (aiohttp.ClientError, OSError) as error:
        steps.passed()
        raise unreached(plan, error, steps.resolver.families, steps.is_encrypting) from error
    steps.passed()
    report(
        ProbeStep(
            ProbeStage.UPGRADE, True, time.monotonic() - began, "HTTP 101, subprotocol " + str(websocket.protocol)
        )
    )
    return WebSocketChannel(websocket)


def _phrase(error: aiohttp.WSServerHandshakeError) -> str:
    """What the status means; of an upgrade that is not valid, what aiohttp says of it."""
    if error.status == HTTPStatus.SWITCHING_PROTOCOLS:
        return error.message
    try:
        return HTTPStatus(error.status).phrase
    except ValueError:
        return "(not a known status)"


def _header_words(error: aiohttp.WSServerHandshakeError) -> str:
    """The headers that say who answered."""
    headers: Any = error.headers or {}
    return ", ".join(f"{name}: {headers[name]}" for name in ("x-amzn-ErrorType", "Server") if name in headers)


class Refused(Exception):
    """HTTP refused the request."""

    def __init__(self, answer: ServerReply) -> None:
        super().__init__(str(answer.code))
        self.answer = answer


async def publish(
    session: aiohttp.ClientSession, steps: _Steps, plan: ProbePlan, trial: Trial, report: Report
) -> ServerReply:
    """One publish over HTTPS. Raises Unreached."""
    began = time.monotonic()
    given = "&".join(filter(None, ("" if "qos=" in plan.query.lower() else "qos=1", plan.query)))
    host = f"[{plan.host}]" if ":" in plan.host else plan.host
    url = URL(f"https://{host}:{plan.port}/topics/{quote(trial.topic, safe='')}?{given}", encoded=True)
    try:
        async with session.post(
            url,
            data=trial.payload,
            headers=_headers(plan),
            allow_redirects=False,
            server_hostname=plan.server_name,
        ) as response:
            steps.passed()
            body = (await response.content.read(_LARGEST_BODY)).decode("utf-8", "replace")
            said, trace = http_words(body)
            answer = ServerReply("HTTP", response.status, said)
    except (aiohttp.ClientError, OSError) as error:
        steps.passed()
        raise unreached(plan, error, steps.resolver.families, steps.is_encrypting) from error
    detail = ", ".join(filter(None, (f"HTTP {answer.code}{f' {said}' if said else ''}", trace)))
    report(ProbeStep(ProbeStage.PUBLISH, answer.is_yes, time.monotonic() - began, detail))
    return answer
