"""Compares what a probe saw with what the tables say, row by row, so that assumptions can become measurements."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from authlens.core.contract import pages
from authlens.core.contract.statement import Source, documented
from authlens.core.mqtt.limits import TOPIC_ALIASES, UNACKNOWLEDGED
from authlens.core.mqtt.packets import V5
from authlens.core.mqtt.rules import CERTIFICATE, Rule
from authlens.core.probe.report import (
    ConnectionEnd,
    ProbeReport,
    ProbeVerdict,
    ServerReply,
    rule_of_denial,
    rule_of_refusal,
)
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
    agrees: bool

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
        }


def observations(report: ProbeReport) -> tuple[Observation, ...]:
    """Every row that the probe touched, once each, in order."""
    return tuple(dict.fromkeys(_observations(report)))


def _observations(report: ProbeReport) -> Iterator[Observation]:
    version = report.version or V5
    if report.certificate_rejection:
        yield _of_certificate(report.certificate_rejection, version)
    if report.answer is not None and report.verdict is ProbeVerdict.REFUSED:
        rule = rule_of_refusal(report.answer)
        if rule is not None:
            yield _of_rule(rule, report.answer, version)
    if report.answer is not None and report.verdict is ProbeVerdict.CONNECTED:
        yield from _of_properties(report.answer, version)
    for each in report.tried:
        # Silence says nothing about a rule.
        if each.answer is not None and not each.answer.is_yes and each.answer.closed is not ConnectionEnd.SILENT:
            yield _of_rule(rule_of_denial(each.trial, each.answer), each.answer, version)


def _of_rule(rule: Rule, answer: ServerReply, version: int) -> Observation:
    response = rule.response(version)
    seen = (answer.packet, answer.code, answer.closed is not None)
    agrees = seen == (response.packet, response.code, response.closes)
    return Observation(rule.id, rule.what, version, answer.words(version), str(response), response.source, agrees)


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
