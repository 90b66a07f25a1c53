"""What a server did in answer to one packet or request of a probe, and how a connection ended."""

from __future__ import annotations

from enum import StrEnum

from authlens.core.mqtt import codes
from authlens.core.mqtt.packets import V3
from authlens.frozen import dataclass


class ConnectionEnd(StrEnum):
    """How a connection ended without an answer."""

    CLOSED = "closed the connection"
    EMPTY_CLOSE_FRAME = "closed the WebSocket with an empty close frame"
    CLOSE_FRAME = "closed the WebSocket"
    RESET = "reset the connection"
    SILENT = "did not answer"
    INVALID = "sent an answer that is not valid"


WEB_PAGE = "a web page"
OTHER_TEXT = "a text"
"""How the reason of an HTTP answer begins whose body AWS IoT does not send."""


@dataclass(frozen=True, slots=True)
class ServerReply:
    """What the server did in answer to one packet or request."""

    packet: str | None = None
    """`CONNACK`, `SUBACK`, `PUBACK`, `DISCONNECT` or `HTTP`; `None` where it only closed."""
    code: int | None = None
    reason: str = ""
    """The reason string, or what the body of an HTTP answer says."""
    closed: ConnectionEnd | None = None
    """How the connection ended with it, where it did."""
    properties: tuple[tuple[str, str], ...] = ()
    """Of a CONNACK of MQTT 5, by their names, but for the reason string."""

    @property
    def is_yes(self) -> bool:
        if self.packet == "HTTP":
            return self.code is not None and 200 <= self.code < 300 and not self.is_foreign
        if self.closed is not None or self.code is None or self.packet == "DISCONNECT":
            return False
        # MQTT 3.1.1 has return codes of its own in CONNACK, and any but 0 is a refusal in both versions.
        return self.code == 0 if self.packet == "CONNACK" else self.code < 0x80

    @property
    def is_foreign(self) -> bool:
        """Whether the body of an HTTP answer shows that something else than AWS IoT sent it."""
        return self.packet == "HTTP" and self.reason.startswith((WEB_PAGE, f"{OTHER_TEXT}, "))

    def words(self, version: int | None) -> str:
        """Such as `CONNACK 0x87 Not authorized, and closed the connection`."""
        if self.packet == "HTTP":
            said = f"HTTP {self.code}"
        elif self.packet is not None and self.code is not None:
            is_of_3 = self.packet == "CONNACK" and (version == V3 or 0 < self.code < codes.UNSPECIFIED_ERROR)
            names = codes.V3_CONNACK_NAMES if is_of_3 else codes.NAMES
            said = f"{self.packet} {codes.written(self.code)} {names.get(self.code, '')}".rstrip()
        else:
            return f"the server {self.closed}"
        return f"{said}, and the server {self.closed}" if self.closed else said
