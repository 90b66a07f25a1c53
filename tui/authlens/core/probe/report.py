"""What a probe found: its steps with their times, the answers, and how each compares with tables and policies."""

from __future__ import annotations

from enum import StrEnum

from authlens.core.mqtt import codes
from authlens.core.mqtt.packets import V5
from authlens.core.mqtt.rules import (
    CLIENT_ID,
    CONNECT_RATE,
    EXPIRED,
    FILTER,
    HTTP_REFUSED,
    KEEP_ALIVE,
    LOST,
    MALFORMED,
    PROTOCOL_ERROR,
    PUBLISH_DENIED,
    PUBLISH_RATE,
    REFUSED,
    SUBSCRIBE_DENIED,
    TAKEN_OVER,
    TOO_LARGE,
    TOO_MANY_SUBSCRIPTIONS,
    TOPIC,
    WILL_QOS,
    WILL_TOPIC,
    Rule,
)
from authlens.core.policy.matching import DecisionWord
from authlens.core.probe.answers import TrialResult, is_denial, trial_result
from authlens.core.probe.plan import Trial
from authlens.core.probe.reply import ConnectionEnd, ServerReply
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


@dataclass(frozen=True, slots=True)
class ProbeStep:
    stage: ProbeStage
    passed: bool
    seconds: float
    detail: str = ""


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

    def result(self, version: int | None) -> TrialResult:
        return trial_result(self.answer, version)

    def agrees(self, version: int | None) -> bool | None:
        """Whether the broker decided as the policies say; `None` where either is not known."""
        result = self.result(version)
        if self.predicted is None or not result.is_decided:
            return None
        return (self.predicted == DecisionWord.ALLOWED) is (result is TrialResult.ALLOWED)

    def is_unacknowledged(self, version: int | None) -> bool:
        """Whether it is a publish that was sent, and nothing says what became of it."""
        if self.trial.kind != "publish" or self.answer is None:
            return False
        return self.answer.packet is None or self.result(version) is TrialResult.UNDECIDED


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

    listener_reasons: tuple[str, ...] = ()
    """Why a listener of ours refused it or denied what was tried, as it recorded it; empty for any other server."""

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
        """As `id_of` gives it, such as `connect-refused` or `http-502`; `None` if nothing refused it."""
        if self.verdict is not ProbeVerdict.REFUSED or self.answer is None:
            return None
        return id_of(rule_of_refusal(self.answer), self.answer)

    @property
    def seconds(self) -> float:
        return sum(step.seconds for step in self.steps)

    @property
    def differs(self) -> bool:
        return self.connect_agrees is False or any(each.agrees(self.version) is False for each in self.tried)

    @property
    def connect_agrees(self) -> bool | None:
        """Whether the broker answered CONNECT as the policies say; `None` where either is not known."""
        if self.predicted is None or self.verdict is ProbeVerdict.UNREACHED:
            return None
        is_connected = self.verdict is ProbeVerdict.CONNECTED
        if not is_connected and (self.answer is None or not is_denial(self.answer, self.version)):
            return None
        return (self.predicted == DecisionWord.ALLOWED) is is_connected


