"""What a probe found: its steps with their times, the answers, and how each compares with tables and policies."""

from __future__ import annotations

from enum import StrEnum

from authlens.core.mqtt import codes
from authlens.core.mqtt.packets import V3
from authlens.core.mqtt.rules import (
    CLIENT_ID,
    CONNECT_RATE,
    EXPIRED,
    FILTER,
    HTTP_REFUSED,
    KEEP_ALIVE,
    MALFORMED,
    PUBLISH_DENIED,
    PUBLISH_RATE,
    REFUSED,
    SUBSCRIBE_DENIED,
    TAKEN_OVER,
    TOO_LARGE,
    TOO_MANY_SUBSCRIPTIONS,
    TOPIC,
    WILL_QOS,
    Rule,
)
from authlens.core.policy.matching import DecisionWord
from authlens.core.probe.plan import Trial
from authlens.frozen import dataclass


class ProbeVerdict(StrEnum):
    CONNECTED = "connected"
    REFUSED = "refused"
    """MQTT or HTTP answered no, or the server closed the connection in answer to CONNECT."""
    UNREACHED = "no answer"
    """No answer of the protocol: DNS, TCP, TLS or the upgrade failed, or what answered was something else."""


class ProbeStage(StrEnum):
    DNS = "DNS"
    TCP = "TCP"
    TLS = "TLS"
    UPGRADE = "upgrade"
    CONNECT = "connect"
    SUBSCRIBE = "subscribe"
    PUBLISH = "publish"


class ConnectionEnd(StrEnum):
    """How a connection ended without an answer."""

    CLOSED = "closed the connection"
    EMPTY_CLOSE_FRAME = "closed the WebSocket with an empty close frame"
    CLOSE_FRAME = "closed the WebSocket"
    RESET = "reset the connection"
    SILENT = "did not answer"


@dataclass(frozen=True, slots=True)
class ProbeStep:
    stage: ProbeStage
    passed: bool
    seconds: float
    detail: str = ""


WEB_PAGE = "a web page"
"""How the reason of an HTTP answer begins that no service of AWS sends."""


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
            return self.code is not None and 200 <= self.code < 300 and not self.reason.startswith(WEB_PAGE)
        if self.closed is not None or self.code is None or self.packet == "DISCONNECT":
            return False
        # MQTT 3.1.1 has return codes of its own in CONNACK, and any but 0 is a refusal in both versions.
        return self.code == 0 if self.packet == "CONNACK" else self.code < 0x80

    def words(self, version: int | None) -> str:
        """Such as `CONNACK 0x87 Not authorized, and closed the connection`."""
        if self.packet == "HTTP":
            said = f"HTTP {self.code}"
        elif self.packet is not None and self.code is not None:
            names = codes.V3_CONNACK_NAMES if version == V3 and self.packet == "CONNACK" else codes.NAMES
            said = f"{self.packet} {codes.written(self.code)} {names.get(self.code, '')}".rstrip()
        else:
            return f"the server {self.closed}"
        return f"{said}, and the server {self.closed}" if self.closed else said


@dataclass(frozen=True, slots=True)
class Tried:
    """One trial and what came of it."""

    trial: Trial
    answer: ServerReply | None
    """`None` where the connection had ended before."""
    predicted: str | None = None
    """What the policies say: `ALLOWED`, `EXPLICIT_DENY` or `IMPLICIT_DENY`; `None` where they are not known."""

    @property
    def is_allowed(self) -> bool:
        return self.answer is not None and self.answer.is_yes

    @property
    def differs(self) -> bool:
        """Whether the broker did something other than the policies say."""
        return (
            None not in (self.predicted, self.answer)
            and (self.predicted == DecisionWord.ALLOWED) is not self.is_allowed
        )


