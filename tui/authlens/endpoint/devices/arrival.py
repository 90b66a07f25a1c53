"""An accepted connection before MQTT: where it comes from, and what its ClientHello offered."""

from __future__ import annotations

import uuid
from dataclasses import field, replace

from authlens.core.deployment.client_certificate import ClientCertificate
from authlens.core.mqtt.client_hello import ClientHello
from authlens.core.mqtt.connection import (
    ConnectionStage,
    ConnectionStep,
    DeviceConnection,
    PresentedCertificate,
    Transport,
)
from authlens.core.mqtt.entrance import entrance_warning, hello_words
from authlens.core.request.request import TlsContext
from authlens.frozen import dataclass


@dataclass(frozen=True, slots=True)
class Arrival:
    peer: str
    """The client's address."""
    port: int
    hello: ClientHello | None
    """`None` without TLS."""
    started: float
    """On the clock of the event loop."""
    certificate: ClientCertificate | None = None
    """What the client presented, if its domain requires a certificate."""
    id: str = field(default_factory=lambda: str(uuid.uuid4()))

    @property
    def server_name(self) -> str | None:
        return self.hello.server_name if self.hello else None

    @property
    def tls_context(self) -> TlsContext | None:
        return None if self.server_name is None else TlsContext(self.server_name)

    @property
    def variables(self) -> dict[str, tuple[str, ...]]:
        """The policy variables that follow from the connection itself."""
        certificate = dict(self.certificate.variables) if self.certificate is not None else {}
        return {**certificate, "aws:SourceIp": (self.peer,)}

    def again(self, connection_id: str) -> Arrival:
        """The same connection for another HTTP request; each request is recorded as a connection."""
        return replace(self, id=connection_id)

    def record(self, transport: Transport, needs_alpn: bool = True) -> DeviceConnection:
        """The beginning of the connection's record."""
        warning = entrance_warning(self.hello, transport, needs_alpn)
        network = ConnectionStep(ConnectionStage.NETWORK, True, self.peer, warning if self.hello is None else "")
        steps = [network]
        if self.hello is not None:
            steps.append(ConnectionStep(ConnectionStage.TLS, True, self._tls_words(self.hello), warning))
        if transport in (Transport.WSS, Transport.WS):
            steps.append(ConnectionStep(ConnectionStage.UPGRADE, True))
        return self.begun(transport, tuple(steps))

    def failed(self, transport: Transport, stage: ConnectionStage, reason: str) -> DeviceConnection:
        """The record of a connection that failed at this stage."""
        steps = (
            [ConnectionStep(ConnectionStage.NETWORK, True, self.peer)] if stage is not ConnectionStage.NETWORK else []
        )
        if self.hello is not None and stage is not ConnectionStage.TLS:
            steps.append(ConnectionStep(ConnectionStage.TLS, True, hello_words(self.hello)))
        words = f"{reason} ({hello_words(self.hello)})" if self.hello and stage is ConnectionStage.TLS else reason
        return self.begun(transport, (*steps, ConnectionStep(stage, False, words)))

    def begun(self, transport: Transport, steps: tuple[ConnectionStep, ...]) -> DeviceConnection:
        own = self.certificate
        return DeviceConnection(
            self.id,
            transport,
            self.peer,
            server_name=self.server_name,
            alpn=self.hello.alpn if self.hello else (),
            certificate=None if own is None else PresentedCertificate(own.id, own.subject),
            steps=steps,
        )

    def _tls_words(self, hello: ClientHello) -> str:
        words = hello_words(hello)
        return words if self.certificate is None else f"{words}, client certificate"