_OF_CONNACK: dict[int | None, Rule] = {
    codes.UNSPECIFIED_ERROR: REFUSED,
    codes.MALFORMED_PACKET: MALFORMED,
    codes.PROTOCOL_ERROR: PROTOCOL_ERROR,
    codes.CLIENT_ID_NOT_VALID: CLIENT_ID,
    codes.BAD_USERNAME_OR_PASSWORD: REFUSED,
    codes.NOT_AUTHORIZED: REFUSED,
    codes.TOPIC_NAME_INVALID: WILL_TOPIC,
    codes.PACKET_TOO_LARGE: TOO_LARGE,
    codes.QUOTA_EXCEEDED: CONNECT_RATE,
    codes.QOS_NOT_SUPPORTED: WILL_QOS,
}
_OF_CONNACK_3 = {codes.V3_IDENTIFIER_REJECTED: CLIENT_ID, 4: REFUSED, 5: REFUSED}
_OF_DISCONNECT: dict[int | None, Rule] = {
    codes.SESSION_TAKEN_OVER: TAKEN_OVER,
    codes.KEEP_ALIVE_TIMEOUT: KEEP_ALIVE,
    codes.ADMINISTRATIVE_ACTION: EXPIRED,
    codes.MALFORMED_PACKET: MALFORMED,
    codes.PROTOCOL_ERROR: PROTOCOL_ERROR,
    codes.PACKET_TOO_LARGE: TOO_LARGE,
}
_OF_SUBACK: dict[int | None, Rule] = {codes.TOPIC_FILTER_INVALID: FILTER, codes.QUOTA_EXCEEDED: TOO_MANY_SUBSCRIPTIONS}
_OF_PUBACK: dict[int | None, Rule] = {codes.TOPIC_NAME_INVALID: TOPIC, codes.QUOTA_EXCEEDED: PUBLISH_RATE}
_OF_ACKNOWLEDGEMENT = {"SUBACK": _OF_SUBACK, "PUBACK": _OF_PUBACK}
_ENDS = {ConnectionEnd.CLOSED: REFUSED, ConnectionEnd.EMPTY_CLOSE_FRAME: REFUSED, ConnectionEnd.RESET: LOST}
_OTHER_ENDS = {ConnectionEnd.CLOSE_FRAME: "websocket-closed", ConnectionEnd.SILENT: "no-answer"}


def rule_of_refusal(answer: ServerReply) -> Rule | None:
    """The row of the rules that a refused CONNECT or HTTPS request belongs to; `None` where no row says it."""
    if answer.packet == "HTTP":
        return HTTP_REFUSED if answer.code in _HTTP_REFUSALS and not answer.is_foreign else None
    if answer.packet == "DISCONNECT":
        return REFUSED if answer.code == codes.NOT_AUTHORIZED else _OF_DISCONNECT.get(answer.code)
    if answer.packet is None:
        return REFUSED if answer.closed is None else _ENDS.get(answer.closed)
    return _OF_CONNACK_3.get(answer.code or 0) or _OF_CONNACK.get(answer.code)


_HTTP_REFUSALS = (401, 403)


def rule_of_denial(trial: Trial, answer: ServerReply, version: int | None = V5) -> Rule | None:
    """The row that a denied subscription or publish belongs to; `None` where no row says it.

    version: as in the report.
    """
    denied = SUBSCRIBE_DENIED if trial.kind == "subscribe" else PUBLISH_DENIED
    if answer.packet == "HTTP":
        return rule_of_refusal(answer)
    if answer.packet == "DISCONNECT":
        return _rule_of_disconnect(trial, answer)
    if answer.packet is None:
        found = REFUSED if answer.closed is None else _ENDS.get(answer.closed)
        # Over HTTPS an end without an answer does not deny anything.
        return found if found is not REFUSED else denied if version else LOST
    return _OF_ACKNOWLEDGEMENT.get(answer.packet, {}).get(answer.code, denied)


def _rule_of_disconnect(trial: Trial, answer: ServerReply) -> Rule | None:
    if answer.code == codes.NOT_AUTHORIZED:
        return SUBSCRIBE_DENIED if trial.kind == "subscribe" else PUBLISH_DENIED
    found = (_OF_SUBACK if trial.kind == "subscribe" else _OF_PUBACK).get(answer.code)
    return _OF_DISCONNECT.get(answer.code) or (None if answer.code == codes.QUOTA_EXCEEDED else found)


def id_of(rule: Rule | None, answer: ServerReply) -> str:
    """The rule's id; without a rule, a word for the answer, such as `http-502`, `connack-0x89` or `no-answer`."""
    if rule is not None:
        return rule.id
    if answer.packet is None or answer.code is None:
        return _OTHER_ENDS.get(answer.closed or ConnectionEnd.CLOSED, LOST.id)
    code = str(answer.code) if answer.packet == "HTTP" else codes.written(answer.code)
    return f"{answer.packet.lower()}-{code}"
