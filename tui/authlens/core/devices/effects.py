"""What follows from a packet, as values: the rules say it, and whoever holds the socket does it."""

from __future__ import annotations

from authlens.core.mqtt.packets import Filter, Packet
from authlens.core.mqtt.properties import Properties
from authlens.core.mqtt.rules import Response, Rule
from authlens.core.policy.decision.decide import Decision
from authlens.frozen import dataclass


@dataclass(frozen=True, slots=True)
class Message:
    """What was published, on its way to subscribers."""

    topic: str
    payload: bytes = b""
    qos: int = 0
    retain: bool = False
    properties: Properties = ()
    """Those that travel on to subscribers."""
    sender: str | None = None
    """The client id; `None` for AWS IoT itself and for HTTPS."""
    expires_at: float | None = None
    """By the clock that the session is given."""


@dataclass(frozen=True, slots=True)
class Send:
    """Write a packet."""

    packet: Packet


@dataclass(frozen=True, slots=True)
class Route:
    """Hand a message to the subscribers."""

    message: Message


@dataclass(frozen=True, slots=True)
class Subscribed:
    """New subscriptions; those that were there already are marked."""

    filters: tuple[tuple[Filter, bool], ...]
    """Each with whether it was there before."""


@dataclass(frozen=True, slots=True)
class Unsubscribed:
    filters: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class End:
    """Close the connection. Packets that say so are sent before."""

    rule: Rule
    detail: str = ""
    sends_will: bool = True


@dataclass(frozen=True, slots=True)
class Judged:
    """What was decided about one packet, and what answered it."""

    packet: str
    """`CONNECT`, `PUBLISH`, `SUBSCRIBE`, or `RECEIVE` for a delivery."""
    topic: str
    qos: int = 0
    action: str | None = None
    """The action that the policies were asked for; `None` where another rule answered."""
    decision: Decision | None = None
    rule: Rule | None = None
    """What was broken; `None` for what went through."""
    response: Response | None = None
    detail: str = ""
    """What exactly is wrong, where the rule does not say it."""

    @property
    def is_allowed(self) -> bool:
        return self.rule is None


Effect = Send | Route | Subscribed | Unsubscribed | End | Judged
