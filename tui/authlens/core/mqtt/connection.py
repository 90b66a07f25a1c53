"""The record of one real connection: how far it got, what it was allowed, how it ended. Frozen and bounded in size.

It holds facts. What AWS answers, how that is known and what a client prints is looked up in the tables.
"""

from __future__ import annotations

from dataclasses import replace
from enum import StrEnum

from authlens.core.mqtt.packets import V5
from authlens.core.mqtt.rules import BY_ID, Response, Rule
from authlens.core.policy.actions import action_named
from authlens.core.text.url import is_loopback
from authlens.frozen import dataclass

KEPT_DECISIONS = 200
"""How many decisions the record keeps, the first ones; all are counted."""
UNACKNOWLEDGED = "sent, not acknowledged"
SENT, RECEIVED = "sent", "received"
"""The directions of traffic, as the client sees them."""


class Transport(StrEnum):
    MQTTS = "mqtts"
    WSS = "wss"
    HTTPS = "https"
    MQTT = "mqtt"
    WS = "ws"
    HTTP = "http"
    TLS = "tls"
    """The handshake failed, so the protocol inside is unknown."""
    TCP = "tcp"
    """The client sent nothing recognisable."""

    @property
    def is_encrypted(self) -> bool:
        return self in (Transport.MQTTS, Transport.WSS, Transport.HTTPS, Transport.TLS)


class ConnectionStage(StrEnum):
    """The stages of a connection, in their order."""

    NETWORK = "network"
    TLS = "TLS"
    UPGRADE = "upgrade"
    FOUND = "authorizer found"
    SIGNATURE = "signature verified"
    FUNCTION = "function ran"
    ANSWER = "answer valid"
    AUTHENTICATED = "authenticated"
    CONNECTED = "connected"
    SUBSCRIBE = "subscribe"
    PUBLISH = "publish"


@dataclass(frozen=True, slots=True)
class ConnectionStep:
    """A stage that was reached."""

    stage: ConnectionStage
    passed: bool
    detail: str = ""
    warning: str = ""
    """What AWS would do differently: the listener here continued."""
    is_skipped: bool = False
    """Passed, but nothing was checked; the detail says why."""


@dataclass(frozen=True, slots=True)
class PacketDecision:
    """The decision about one packet."""

    at: float
    """Seconds since 1970."""
    packet: str
    """`CONNECT`, `PUBLISH`, `SUBSCRIBE`, or `RECEIVE` for a delivery."""
    topic: str
    qos: int = 0
    action: str | None = None
    """The action that the policies were evaluated for; `None` if they were not."""
    word: str | None = None
    """`ALLOWED`, `EXPLICIT_DENY` or `IMPLICIT_DENY`."""
    statement: str = ""
    """The statement that decided, such as `document 1, statement 2 (lines 3-8)`."""
    rule: str | None = None
    """The id of the rule that was broken; `None` for a packet that was accepted."""
    detail: str = ""
    is_open: bool = False
    """Whether the answer to a probe leaves open what the policies decide."""
    is_unacknowledged: bool = False
    """Whether a probe sent it, and nothing says what became of it."""

    @property
    def resource(self) -> str:
        """What a policy calls it, without the start of an ARN; the topic alone if no policy was evaluated."""
        known = action_named(self.action) if self.action else None
        return f"{known.type}/{self.topic}" if known else self.topic

    @property
    def is_allowed(self) -> bool:
        return self.rule is None

    @property
    def result(self) -> str:
        """`allowed`, `denied`, or `undecided` where the answer does not say."""
        return "undecided" if self.is_open else "allowed" if self.is_allowed else "denied"

    @property
    def broken(self) -> Rule | None:
        return BY_ID.get(self.rule or "")

    def response(self, version: int) -> Response | None:
        rule = self.broken
        return None if rule is None else rule.response(version)


