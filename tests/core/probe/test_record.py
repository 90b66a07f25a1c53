"""A probe is kept as the record of a connection, and comes back from JSON as it was."""

from __future__ import annotations

from dataclasses import replace

import pytest

from authlens.core.mqtt import connection_json
from authlens.core.mqtt.connection import ConnectionStage, Transport
from authlens.core.probe.plan import ProbePlan, Trial, Way
from authlens.core.probe.record import connection_of
from authlens.core.probe.report import (
    ConnectionEnd,
    ProbeReport,
    ProbeStage,
    ProbeStep,
    ProbeVerdict,
    ServerReply,
    Tried,
)
from authlens.core.text.json_members import Members

PLAN = ProbePlan("h.example.com", client_id="c", trials=(Trial("publish", "a"),))
STEPS = (
    ProbeStep(ProbeStage.DNS, True, 0.001, "192.0.2.1"),
    ProbeStep(ProbeStage.TCP, True, 0.002, "192.0.2.1 port 443"),
    ProbeStep(ProbeStage.TLS, True, 0.003, "TLSv1.3"),
    ProbeStep(ProbeStage.CONNECT, False, 0.004, "CONNACK 0x87"),
)


def test_a_refused_probe() -> None:
    answer = ServerReply("CONNACK", 0x87, "why", ConnectionEnd.CLOSED)
    report = ProbeReport(ProbeVerdict.REFUSED, PLAN.address, "c", 5, STEPS, answer)

    record = connection_of(PLAN, report, "id-1", 1000.0)

    assert record.is_probe
    assert record.refused_by == "connect-refused"
    assert "why" in record.reason
    assert [step.stage for step in record.steps] == [
        ConnectionStage.NETWORK,
        ConnectionStage.NETWORK,
        ConnectionStage.TLS,
        ConnectionStage.CONNECTED,
    ]
    assert record.transport is Transport.MQTTS
    assert connection_json.from_json(Members(connection_json.to_json(record), "device")) == record


def test_a_denied_publish_is_a_decision_and_what_was_not_tried_is_not() -> None:
    tried = (Tried(Trial("publish", "a"), ServerReply("PUBACK", 0x87), "ALLOWED"), Tried(Trial("publish", "b"), None))
    report = ProbeReport(
        ProbeVerdict.CONNECTED, PLAN.address, "c", 5, STEPS[:3], ServerReply("CONNACK", 0), tried=tried
    )

    record = connection_of(PLAN, report, "id-1", 1000.0)

    (decision,) = record.decisions
    assert (decision.topic, decision.rule, decision.word) == ("a", "publish-denied", "ALLOWED")
    assert record.counts.denied == 1
    assert not record.is_refused


@pytest.mark.parametrize("way", ["mqtt", "wss", "https"])
def test_only_what_was_answered_is_counted(way: Way) -> None:
    trials = tuple(Trial("publish", name) for name in "abc")
    tried = (
        Tried(trials[0], ServerReply("PUBACK", 0)),
        Tried(trials[1], None),
        Tried(trials[2], ServerReply("PUBACK", 0x87)),
    )
    plan = replace(PLAN, way=way, trials=trials)
    report = ProbeReport(
        ProbeVerdict.CONNECTED, plan.address, "c", 5, STEPS[:3], ServerReply("CONNACK", 0), tried=tried
    )
    record = connection_of(plan, report, "id-1", 1000.0)
    assert (record.counts.published, record.counts.denied) == (1, 1)
    assert record.transport == {"mqtt": Transport.MQTTS, "wss": Transport.WSS, "https": Transport.HTTPS}[way]
    assert (record.reason, record.refused_by) == ("", None)
