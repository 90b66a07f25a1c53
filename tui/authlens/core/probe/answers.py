"""What an answer to a probe says about the policies: by reason code, HTTP status, or how the connection ended.

The rule: only what decides the policies counts as allowed or denied. Everything else leaves open what they say, and is
never held to agree with a prediction.
"""

from __future__ import annotations

from enum import StrEnum
from typing import Final

from authlens.core.contract import pages
from authlens.core.contract.statement import Source, documented
from authlens.core.mqtt.packets import V3
from authlens.core.probe.reply import ConnectionEnd, ServerReply
from authlens.frozen import dataclass


class About(StrEnum):
    """What a reason code is about."""

    POLICY = "the policies, or the login"
    LOGIN = "the login"
    PACKET = "a rule of the broker for the packet"
    CONNECTION = "the connection or the server"
    UNSTATED = "no stated reason"


@dataclass(frozen=True, slots=True)
class CodeRow:
    about: About
    source: Source
    meaning: str = ""
    """What happened, as a clause, where the name of the code says too little."""


def _aws(about: About, meaning: str = "") -> CodeRow:
    return CodeRow(about, documented(pages.MQTT), meaning)


def _standard(about: About) -> CodeRow:
    """AWS does not list the code, so another server sent it."""
    return CodeRow(about, documented(pages.MQTT_5, "AWS IoT does not list this code"))


CODES: Final[dict[int, CodeRow]] = {
    0x80: _aws(About.UNSTATED),
    0x81: _aws(About.PACKET),
    0x82: _aws(About.PACKET),
    0x83: _standard(About.PACKET),
    0x84: _standard(About.CONNECTION),
    0x85: _aws(About.PACKET),
    0x86: _aws(About.LOGIN),
    0x87: _aws(About.POLICY),
    0x88: _standard(About.CONNECTION),
    0x89: _standard(About.CONNECTION),
    0x8A: _standard(About.CONNECTION),
    0x8B: _aws(About.CONNECTION),
    0x8C: _standard(About.LOGIN),
    0x8D: _aws(About.CONNECTION),
    0x8E: _aws(About.CONNECTION, "another client connected with this client id"),
    0x8F: _aws(About.PACKET),
    0x90: _aws(About.PACKET),
    0x91: _aws(About.PACKET),
    0x93: _aws(About.CONNECTION),
    0x94: _aws(About.PACKET),
    0x95: _standard(About.PACKET),
    0x96: _standard(About.CONNECTION),
    0x97: _aws(About.PACKET),
    0x98: _aws(About.CONNECTION),
    0x99: _standard(About.PACKET),
    0x9A: _standard(About.PACKET),
    0x9B: _aws(About.PACKET),
    0x9C: _standard(About.CONNECTION),
    0x9D: _standard(About.CONNECTION),
    0x9E: _standard(About.PACKET),
    0x9F: _standard(About.CONNECTION),
    0xA0: _standard(About.CONNECTION),
    0xA1: _aws(About.PACKET),
    0xA2: _standard(About.PACKET),
}
"""The reason codes of MQTT 5 from 0x80; those of AWS are on its page of reason codes."""

_V3_CONNACK: Final[dict[int, CodeRow]] = {
    code: CodeRow(about, documented(pages.MQTT_3, "AWS IoT closes the connection instead"))
    for code, about in (
        (1, About.CONNECTION),
        (2, About.PACKET),
        (3, About.CONNECTION),
        (4, About.LOGIN),
        (5, About.POLICY),
    )
}
_DENIALS_OF_3 = (ConnectionEnd.CLOSED, ConnectionEnd.EMPTY_CLOSE_FRAME)
"""How AWS IoT refuses and denies in MQTT 3.1.1. A reset and a close code come from anywhere."""
_HTTP_DENIALS = (401, 403)
_HTTP_REFUSALS = (400, 413, 429)
"""Answers of AWS IoT itself that are not about permissions."""


class TrialResult(StrEnum):
    ALLOWED = "allowed"
    DENIED = "denied"
    REFUSED = "refused"
    """By a rule of the broker, or without a stated reason."""
    UNDECIDED = "undecided"
    """The connection ended, or what answered is not AWS IoT."""
    NO_ANSWER = "no answer"
    NOT_TRIED = "not tried"

    @property
    def is_decided(self) -> bool:
        """Whether it says what the policies decide."""
        return self in (TrialResult.ALLOWED, TrialResult.DENIED)


def row_of(answer: ServerReply, version: int | None) -> CodeRow | None:
    """The row of its code; `None` for HTTP, an end without a code, and a code without a row."""
    if answer.code is None or answer.packet in (None, "HTTP"):
        return None
    return (_V3_CONNACK if version == V3 and answer.packet == "CONNACK" else CODES).get(answer.code)


def trial_result(answer: ServerReply | None, version: int | None) -> TrialResult:
    """What came of a subscription or publish."""
    if answer is None:
        return TrialResult.NOT_TRIED
    if answer.is_yes:
        return TrialResult.ALLOWED
    if is_denial(answer, version):
        return TrialResult.DENIED
    if answer.closed is ConnectionEnd.SILENT and answer.packet is None:
        return TrialResult.NO_ANSWER
    row = row_of(answer, version)
    is_own = answer.packet in ("SUBACK", "PUBACK") or (answer.packet == "HTTP" and answer.code in _HTTP_REFUSALS)
    return TrialResult.REFUSED if is_own or (row and row.about is About.PACKET) else TrialResult.UNDECIDED


def is_denial(answer: ServerReply, version: int | None) -> bool:
    """Whether it says that the policies, or the login, do not allow what was asked."""
    if answer.packet is None:
        return version == V3 and answer.closed in _DENIALS_OF_3
    if answer.packet == "HTTP":
        return answer.code in _HTTP_DENIALS and not answer.is_foreign
    row = row_of(answer, version)
    return row is not None and (row.about is About.POLICY or (row.about is About.LOGIN and answer.packet == "CONNACK"))


def open_words(answer: ServerReply, version: int | None) -> str:
    """Why a refusal or an end leaves open what the policies say; empty where it does not."""
    if answer.is_yes or is_denial(answer, version):
        return ""
    row = row_of(answer, version)
    if row is not None and row.meaning:
        return f"{row.meaning}, which says nothing about the policies"
    if answer.closed is ConnectionEnd.RESET:
        return RESET
    return "this does not say what the policies decide"


RESET: Final = (
    "a reset does not say who ended the connection or why: the server, or a firewall, proxy or load balancer in between"
)
