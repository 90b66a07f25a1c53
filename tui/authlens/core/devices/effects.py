"""The effects of a packet as values: the rules produce them, and the owner of the socket carries them out."""

from __future__ import annotations

from authlens.core.mqtt.packets import Filter, Packet
from authlens.core.mqtt.properties import Properties
from authlens.core.mqtt.rules import Response, Rule
from authlens.core.policy.decision.decide import Decision
from authlens.frozen import dataclass


@dataclass(frozen=True, slots=True)
class Message:
    """A published message on its way to subscribers."""

    topic: str
    payload: bytes = b""
    qos: int = 0
    retain: bool = False
    properties: Properties = ()
    """The properties that subscribers receive."""
    sender: str | None = None
    """The publisher's client id; `None` for AWS IoT itself and for HTTPS."""
    expires_at: float | None = None
    """On the same clock as the session's."""


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
    """Subscriptions that were added or replaced."""

    filters: tuple[tuple[Filter, bool], ...]
    """Each with whether it existed before."""


@dataclass(frozen=True, slots=True)
class Unsubscribed:
    filters: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class End:
    """Close the connection, after the packets that announce it."""

    rule: Rule
    detail: str = ""
    sends_will: bool = True


@dataclass(frozen=True, slots=True)
class Judged:
    """The decision about one packet, and the answer to it."""

    packet: str
    """`CONNECT`, `PUBLISH`, `SUBSCRIBE`, or `RECEIVE` for a delivery."""
    topic: str
    qos: int = 0
    action: str | None = None
    """The action that the policies were evaluated for; `None` if another rule decided."""
    decision: Decision | None = None
    rule: Rule | None = None
    """The rule that was broken; `None` for a packet that was accepted."""
    response: Response | None = None
    detail: str = ""
    """What exactly is wrong, if the rule does not say it."""

    @property
    def is_allowed(self) -> bool:
        return self.rule is None


Effect = Send | Route | Subscribed | Unsubscribed | End | Judged
