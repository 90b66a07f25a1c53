"""A connection as lines and as JSON."""

from __future__ import annotations

from dataclasses import replace

from authlens.core.devices import report
from authlens.core.mqtt import rules
from authlens.core.mqtt.connection import DeviceConnection, PacketDecision, PresentedCertificate, Transport
from support.device_records import ALLOWED, CONNECTED, DENIED, REFUSED, invocation


def test_a_line_for_a_connection_that_was_let_in() -> None:
    line = report.connection_line(invocation(CONNECTED), CONNECTED)
    assert line == "connected sensor-7 over MQTT 5 over TLS by A 20 ms; on AWS: a warning"


def test_a_line_for_a_refusal_says_why_what_answered_and_how_it_is_known() -> None:
    line = report.connection_line(invocation(REFUSED), REFUSED)
    assert line.startswith("refused sensor-7 over MQTT 5 over WSS by A 20 ms: the authorizer A is INACTIVE → ")
    assert "CONNACK 0x87, closed [measured (over WebSocket, eu-west-1)]" in line
    assert "mosquitto_pub exits with 135" in line


def test_who_was_never_heard_gets_no_answer() -> None:
    device = DeviceConnection("i", Transport.TLS, refused_by=rules.NOT_CONNECT.id, reason="no trust")
    assert report.connection_line(invocation(device), device).endswith(": no trust")


def test_a_line_for_each_decision() -> None:
    shown = invocation(CONNECTED)
    assert report.decision_line(shown, ALLOWED) == (
        "allowed sensor-7 PUBLISH sensors/7 QoS 1: document 1, statement 2 (line 1)"
    )
    assert report.decision_line(shown, DENIED).startswith(
        "denied sensor-7 PUBLISH alarms/7 QoS 1: no statement allows it → PUBACK 0x87, stays connected [measured"
    )
    other = PacketDecision(1, "PUBLISH", "a/+", 1, rule=rules.TOPIC.id, detail="it contains a wildcard")
    assert "the topic is not allowed: it contains a wildcard" in report.decision_line(shown, other)


def test_a_line_for_the_end() -> None:
    device = replace(CONNECTED, ended_by=rules.KEEP_ALIVE.id, lasted=3.25)
    line = report.end_line(invocation(device), device)
    assert line.startswith("ended sensor-7 after 3.2 s: nothing arrived for one and a half keep alive intervals; ")
    assert line.endswith("1 published, 2 subscribed, 3 received, 1 denied")


def test_the_json_of_a_refusal() -> None:
    value = report.connection_json_of(invocation(REFUSED), REFUSED)
    assert (value["event"], value["verdict"], value["clientId"]) == ("connection", "REFUSED", "sensor-7")
    assert (value["code"], value["closes"], value["known"]) == ("0x87", True, "measured")
    assert value["steps"][-1] == {
        "stage": "authorizer found",
        "passed": False,
        "detail": "the authorizer A is INACTIVE",
    }


def test_the_json_of_decisions_and_the_end() -> None:
    allowed = report.decision_json_of(invocation(CONNECTED), ALLOWED)
    assert (allowed["event"], allowed["allowed"], "code" in allowed) == ("decision", True, False)
    denied = report.decision_json_of(invocation(CONNECTED), DENIED)
    assert (denied["allowed"], denied["rule"], denied["code"]) == (False, "publish-denied", "0x87")
    device = replace(CONNECTED, ended_by=rules.CLIENT_LEFT.id, lasted=1.0)
    end = report.end_json_of(invocation(device), device)
    assert (end["event"], end["rule"], end["counts"]["denied"]) == ("end", "client-left", 1)


def test_everything_that_is_kept_of_a_connection() -> None:
    device = replace(CONNECTED, ended_by=rules.CLIENT_LEFT.id, lasted=1.0)
    lines = report.record_lines(invocation(device), device)
    assert lines[0] == "sensor-7 over MQTT 5 over TLS, from 127.0.0.1"
    assert "passed  TLS: SNI localhost, ALPN mqtt" in lines
    assert "        on AWS: a warning" in lines
    assert lines[-1].startswith("ended sensor-7")
    refused = report.record_lines(invocation(REFUSED), REFUSED)
    assert refused[-1].startswith("answered → CONNACK 0x87, closed")


def test_only_a_refusal_has_an_answer_in_the_record() -> None:
    unheard = DeviceConnection("i", Transport.TLS, refused_by=rules.NOT_CONNECT.id, reason="no trust")
    for device, answered in ((REFUSED, True), (CONNECTED, False), (unheard, False)):
        lines = report.record_lines(invocation(device), device)
        assert any(line.startswith("answered") for line in lines) is answered


def test_the_client_certificate_is_shown() -> None:
    device = replace(CONNECTED, certificate=PresentedCertificate("ab12", "CN=sensor-7"))
    assert "client certificate ab12 (CN=sensor-7)" in report.record_lines(invocation(device), device)
    shown = report.connection_json_of(invocation(device), device)
    assert shown["certificate"] == {"id": "ab12", "subject": "CN=sensor-7"}


def test_a_throttled_connection() -> None:
    shown = invocation(CONNECTED)
    assert report.throttle_line(shown, is_sender=True) == (
        "throttled sensor-7: what it sends exceeds 512 KiB a second, and the rest waits [documented]; "
        "reported once per connection"
    )
    assert "what it receives" in report.throttle_line(shown, is_sender=False)
    assert report.throttle_json_of(shown, is_sender=False) == {
        "event": "throttled",
        "id": CONNECTED.id,
        "clientId": "sensor-7",
        "direction": "received",
        "bytesPerSecond": 524_288,
        "known": "documented",
    }
