"""A probe's report as the record of a connection, which the history keeps among those of real devices."""

from __future__ import annotations

from collections.abc import Iterator

from authlens.core.mqtt.connection import (
    ConnectionStage,
    ConnectionStep,
    Counts,
    DeviceConnection,
    PacketDecision,
    Transport,
)
from authlens.core.probe.answers import TrialResult
from authlens.core.probe.plan import ProbePlan, Way
from authlens.core.probe.report import ProbeReport, ProbeStage, ProbeStep, ProbeVerdict, Tried, id_of, rule_of_denial
from authlens.core.probe.words import headline, trial_words

_STAGES = {
    ProbeStage.DNS: ConnectionStage.NETWORK,
    ProbeStage.TCP: ConnectionStage.NETWORK,
    ProbeStage.TLS: ConnectionStage.TLS,
    ProbeStage.UPGRADE: ConnectionStage.UPGRADE,
    ProbeStage.CONNECT: ConnectionStage.CONNECTED,
    ProbeStage.SUBSCRIBE: ConnectionStage.SUBSCRIBE,
    ProbeStage.PUBLISH: ConnectionStage.PUBLISH,
}
_COUNTED = (TrialResult.ALLOWED, TrialResult.DENIED, TrialResult.REFUSED)
TRANSPORTS: dict[Way, Transport] = {"mqtt": Transport.MQTTS, "wss": Transport.WSS, "https": Transport.HTTPS}


def connection_of(plan: ProbePlan, report: ProbeReport, identifier: str, at: float) -> DeviceConnection:
    """identifier: a fresh UUID. at: seconds since 1970."""
    steps = tuple(ConnectionStep(_STAGES[step.stage], step.passed, _detail(step)) for step in report.steps)
    counts = Counts()
    for each in report.tried:
        if each.result(report.version) in _COUNTED:
            counts = counts.with_one(each.trial.packet, each.is_allowed)
    return DeviceConnection(
        id=identifier,
        transport=TRANSPORTS[plan.way],
        peer=plan.address.partition("://")[2],
        version=report.version,
        server_name=plan.sni,
        alpn=plan.alpn if plan.way == "mqtt" else (),
        steps=steps,
        refused_by=report.refused_by,
        reason="" if report.verdict is ProbeVerdict.CONNECTED else headline(report),
        decisions=(
            *_connect_decision(report, at),
            *(_decision(each, plan, report.version, at) for each in report.tried if each.answer),
        ),
        counts=counts,
        lasted=report.seconds,
        is_probe=True,
        ca_file=plan.ca_file,
        own_listener=plan.own_listener,
        listener_reasons=report.listener_reasons,
    )


def _detail(step: ProbeStep) -> str:
    """With the step's name where two of them are one stage."""
    name = f"{step.stage} " if _STAGES[step.stage] is ConnectionStage.NETWORK else ""
    return f"{name}{step.seconds * 1000:.0f} ms, {step.detail}"


def _connect_decision(report: ProbeReport, at: float) -> Iterator[PacketDecision]:
    """What the policies say about connecting, if they are known."""
    if report.predicted is not None and report.verdict is not ProbeVerdict.UNREACHED:
        yield PacketDecision(
            at=at,
            packet="CONNECT",
            topic=report.client_id,
            action="iot:Connect",
            word=report.predicted,
            rule=report.refused_by,
            detail=headline(report),
            is_open=report.connect_agrees is None,
        )


def _decision(each: Tried, plan: ProbePlan, version: int | None, at: float) -> PacketDecision:
    return PacketDecision(
        at=at,
        packet=each.trial.packet,
        topic=each.trial.topic,
        qos=plan.qos,
        action=each.trial.action,
        word=each.predicted,
        rule=_rule_id(each, version),
        detail=trial_words(each, version),
        is_open=not each.result(version).is_decided,
        is_unacknowledged=each.is_unacknowledged(version),
    )


def _rule_id(each: Tried, version: int | None) -> str | None:
    if each.answer is None or each.is_allowed:
        return None
    return id_of(rule_of_denial(each.trial, each.answer, version), each.answer)
