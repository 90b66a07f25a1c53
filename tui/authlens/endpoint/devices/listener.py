"""The device port: accepts connections, peeks at their first bytes, and hands each to its protocol."""

from __future__ import annotations

import asyncio
import contextlib
import socket
import ssl
from collections.abc import Coroutine, Sequence
from functools import partial
from pathlib import Path

from authlens.core.deployment.deployment import Domain
from authlens.core.mqtt import limits
from authlens.core.mqtt.connection import ConnectionStage, Transport
from authlens.core.mqtt.entrance import certificate_failure, handshake_failure
from authlens.endpoint.api.server import CannotListen, listen
from authlens.endpoint.api.state import Endpoint
from authlens.endpoint.devices.arrival import Arrival
from authlens.endpoint.devices.authority import LOCAL_NAMES, Authority, authority, server_context
from authlens.endpoint.devices.entrance import Entrance, report_certificate, report_failure
from authlens.endpoint.devices.gate import ConnectGate
from authlens.endpoint.devices.http import DeviceHttp
from authlens.endpoint.devices.http_publish import give
from authlens.endpoint.devices.hub import Hub
from authlens.endpoint.devices.peek import TLS, Peeked, peek
from authlens.endpoint.devices.ports import Sink
from authlens.frozen import dataclass

_WILDCARDS = {"0.0.0.0": "127.0.0.1", "::": "::1"}
_BACKLOG = 1024
_OPTION = "--device-port"


@dataclass(frozen=True, slots=True)
class Options:
    """The device options of `authlens serve`."""

    port: int = 0
    or_any: bool = False
    """Take any free port if that one is taken."""
    hosts: tuple[str, ...] = ()
    """Addresses or names besides loopback to listen on, also in the certificate."""
    ca_folder: Path = Path()
    time_factor: float = 1.0


class DeviceListener:
    """Belongs to one event loop."""

    def __init__(self, endpoint: Endpoint, options: Options, sink: Sink) -> None:
        """Creates the local CA if necessary and binds the port. Raises AuthorityError and CannotListen."""
        own = authority(options.ca_folder)
        domains = [domain.domain_name for domain in endpoint.domains.all() if domain.domain_name]
        names = tuple(dict.fromkeys((*LOCAL_NAMES, *options.hosts, *domains)))
        self.ca_file = own.path
        self._context = server_context(own, names)
        self._context.sni_callback = partial(self._present, own, frozenset(names), {})
        self._authority = own
        self._requiring: dict[str, tuple[Domain, ssl.SSLContext]] = {}
        """The contexts of domains that require a client certificate, by name."""
        self._sockets = _listen(options)
        self.port: int = self._sockets[0].getsockname()[1]
        self.url = f"mqtts://localhost:{self.port}"
        self._endpoint = endpoint
        self._options = options
        self._sink = sink
        self._names = frozenset(name.lower() for name in names)
        self._open = 0
        self._tasks: set[asyncio.Task[None]] = set()
        self._hub: Hub | None = None
        self._http: DeviceHttp | None = None

    async def start(self) -> None:
        loop = asyncio.get_running_loop()
        endpoint, factor = self._endpoint, self._options.time_factor
        gate = ConnectGate(endpoint, loop.time, factor)
        self._hub = hub = Hub(
            gate,
            self._sink,
            endpoint.region,
            endpoint.account,
            endpoint.new_id,
            lambda: round(endpoint.now().timestamp() * 1000),
            factor,
        )
        self._http = http = DeviceHttp(hub, self._names)
        endpoint.devices.address = f"localhost:{self.port}"
        endpoint.devices.publish = partial(give, hub)
        for listening in self._sockets:
            self._spawn(self._accept(listening, hub, http))

    @property
    def hub(self) -> Hub:
        assert self._hub is not None
        return self._hub

    async def close(self) -> None:
        """End every connection and release the port."""
        self._endpoint.devices.address = self._endpoint.devices.publish = None
        for listening in self._sockets:
            listening.close()
        for task in self._tasks:
            task.cancel()
        if self._hub is not None:
            self._hub.close()
        if self._http is not None:
            await self._http.close()
        await asyncio.gather(*self._tasks, return_exceptions=True)

    async def _accept(self, listening: socket.socket, hub: Hub, http: DeviceHttp) -> None:
        loop = asyncio.get_running_loop()
        listening.setblocking(False)
        while True:
            try:
                connection, address = await loop.sock_accept(listening)
            except Exception:  # noqa: BLE001  # one arrival must not keep the next ones out
                if listening.fileno() < 0:
                    return
                # Out of file descriptors until a connection ends, or the network's fault with the one that came.
                await asyncio.sleep(0.1)
                continue
            if self._open >= limits.CONNECTIONS.value:
                connection.close()
                continue
            self._open += 1
            self._spawn(self._receive(connection, str(address[0]), hub, http))

    async def _receive(self, connection: socket.socket, peer: str, hub: Hub, http: DeviceHttp) -> None:
        """Peek at the first bytes and hand the connection over."""
        loop = asyncio.get_running_loop()
        connection.setblocking(False)
        with contextlib.suppress(OSError):
            connection.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        started = loop.time()
        entrance: Entrance | None = None
        try:
            peeked = await peek(connection, limits.HANDSHAKE_SECONDS.value)
            arrival = Arrival(peer, self.port, peeked.hello if peeked else None, started)
            problem = _first_problem(peeked)
            if problem is not None:
                report_failure(hub, arrival, *problem)
                return
            domain = _requiring(hub.gate.domain(arrival.server_name))
            entrance = Entrance(hub, arrival, http, self._departed, domain)
            await self._hand_over(connection, entrance, arrival, hub, domain)
        finally:
            # Once handed over, the entrance reports the end.
            if entrance is None or not entrance.is_entered:
                connection.close()
                self._departed()

    async def _hand_over(
        self, connection: socket.socket, entrance: Entrance, arrival: Arrival, hub: Hub, domain: Domain | None
    ) -> None:
        """domain: the one that requires a client certificate, if it does."""
        loop = asyncio.get_running_loop()
        is_tls = arrival.hello is not None
        seconds = limits.HANDSHAKE_SECONDS.value
        try:
            await loop.connect_accepted_socket(
                lambda: entrance,
                connection,
                ssl=(self._context if domain is None else self._context_of(domain)) if is_tls else None,
                ssl_handshake_timeout=seconds if is_tls else None,
                ssl_shutdown_timeout=1.0 if is_tls else None,
            )
        except ssl.SSLError as error:
            reason, detail = error.reason or "", getattr(error, "verify_message", "")
            problem = None if domain is None else certificate_failure(reason, domain.domain_name, detail)
            if problem is not None:
                report_certificate(hub, arrival, problem)
            else:
                report_failure(hub, arrival, Transport.TLS, ConnectionStage.TLS, handshake_failure(reason))
        except (ConnectionError, TimeoutError, OSError):
            report_failure(hub, arrival, Transport.TLS, ConnectionStage.TLS, handshake_failure(""))

    def _context_of(self, domain: Domain) -> ssl.SSLContext:
        """Made again when the domain changes."""
        made = self._requiring.get(domain.name)
        if made is None or made[0] != domain:
            accepted = [each.pem for each in domain.client_certificates]
            made = domain, server_context(self._authority, (domain.domain_name,), accepted)
            self._requiring[domain.name] = made
        return made[1]

    def _present(
        self,
        own: Authority,
        named: frozenset[str],
        made: dict[str, ssl.SSLContext],
        tls: ssl.SSLSocket | ssl.SSLObject,
        name: str | None,
        context: ssl.SSLContext,
    ) -> None:
        """Present a certificate for a domain that was configured after the start."""
        if name is None or name in named or self._endpoint.domains.of_host(name) is None:
            return
        if name not in made:
            made[name] = server_context(own, (name,))
        tls.context = made[name]

    def _departed(self) -> None:
        self._open -= 1

    def _spawn(self, work: Coroutine[None, None, None]) -> None:
        task = asyncio.get_running_loop().create_task(work)
        self._tasks.add(task)
        task.add_done_callback(self._tasks.discard)


