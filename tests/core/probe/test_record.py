"""A probe is kept as the record of a connection, and comes back from JSON as it was."""

from __future__ import annotations

from dataclasses import replace

import pytest

from authlens.core.mqtt import connection_json
from authlens.core.mqtt.connection import (
    UNACKNOWLEDGED,
    ConnectionStage,
    ConnectionStep,
    Counts,
    DeviceConnection,
    PacketDecision,
    Transport,
)
from authlens.core.probe.plan import ProbePlan, Trial, Way
from authlens.core.probe.record import connection_of
from authlens.core.probe.reply import ConnectionEnd, ServerReply
from authlens.core.probe.report import ProbeReport, ProbeStage, ProbeStep, ProbeVerdict, Tried
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


def test_a_whole_record() -> None:
    steps = (
        ProbeStep(ProbeStage.TCP, True, 0.002, "10.0.0.1 port 443"),
        ProbeStep(ProbeStage.UPGRADE, True, 0.0126, "HTTP 101"),
        ProbeStep(ProbeStage.CONNECT, True, 1.2344, "ok"),
    )
    trials = (Trial("subscribe", "s/#"), Trial("publish", "a"), Trial("publish", "b"))
    tried = (
        Tried(trials[0], ServerReply("SUBACK", 1), "ALLOWED"),
        Tried(trials[1], ServerReply("PUBACK", 0x87), "IMPLICIT_DENY"),
        Tried(trials[2], None),
    )
    plan = replace(PLAN, way="wss", port=8443, server_name="sni.example.com", trials=trials)
    report = ProbeReport(
        ProbeVerdict.CONNECTED, plan.address, "c", 4, steps, ServerReply("CONNACK", 0), tried=tried, predicted="ALLOWED"
    )
    assert connection_of(plan, report, "id-1", 1000.0) == DeviceConnection(
        "id-1",
        Transport.WSS,
        "h.example.com:8443",
        4,
        "sni.example.com",
        (),
        (
            ConnectionStep(ConnectionStage.NETWORK, True, "TCP 2 ms, 10.0.0.1 port 443"),
            ConnectionStep(ConnectionStage.UPGRADE, True, "13 ms, HTTP 101"),
            ConnectionStep(ConnectionStage.CONNECTED, True, "1234 ms, ok"),
        ),
        decisions=(
            PacketDecision(1000.0, "CONNECT", "c", 0, "iot:Connect", "ALLOWED", detail="connected"),
            PacketDecision(
                *(1000.0, "SUBSCRIBE", "s/#", 1, "iot:Subscribe", "ALLOWED"),
                detail="allowed: subscribe s/# (SUBACK 0x01 Granted QoS 1)",
            ),
            PacketDecision(
                *(1000.0, "PUBLISH", "a", 1, "iot:Publish", "IMPLICIT_DENY"),
                rule="publish-denied",
                detail="denied: publish a (PUBACK 0x87 Not authorized)",
            ),
        ),
        counts=Counts(subscribed=1, denied=1),
        lasted=report.seconds,
        is_probe=True,
    )
    assert round(report.seconds, 6) == 1.249


@pytest.mark.parametrize(
    ("verdict", "predicted", "decided"),
    [
        (ProbeVerdict.REFUSED, "ALLOWED", [("CONNECT", "ALLOWED", "connect-refused")]),
        (ProbeVerdict.REFUSED, None, []),
        (ProbeVerdict.UNREACHED, "ALLOWED", []),
        (ProbeVerdict.CONNECTED, "IMPLICIT_DENY", [("CONNECT", "IMPLICIT_DENY", None)]),
    ],
)
def test_the_connect_is_decided_where_the_protocol_answered_and_the_policies_are_known(
    verdict: ProbeVerdict, predicted: str | None, decided: list[tuple[str, str, str | None]]
) -> None:
    answer = ServerReply("CONNACK", 0x87, closed=ConnectionEnd.CLOSED)
    report = ProbeReport(verdict, PLAN.address, "c", 5, STEPS, answer, "h.example.com: no answer", predicted=predicted)
    record = connection_of(PLAN, report, "id-1", 1000.0)
    assert [(each.packet, each.word, each.rule) for each in record.decisions] == decided
    reasons = {
        ProbeVerdict.CONNECTED: "",
        ProbeVerdict.REFUSED: "refused with CONNACK 0x87 Not authorized, and the server closed the connection",
        ProbeVerdict.UNREACHED: "h.example.com: no answer",
    }
    assert record.reason == reasons[verdict]
    assert (record.alpn, record.server_name) == (("mqtt",), "h.example.com")


