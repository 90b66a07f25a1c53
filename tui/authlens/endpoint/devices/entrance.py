"""The protocol of an accepted connection until its first bytes show whether it is MQTT or HTTP."""

from __future__ import annotations

import asyncio
import hashlib
import string
from collections.abc import Callable
from dataclasses import replace
from typing import Protocol, cast

from authlens.core.deployment.deployment import Domain
from authlens.core.mqtt import limits, rules
from authlens.core.mqtt.connection import ConnectionStage, Transport
from authlens.core.mqtt.entrance import unlisted_certificate
from authlens.core.mqtt.rules import Rule
from authlens.core.request.request import AuthorizerRequest
from authlens.endpoint.devices.arrival import Arrival
from authlens.endpoint.devices.client import MqttClient
from authlens.endpoint.devices.hub import Hub
from authlens.endpoint.devices.link import StreamLink
from authlens.endpoint.devices.record import ConnectionRecord

_METHOD_LETTERS = frozenset(string.ascii_uppercase)
"""The first letter of an HTTP request."""


class Http(Protocol):
    """Creates protocols for HTTP connections."""

    def protocol(self, arrival: Arrival) -> asyncio.Protocol: ...

    def gone(self, made: asyncio.Protocol) -> None: ...


class Entrance(asyncio.Protocol):
    def __init__(
        self, hub: Hub, arrival: Arrival, http: Http, left: Callable[[], None], domain: Domain | None = None
    ) -> None:
        """domain: the one that requires a client certificate, if it does."""
        self._hub = hub
        self._domain = domain
        self._arrival = arrival
        self._makes_http = http
        self._left = left
        self._transport: asyncio.Transport | None = None
        self._client: MqttClient | None = None
        self._http: asyncio.Protocol | None = None
        self._timer: asyncio.TimerHandle | None = None
        self._is_reported = False

    @property
    def is_entered(self) -> bool:
        """Whether the connection was handed over: then its end is reported here."""
        return self._transport is not None

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        self._transport = cast(asyncio.Transport, transport)
        if self._domain is not None and not self._has_identified(self._domain):
            self._is_reported = True
            report_certificate(self._hub, self._arrival, unlisted_certificate(self._domain.domain_name))
            self._transport.abort()
            return
        seconds = limits.CONNECT_SECONDS.value
        self._timer = asyncio.get_running_loop().call_later(seconds, self._silent)

    def _has_identified(self, domain: Domain) -> bool:
        """Whether the client's certificate is listed: TLS also accepts those that a listed one issued."""
        tls = self._transport and self._transport.get_extra_info("ssl_object")
        presented = tls.getpeercert(binary_form=True) if tls else None
        digest = hashlib.sha256(presented or b"").hexdigest()
        found = next((each for each in domain.client_certificates if each.id == digest), None)
        self._arrival = replace(self._arrival, certificate=found)
        return found is not None

    def data_received(self, data: bytes) -> None:
        if self._client is None and self._http is None:
            self._choose(data)
        if self._client is not None:
            self._client.feed(data)
        elif self._http is not None:
            self._http.data_received(data)

    def eof_received(self) -> bool | None:
        return self._http.eof_received() if self._http is not None else None

    def pause_writing(self) -> None:
        if self._http is not None:
            self._http.pause_writing()

    def resume_writing(self) -> None:
        if self._http is not None:
            self._http.resume_writing()

    def connection_lost(self, error: Exception | None) -> None:
        self._stop_timer()
        if self._client is not None:
            self._client.lost()
        elif self._http is not None:
            self._http.connection_lost(error)
            self._makes_http.gone(self._http)
        else:
            self._report("the client closed the connection without sending anything")
        self._left()

    def _choose(self, data: bytes) -> None:
        self._stop_timer()
        transport, is_encrypted = self._transport, self._arrival.hello is not None
        if transport is None:
            return
        if data[:1].decode("latin-1") not in _METHOD_LETTERS:
            # Anything that is neither is refused as MQTT that does not begin with CONNECT.
            kind = Transport.MQTTS if is_encrypted else Transport.MQTT
            self._client = MqttClient(self._hub, StreamLink(transport), self._arrival, kind)
            return
        self._http = self._makes_http.protocol(self._arrival)
        self._http.connection_made(transport)

    def _silent(self) -> None:
        self._report(f"nothing arrived within {limits.CONNECT_SECONDS.value:g} seconds")
        if self._transport is not None:
            self._transport.abort()

    def _report(self, reason: str) -> None:
        """Report once that the connection failed."""
        if not self._is_reported:
            self._is_reported = True
            transport = Transport.TLS if self._arrival.hello is not None else Transport.TCP
            report_failure(self._hub, self._arrival, transport, ConnectionStage.CONNECTED, reason)

    def _stop_timer(self) -> None:
        if self._timer is not None:
            self._timer.cancel()


def report_certificate(hub: Hub, arrival: Arrival, reason: str) -> None:
    """Report a client without a certificate that its domain accepts."""
    report_failure(hub, arrival, Transport.TLS, ConnectionStage.TLS, reason, rules.CERTIFICATE)


def report_failure(
    hub: Hub,
    arrival: Arrival,
    transport: Transport,
    stage: ConnectionStage,
    reason: str,
    rule: Rule = rules.NOT_CONNECT,
) -> None:
    """Report a connection that failed before MQTT or HTTP."""
    seconds = asyncio.get_running_loop().time() - arrival.started
    request = AuthorizerRequest(tls_context=arrival.tls_context)
    record = ConnectionRecord(arrival.failed(transport, stage, reason), request, hub.sink)
    record.refused(rule, reason, None, seconds)