@dataclass(frozen=True, slots=True)
class ProbeReport:
    verdict: ProbeVerdict
    address: str
    client_id: str
    version: int | None
    """MQTT's protocol level; `None` over HTTPS."""
    steps: tuple[ProbeStep, ...]
    answer: ServerReply | None = None
    """To CONNECT, or to the HTTPS request."""
    problem: str = ""
    """Why there was no answer, as a sentence that names the host."""
    tried: tuple[Tried, ...] = ()
    received: int = 0
    """Messages that arrived while it was connected."""
    predicted: str | None = None
    """What the policies say about connecting with this client id."""
    omits_login: bool = False
    """As in the plan."""
    has_certificate: bool = False
    """Whether a client certificate was sent."""
    lacks_certificate: bool = False
    """Whether the host requires a client certificate and none was given."""
    certificate_rejection: str = ""
    """How TLS rejected the client certificate or the lack of one: the alert, or that the connection was closed."""

    @property
    def is_yes(self) -> bool:
        """Connected, and everything that was tried was allowed."""
        return self.verdict is ProbeVerdict.CONNECTED and all(each.is_allowed for each in self.tried)

    @property
    def is_upgraded(self) -> bool:
        """Whether an HTTP connection became a WebSocket."""
        return any(step.stage is ProbeStage.UPGRADE and step.passed for step in self.steps)

    @property
    def refused_by(self) -> str | None:
        """The id of the rule, or the status of HTTP as in `http-502`; `None` if nothing refused it."""
        if self.verdict is not ProbeVerdict.REFUSED or self.answer is None:
            return None
        rule = rule_of_refusal(self.answer)
        return rule.id if rule is not None else f"http-{self.answer.code}"

    @property
    def seconds(self) -> float:
        return sum(step.seconds for step in self.steps)

    @property
    def differs(self) -> bool:
        return self.connect_differs or any(each.differs for each in self.tried)

    @property
    def connect_differs(self) -> bool:
        """Whether the broker answered CONNECT with something other than the policies say."""
        if self.predicted is None or self.verdict is ProbeVerdict.UNREACHED:
            return False
        return (self.predicted == DecisionWord.ALLOWED) is not (self.verdict is ProbeVerdict.CONNECTED)


_OF_CONNACK: dict[int | None, Rule] = {
    codes.NOT_AUTHORIZED: REFUSED,
    codes.QUOTA_EXCEEDED: CONNECT_RATE,
    codes.QOS_NOT_SUPPORTED: WILL_QOS,
    codes.CLIENT_ID_NOT_VALID: CLIENT_ID,
}
_OF_DISCONNECT = {
    codes.SESSION_TAKEN_OVER: TAKEN_OVER,
    codes.KEEP_ALIVE_TIMEOUT: KEEP_ALIVE,
    codes.ADMINISTRATIVE_ACTION: EXPIRED,
    codes.MALFORMED_PACKET: MALFORMED,
    codes.PACKET_TOO_LARGE: TOO_LARGE,
}
_OF_SUBACK: dict[int | None, Rule] = {codes.TOPIC_FILTER_INVALID: FILTER, codes.QUOTA_EXCEEDED: TOO_MANY_SUBSCRIPTIONS}
_OF_PUBACK: dict[int | None, Rule] = {codes.TOPIC_NAME_INVALID: TOPIC, codes.QUOTA_EXCEEDED: PUBLISH_RATE}


def rule_of_refusal(answer: ServerReply) -> Rule | None:
    """The row of the rules that a refused CONNECT or HTTPS request belongs to; `None` where another server answered."""
    if answer.packet == "HTTP":
        return HTTP_REFUSED if answer.code in _HTTP_REFUSALS else None
    if answer.packet == "DISCONNECT" and answer.code in _OF_DISCONNECT:
        return _OF_DISCONNECT[answer.code]
    if answer.packet == "CONNACK" and answer.code == codes.V3_IDENTIFIER_REJECTED:
        return CLIENT_ID
    return _OF_CONNACK.get(answer.code, REFUSED)


_HTTP_REFUSALS = (401, 403)


def rule_of_denial(trial: Trial, answer: ServerReply) -> Rule:
    """The row that a denied subscription or publish belongs to."""
    if answer.packet == "HTTP":
        return HTTP_REFUSED
    if answer.packet == "DISCONNECT" and answer.code in _OF_DISCONNECT:
        return _OF_DISCONNECT[answer.code]
    if trial.kind == "subscribe":
        return _OF_SUBACK.get(answer.code, SUBSCRIBE_DENIED)
    return _OF_PUBACK.get(answer.code, PUBLISH_DENIED)
