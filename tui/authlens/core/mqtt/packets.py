"""The packets of MQTT 3.1.1 and 5 as frozen values. Fields of version 5 are empty or zero in 3.1.1."""

from __future__ import annotations

from authlens.core.mqtt.properties import Properties
from authlens.frozen import dataclass

V3 = 4
"""The protocol level of MQTT 3.1.1."""
V5 = 5


@dataclass(frozen=True, slots=True)
class Will:
    topic: str
    payload: bytes = b""
    qos: int = 0
    retain: bool = False
    properties: Properties = ()


@dataclass(frozen=True, slots=True)
class Connect:
    client_id: str = ""
    username: str | None = None
    password: bytes | None = None
    version: int = V3
    """The protocol level: 4 or 5."""
    clean_start: bool = True
    """Clean session in 3.1.1."""
    keep_alive: int = 0
    """Seconds; 0 turns it off."""
    will: Will | None = None
    properties: Properties = ()


@dataclass(frozen=True, slots=True)
class Connack:
    code: int = 0
    session_present: bool = False
    properties: Properties = ()


@dataclass(frozen=True, slots=True)
class Publish:
    topic: str
    payload: bytes = b""
    qos: int = 0
    retain: bool = False
    duplicate: bool = False
    packet_id: int | None = None
    """Set for QoS 1 and 2 only."""
    properties: Properties = ()


@dataclass(frozen=True, slots=True)
class Puback:
    packet_id: int
    code: int = 0
    properties: Properties = ()


@dataclass(frozen=True, slots=True)
class Pubrec:
    packet_id: int
    code: int = 0
    properties: Properties = ()


@dataclass(frozen=True, slots=True)
class Pubrel:
    packet_id: int
    code: int = 0
    properties: Properties = ()


@dataclass(frozen=True, slots=True)
class Pubcomp:
    packet_id: int
    code: int = 0
    properties: Properties = ()


@dataclass(frozen=True, slots=True)
class Filter:
    """One topic filter of a SUBSCRIBE, with its options."""

    topic: str
    qos: int = 0
    no_local: bool = False
    retain_as_published: bool = False
    retain_handling: int = 0
    """0 sends retained messages, 1 only for a new subscription, 2 never."""


@dataclass(frozen=True, slots=True)
class Subscribe:
    packet_id: int
    filters: tuple[Filter, ...]
    properties: Properties = ()


@dataclass(frozen=True, slots=True)
class Suback:
    packet_id: int
    codes: tuple[int, ...]
    properties: Properties = ()


@dataclass(frozen=True, slots=True)
class Unsubscribe:
    packet_id: int
    filters: tuple[str, ...]
    properties: Properties = ()


@dataclass(frozen=True, slots=True)
class Unsuback:
    packet_id: int
    codes: tuple[int, ...] = ()
    """Empty in 3.1.1, which has none."""
    properties: Properties = ()


@dataclass(frozen=True, slots=True)
class Pingreq:
    pass


@dataclass(frozen=True, slots=True)
class Pingresp:
    pass


@dataclass(frozen=True, slots=True)
class Disconnect:
    code: int = 0
    properties: Properties = ()


@dataclass(frozen=True, slots=True)
class Auth:
    code: int = 0
    properties: Properties = ()


Acknowledgement = Puback | Pubrec | Pubrel | Pubcomp
Packet = (
    Connect
    | Connack
    | Publish
    | Puback
    | Pubrec
    | Pubrel
    | Pubcomp
    | Subscribe
    | Suback
    | Unsubscribe
    | Unsuback
    | Pingreq
    | Pingresp
    | Disconnect
    | Auth
)