def _requiring(domain: Domain | None) -> Domain | None:
    """The domain, if it requires a client certificate."""
    return domain if domain is not None and domain.requires_certificate else None


def _first_problem(peeked: Peeked | None) -> tuple[Transport, ConnectionStage, str] | None:
    """Why the first bytes cannot be used."""
    if peeked is None:
        return Transport.TCP, ConnectionStage.NETWORK, "the client sent nothing, or only part of a ClientHello"
    if peeked.first == TLS and peeked.hello is None:
        return Transport.TLS, ConnectionStage.TLS, "the ClientHello cannot be read"
    return None


def _listen(options: Options) -> tuple[socket.socket, ...]:
    try:
        return _listen_all(options.hosts, options.port)
    except CannotListen:
        if not options.or_any:
            raise
    return _listen_all(options.hosts, 0)


def _listen_all(names: Sequence[str], wanted_port: int) -> tuple[socket.socket, ...]:
    """Sockets on loopback and on each requested address, all on one port."""
    hosts = dict.fromkeys(_resolved(host) for host in names)
    covered = {_WILDCARDS[host] for host in hosts if host in _WILDCARDS}
    wanted = [address for address in ("127.0.0.1", "::1") if address not in covered]
    first = [host for host in hosts if host in _WILDCARDS]
    addresses: Sequence[str] = list(dict.fromkeys((*first, *wanted, *hosts)))
    sockets = [listen(addresses[0], wanted_port, _OPTION)]
    port = sockets[0].getsockname()[1]
    for address in addresses[1:]:
        try:
            sockets.append(listen(address, port, _OPTION))
        except CannotListen:
            # IPv6 may be missing, but a requested address must work.
            if address in hosts:
                for each in sockets:
                    each.close()
                raise
    for each in sockets:
        each.listen(_BACKLOG)
    return tuple(sockets)


def _resolved(host: str) -> str:
    try:
        return str(socket.getaddrinfo(host, None, type=socket.SOCK_STREAM)[0][4][0])
    except (OSError, UnicodeError):
        raise CannotListen(f"--device-host {host}: this name has no address here") from None