def test_every_stage_of_a_probe_is_one_of_a_connection() -> None:
    steps = tuple(ProbeStep(stage, True, 0.0) for stage in ProbeStage)
    report = ProbeReport(ProbeVerdict.UNREACHED, PLAN.address, "c", None, steps)
    assert [step.stage.value for step in connection_of(PLAN, report, "id-1", 0.0).steps] == [
        *("network", "network", "TLS", "upgrade", "connected", "subscribe", "publish"),
    ]


def test_a_denial_without_a_version_is_worded_as_in_5() -> None:
    tried = (Tried(Trial("publish", "a"), ServerReply("HTTP", 403, "no")),)
    report = ProbeReport(ProbeVerdict.REFUSED, PLAN.address, "c", None, (), ServerReply("HTTP", 403, "no"), tried=tried)
    (decision,) = connection_of(replace(PLAN, way="https"), report, "id-1", 0.0).decisions
    assert (decision.rule, decision.detail) == ("http-refused", "denied: publish a (HTTP 403: no)")


@pytest.mark.parametrize(
    ("answer", "version", "rule", "published", "counts"),
    [
        (ServerReply("PUBACK", 0), 5, None, ("a",), (1, 0)),
        (ServerReply(closed=ConnectionEnd.SILENT), 5, "no-answer", (f"a ({UNACKNOWLEDGED})",), (0, 0)),
        (ServerReply(closed=ConnectionEnd.RESET), 4, "connection-lost", (f"a ({UNACKNOWLEDGED})",), (0, 0)),
        (ServerReply(closed=ConnectionEnd.CLOSED), 4, "publish-denied", (f"a ({UNACKNOWLEDGED})",), (0, 1)),
        (ServerReply("DISCONNECT", 0x8E), 5, "taken-over", (f"a ({UNACKNOWLEDGED})",), (0, 0)),
        (ServerReply("PUBACK", 0x87), 5, "publish-denied", (), (0, 1)),
        (ServerReply("PUBACK", 0x90), 5, "topic", (), (0, 1)),
    ],
)
def test_a_publish_is_marked_with_what_is_known_of_it(
    answer: ServerReply, version: int, rule: str | None, published: tuple[str, ...], counts: tuple[int, int]
) -> None:
    tried = (Tried(Trial("publish", "a"), answer), Tried(Trial("publish", "b"), None))
    report = ProbeReport(
        ProbeVerdict.CONNECTED, PLAN.address, "c", version, STEPS[:3], ServerReply("CONNACK", 0), tried=tried
    )
    record = connection_of(PLAN, report, "id-1", 1000.0)

    assert record.published == published
    assert record.has_published_elsewhere is bool(published)
    assert record.is_unacknowledged is (published != ("a",) and bool(published))
    assert (record.counts.published, record.counts.denied) == counts
    (decision,) = record.decisions
    assert (decision.rule, decision.qos) == (rule, 1)
    assert decision.is_open is (rule not in (None, "publish-denied"))
    assert connection_json.from_json(Members(connection_json.to_json(record), "device")) == record


def test_an_https_publish_without_an_answer_is_marked_and_has_the_qos_of_its_query() -> None:
    plan = replace(PLAN, way="https", query="x-amz-customauthorizer-name=A&qos=0")
    tried = (Tried(Trial("publish", "a"), ServerReply(closed=ConnectionEnd.SILENT)),)
    report = ProbeReport(ProbeVerdict.UNREACHED, plan.address, "", None, (), problem="h: no answer", tried=tried)
    record = connection_of(plan, report, "id-1", 0.0)

    assert record.published == (f"a ({UNACKNOWLEDGED})",)
    assert [(each.qos, each.rule) for each in record.decisions] == [(0, "no-answer")]
    assert (plan.qos, replace(plan, query="").qos, replace(plan, way="mqtt").qos) == (0, 1, 1)
