"""Compares what a probe saw with what the tables say, row by row, so that assumptions can become measurements."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from authlens.core.contract import pages
from authlens.core.contract.statement import Source, documented
from authlens.core.mqtt.limits import PACKET_BYTES, TOPIC_ALIASES, UNACKNOWLEDGED
from authlens.core.mqtt.packets import V5
from authlens.core.mqtt.rules import CERTIFICATE, HTTP_REFUSED, LOST, PUBLISH_DENIED, REFUSED, SUBSCRIBE_DENIED, Rule
from authlens.core.probe.answers import RESET, open_words
from authlens.core.probe.reply import ConnectionEnd, ServerReply
from authlens.core.probe.report import ProbeReport, ProbeVerdict, rule_of_denial, rule_of_refusal
from authlens.frozen import dataclass


@dataclass(frozen=True, slots=True)
class Observation:
    id: str
    """Of the row."""
    what: str
    version: int
    """MQTT's protocol level."""
    seen: str
    table: str
    """What the row says."""
    source: Source
    agrees: bool | None
    """`None` where what was seen does not tell."""
    note: str = ""
    """Why it does not tell."""

    def to_json(self) -> dict[str, Any]:
        return {
            "rule": self.id,
            "what": self.what,
            "mqtt": self.version,
            "seen": self.seen,
            "table": self.table,
            "known": self.source.known.value,
            "page": self.source.page,
            "agrees": self.agrees,
            **({"note": self.note} if self.note else {}),
        }


def observations(report: ProbeReport) -> tuple[Observation, ...]:
    """Every row that the probe touched, once each, in order."""
    return tuple(dict.fromkeys(_observations(report)))


def _observations(report: ProbeReport) -> Iterator[Observation]:
    version = report.version or V5
    if report.certificate_rejection:
        yield _of_certificate(report.certificate_rejection, version)
    if report.answer is not None and report.verdict is ProbeVerdict.REFUSED:
        yield from _of_rule(rule_of_refusal(report.answer), REFUSED, report.answer, version)
    if report.answer is not None and report.verdict is ProbeVerdict.CONNECTED:
        yield from _of_properties(report.answer, version)
    for each in report.tried:
        if each.answer is None or each.answer.is_yes:
            continue
        denied = SUBSCRIBE_DENIED if each.trial.kind == "subscribe" else PUBLISH_DENIED
        denied = denied if report.version else HTTP_REFUSED
        yield from _of_rule(rule_of_denial(each.trial, each.answer, report.version), denied, each.answer, version)


def _of_rule(rule: Rule | None, denied: Rule, answer: ServerReply, version: int) -> Iterator[Observation]:
    """denied: the row that an unclear answer may belong to. Silence touches no row."""
    if answer.closed is ConnectionEnd.RESET and answer.packet is None and denied is not HTTP_REFUSED:
        response = denied.response(version)
        yield Observation(
            *(denied.id, denied.what, version, answer.words(version), str(response), response.source, None, RESET)
        )
    elif rule is not None and rule is not LOST:
        response = rule.response(version)
        seen = (answer.packet, answer.code, answer.closed is not None)
        agrees = seen == (response.packet, response.code, response.closes)
        is_open = rule is denied and answer.packet is not None and bool(words := open_words(answer, version))
        yield Observation(
            *(rule.id, rule.what, version, answer.words(version), str(response), response.source),
            *((None, words) if is_open else (agrees, "")),
        )


def _of_certificate(rejection: str, version: int) -> Observation:
    """The connection ended before CONNECT, in every version and over HTTPS."""
    response = CERTIFICATE.response(version)
    return Observation(
        CERTIFICATE.id, CERTIFICATE.what, version, rejection, str(response), response.source, response.closes
    )


_MQTT = documented(pages.MQTT)
_PROPERTIES: dict[str, tuple[str, Source]] = {
    "receiveMaximum": (f"{UNACKNOWLEDGED.value:g}", UNACKNOWLEDGED.source),
    "maximumQoS": ("1", _MQTT),
    "topicAliasMaximum": (f"{TOPIC_ALIASES.value:g}", TOPIC_ALIASES.source),
    "maximumPacketSize": (f"{PACKET_BYTES.value:g}", PACKET_BYTES.source),
    "retainAvailable": ("1", _MQTT),
    "wildcardSubscriptionAvailable": ("1", _MQTT),
    "subscriptionIdentifierAvailable": ("0", _MQTT),
}
"""What CONNACK of AWS IoT says."""
_BY_DEFAULT = {"maximumQoS": "2", "retainAvailable": "1", "wildcardSubscriptionAvailable": "1"}
"""The default that MQTT 5 gives a property that is not sent."""


def _of_properties(answer: ServerReply, version: int) -> Iterator[Observation]:
    if version != V5 or answer.packet != "CONNACK":
        return
    given = dict(answer.properties)
    for name, (wanted, source) in _PROPERTIES.items():
        seen = given.get(name)
        means = _BY_DEFAULT.get(name) if seen is None else seen
        words = seen if seen is not None else "not sent"
        yield Observation(f"connack-{name}", f"{name} of CONNACK", version, words, wanted, source, means == wanted)