@dataclass(frozen=True, slots=True)
class Counts:
    published: int = 0
    subscribed: int = 0
    received: int = 0
    """Deliveries to the client."""
    denied: int = 0

    def with_one(self, packet: str, is_allowed: bool) -> Counts:
        if not is_allowed:
            return replace(self, denied=self.denied + 1)
        if packet == "PUBLISH":
            return replace(self, published=self.published + 1)
        if packet == "SUBSCRIBE":
            return replace(self, subscribed=self.subscribed + 1)
        return replace(self, received=self.received + 1) if packet == "RECEIVE" else self


@dataclass(frozen=True, slots=True)
class PresentedCertificate:
    """The client certificate of a connection."""

    id: str
    """Its id in AWS IoT: the SHA-256 of the certificate."""
    subject: str = ""

    def __str__(self) -> str:
        return f"{self.id} ({self.subject})" if self.subject else self.id


@dataclass(frozen=True, slots=True)
class DeviceConnection:
    """What is known about a connection besides its request and the authorizer's outcome."""

    id: str
    """The connection's UUID, as in the event."""
    transport: Transport
    peer: str = ""
    """The client's address."""
    version: int | None = None
    """MQTT's protocol level; `None` over HTTPS, and before CONNECT."""
    server_name: str | None = None
    """SNI."""
    alpn: tuple[str, ...] = ()
    """The protocols that the client offered."""
    steps: tuple[ConnectionStep, ...] = ()
    refused_by: str | None = None
    """The id of the rule that refused it."""
    reason: str = ""
    """Why it was refused, as a sentence."""
    event: str | None = None
    """What the function received, as JSON."""
    decisions: tuple[PacketDecision, ...] = ()
    counts: Counts = Counts()
    ended_by: str | None = None
    """The id of the rule that a connection ended with; `None` while it lasts."""
    lasted: float | None = None
    """Seconds, once it ended."""
    throttled: str | None = None
    """`SENT` or `RECEIVED`: what exceeded the throughput limit first; `None` while nothing did."""
    refreshes: int = 0
    """How many times the function was invoked again."""
    is_probe: bool = False
    """Whether authlens itself connected: then this is the client's view, otherwise the listener's."""
    ca_file: str | None = None
    """The PEM file that a probe trusted in place of the system's."""
    own_listener: bool = False
    """Whether a probe connected to a listener of its local target that ended with the process, as its port did."""
    listener_reasons: tuple[str, ...] = ()
    """Why that listener refused a probe or denied what it tried."""
    certificate: PresentedCertificate | None = None
    """The client certificate, with CUSTOM_AUTH_X509."""

    @property
    def is_refused(self) -> bool:
        return self.refused_by is not None

    @property
    def published(self) -> tuple[str, ...]:
        """The topics that a probe published to, each with what is known of it."""
        return tuple(
            f"{each.topic} ({UNACKNOWLEDGED})" if each.is_unacknowledged else each.topic for each in self._sent
        )

    @property
    def _sent(self) -> tuple[PacketDecision, ...]:
        """What a probe sent, apart from what was refused."""
        sent = (each for each in self.decisions if each.packet == "PUBLISH")
        return tuple(each for each in sent if each.is_allowed or each.is_unacknowledged) if self.is_probe else ()

    @property
    def is_unacknowledged(self) -> bool:
        """Whether nothing says what became of all that a probe published."""
        return bool(self._sent) and all(each.is_unacknowledged for each in self._sent)

    @property
    def has_published_elsewhere(self) -> bool:
        """Whether a probe published to a broker that is not on this machine."""
        return bool(self.published) and not is_loopback(f"https://{self.peer}")

    @property
    def protocol(self) -> str:
        """In words, such as `MQTT 5 over TLS`."""
        over = _OVER[self.transport]
        if self.version is None:
            return over
        name = "MQTT 5" if self.version == V5 else "MQTT 3.1.1"
        return f"{name} over {over}"


_OVER = {
    Transport.MQTTS: "TLS",
    Transport.WSS: "WSS",
    Transport.HTTPS: "HTTPS",
    Transport.MQTT: "TCP",
    Transport.WS: "WS",
    Transport.HTTP: "HTTP",
    Transport.TLS: "TLS",
    Transport.TCP: "TCP",
}
