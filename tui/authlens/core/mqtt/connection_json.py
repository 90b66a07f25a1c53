"""The record of a connection to JSON values and back: what `to_json` gives, `from_json` gives back."""

from __future__ import annotations

from typing import Any

from authlens.core.mqtt.connection import (
    ConnectionStage,
    ConnectionStep,
    Counts,
    DeviceConnection,
    PacketDecision,
    PresentedCertificate,
    Transport,
)
from authlens.core.text.json_members import Members


def to_json(device: DeviceConnection) -> dict[str, Any]:
    """With the keys that docs/files.md documents; what is absent or empty is left out."""
    counts = device.counts
    return _present(
        id=device.id,
        transport=device.transport.value,
        protocol=device.protocol,
        peer=device.peer,
        mqtt=device.version,
        serverName=device.server_name,
        alpn=list(device.alpn),
        certificate=certificate_to_json(device.certificate),
        steps=[step_to_json(step) for step in device.steps],
        refusedBy=device.refused_by,
        reason=device.reason,
        event=device.event,
        decisions=[decision_to_json(decision) for decision in device.decisions],
        counts={
            "published": counts.published,
            "subscribed": counts.subscribed,
            "received": counts.received,
            "denied": counts.denied,
        },
        endedBy=device.ended_by,
        lasted=device.lasted,
        throttled=device.throttled,
        refreshes=device.refreshes,
        isProbe=device.is_probe,
        caFile=device.ca_file,
        ownListener=device.own_listener,
        listenerReasons=list(device.listener_reasons),
    )


def certificate_to_json(certificate: PresentedCertificate | None) -> dict[str, Any] | None:
    return None if certificate is None else {"id": certificate.id, "subject": certificate.subject}


def step_to_json(step: ConnectionStep) -> dict[str, Any]:
    more = _present(detail=step.detail, warning=step.warning, skipped=step.is_skipped)
    return {"stage": step.stage.value, "passed": step.passed, **more}


def decision_to_json(decision: PacketDecision) -> dict[str, Any]:
    return {
        "at": decision.at,
        "packet": decision.packet,
        "topic": decision.topic,
        "qos": decision.qos,
        **_present(
            action=decision.action,
            word=decision.word,
            statement=decision.statement,
            rule=decision.rule,
            detail=decision.detail,
            open=decision.is_open,
            unacknowledged=decision.is_unacknowledged,
        ),
    }


def from_json(members: Members) -> DeviceConnection:
    """Raises ValueError with a sentence."""
    return DeviceConnection(
        id=members.required_text("id"),
        transport=_one_of(Transport, "transport", members.required_text("transport")),
        peer=members.text("peer") or "",
        version=members.integer("mqtt"),
        server_name=members.text("serverName"),
        alpn=tuple(str(name) for name in members.items("alpn")),
        certificate=_certificate(members.members("certificate")),
        steps=tuple(_step(Members(step, "a step")) for step in members.items("steps")),
        refused_by=members.text("refusedBy"),
        reason=members.text("reason") or "",
        event=members.text("event"),
        decisions=tuple(decision_from_json(item) for item in members.items("decisions")),
        counts=_counts(members.members("counts") or Members({}, "counts")),
        ended_by=members.text("endedBy"),
        lasted=members.number("lasted"),
        throttled=members.text("throttled"),
        refreshes=members.integer("refreshes") or 0,
        is_probe=members.boolean("isProbe") or False,
        ca_file=members.text("caFile"),
        own_listener=members.boolean("ownListener") or False,
        listener_reasons=tuple(str(reason) for reason in members.items("listenerReasons")),
    )


def decision_from_json(value: Any) -> PacketDecision:
    members = Members(value, "a decision")
    return PacketDecision(
        at=members.number("at") or 0.0,
        packet=members.required_text("packet"),
        topic=members.text("topic") or "",
        qos=members.integer("qos") or 0,
        action=members.text("action"),
        word=members.text("word"),
        statement=members.text("statement") or "",
        rule=members.text("rule"),
        detail=members.text("detail") or "",
        is_open=members.boolean("open") or False,
        is_unacknowledged=members.boolean("unacknowledged") or False,
    )


def _certificate(members: Members | None) -> PresentedCertificate | None:
    return members and PresentedCertificate(members.required_text("id"), members.text("subject") or "")


def _step(members: Members) -> ConnectionStep:
    return ConnectionStep(
        _one_of(ConnectionStage, "stage", members.required_text("stage")),
        bool(members.boolean("passed")),
        members.text("detail") or "",
        members.text("warning") or "",
        members.boolean("skipped") or False,
    )


def _counts(members: Members) -> Counts:
    names = ("published", "subscribed", "received", "denied")
    return Counts(*(members.integer(name) or 0 for name in names))


def _one_of(kind: Any, name: str, text: str) -> Any:
    """A member of an enumeration."""
    try:
        return kind(text)
    except ValueError:
        raise ValueError(f"{text!r} is not a {name} that authlens knows") from None


def _present(**fields: Any) -> dict[str, Any]:
    return {key: value for key, value in fields.items() if value not in (None, "", [], 0)}
