"""The HTTP session of a probe: one connection without a proxy, whose DNS, TCP and TLS are reported one by one."""

from __future__ import annotations

import asyncio
import socket
import ssl
import time
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager, suppress
from http import HTTPStatus
from types import SimpleNamespace
from typing import Any

import aiohttp
from aiohttp.abc import AbstractResolver, ResolveResult

from authlens.core.probe.plan import ProbePlan
from authlens.core.probe.report import ProbeStage, ProbeStep
from authlens.core.text.url import is_ip_address
from authlens.probe.network import NO_LOOK_UP, Report, addresses_of, sni_words, tls_context, tls_detail


class Resolver(AbstractResolver):
    """Keeps the addresses that it found; aiohttp's traces name the host only."""

    def __init__(self, seconds: float) -> None:
        self._seconds = seconds
        self.addresses: tuple[str, ...] = ()
        self.families: tuple[socket.AddressFamily, ...] = ()

    async def resolve(
        self, host: str, port: int = 0, family: socket.AddressFamily = socket.AF_UNSPEC
    ) -> list[ResolveResult]:
        try:
            found = await addresses_of(host, port, self._seconds)
        except (TimeoutError, UnicodeError) as error:
            # aiohttp lets both through, as if they were of another stage.
            raise OSError(str(error)) from error
        self.addresses = tuple(dict.fromkeys(address[0] for _, address in found))
        self.families = tuple(family for family, _ in found)
        return [
            ResolveResult(
                hostname=host, host=address[0], port=port, family=family, proto=0, flags=socket.AI_NUMERICHOST
            )
            for family, address in found
        ]

    async def close(self) -> None:
        pass


class Handshake:
    """The TLS of the connection: aiohttp does TCP and TLS in one go, and releases a connection with a short answer."""

    def __init__(self) -> None:
        self.tls: ssl.SSLObject | None = None
        self.began = 0.0
        self.arrived = 0
        """Bytes that were decrypted since the WebSocket's last message, which tell half a frame from silence."""

    def watch(self, context: ssl.SSLContext) -> ssl.SSLContext:
        """The context, which from now on notes when a handshake begins and what arrives."""
        handshake = self

        class Noted(ssl.SSLObject):
            def __new__(cls) -> Noted:
                handshake.began = time.monotonic()
                made = super().__new__(cls)
                handshake.tls = made
                return made

            def read(self, *given: Any) -> Any:
                read: Any = super().read(*given)
                handshake.arrived += read if isinstance(read, int) else len(read)
                return read

        context.sslobject_class = Noted
        return context


class Steps:
    """DNS, TCP and TLS as aiohttp traces them, for the report and to say how far a failure came."""

    def __init__(self, plan: ProbePlan, report: Report) -> None:
        self._plan = plan
        self._report = report
        self._began = time.monotonic()
        self._took = 0.0
        self.limit = asyncio.timeout(None)
        """Of the HTTP answer, from when the request can be sent."""
        self.asked = 0.0
        """When that was."""
        self._agreed = ""
        """What TLS agreed on; empty until it is done."""
        self.handshake = Handshake()
        self.resolver = Resolver(plan.seconds)
        self.config = aiohttp.TraceConfig()
        self.config.on_dns_resolvehost_end.append(self._resolved)
        self.config.on_connection_create_start.append(self._start)
        self.config.on_connection_create_end.append(self._connected)

    async def _start(self, session: Any, context: SimpleNamespace, given: Any) -> None:
        self._began = time.monotonic()
        if is_ip_address(self._plan.host):  # aiohttp looks up names only
            is_6 = ":" in self._plan.host
            self.resolver.families = (socket.AF_INET6 if is_6 else socket.AF_INET,)
            self.resolver.addresses = (self._plan.host,)
            self._report(ProbeStep(ProbeStage.DNS, True, 0.0, NO_LOOK_UP))

    async def _resolved(self, session: Any, context: SimpleNamespace, given: Any) -> None:
        found = ", ".join(self.resolver.addresses) or given.host
        self._report(ProbeStep(ProbeStage.DNS, True, time.monotonic() - self._began, found))
        self._began = time.monotonic()

    async def _connected(self, session: Any, context: SimpleNamespace, given: Any) -> None:
        self.asked = time.monotonic()
        self.limit.reschedule(asyncio.get_running_loop().time() + self._plan.seconds)
        self._took = self.asked - self._began
        self._agreed = f"{sni_words(self._plan)}, the certificate is trusted"
        if self.handshake.tls is not None:
            with suppress(ValueError):  # an alert that arrived at once has ended it
                self._agreed = tls_detail(self._plan, self.handshake.tls)

    def watch(self, context: ssl.SSLContext) -> ssl.SSLContext:
        """The context, which notes from now on when the handshake begins."""
        return self.handshake.watch(context)

    @property
    def is_encrypting(self) -> bool:
        """Whether TLS began, and did not end well."""
        return self.handshake.tls is not None and not self._agreed

    def passed(self) -> None:
        """Report TCP and TLS as far as they passed: aiohttp does both in one go, and TCP is done when TLS begins."""
        if self.handshake.tls is not None:
            where = self.resolver.addresses[0] if len(self.resolver.addresses) == 1 else self._plan.host
            took = self.handshake.began - self._began
            self._report(ProbeStep(ProbeStage.TCP, True, took, f"{where} port {self._plan.port}"))
        if self._agreed:
            took = self._began + self._took - self.handshake.began
            self._report(ProbeStep(ProbeStage.TLS, True, took, self._agreed))


class Broken(Exception):
    """The connection could not be made, or broke; its cause says why. aiohttp does not know it, so does not retry."""


async def _once(request: aiohttp.ClientRequest, handler: aiohttp.ClientHandlerType) -> aiohttp.ClientResponse:
    """One connection only: aiohttp would repeat a GET over a second one, and follow a redirect to another host."""
    try:
        response = await handler(request)
    except (aiohttp.ClientOSError, aiohttp.ServerDisconnectedError) as error:
        raise Broken from error
    if request.method == "GET" and response.status != HTTPStatus.SWITCHING_PROTOCOLS:
        response.close()
        raise aiohttp.WSServerHandshakeError(
            response.request_info, response.history, status=response.status, headers=response.headers
        )
    return response


@asynccontextmanager
async def session_for(plan: ProbePlan, report: Report) -> AsyncIterator[tuple[aiohttp.ClientSession, Steps]]:
    """An HTTP session of one connection, with the plan's trust and no proxy: a device uses none."""
    steps = Steps(plan, report)
    connector = aiohttp.TCPConnector(
        ssl=steps.watch(tls_context(plan)), limit=1, force_close=True, resolver=steps.resolver
    )
    timeout = aiohttp.ClientTimeout(total=None, sock_connect=plan.seconds, sock_read=plan.seconds)
    async with aiohttp.ClientSession(
        connector=connector,
        timeout=timeout,
        trace_configs=[steps.config],
        auto_decompress=False,
        skip_auto_headers=("Accept-Encoding",),
        middlewares=(_once,),
    ) as session:
        yield session, steps
