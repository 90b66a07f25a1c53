"""A connection as lines and as JSON."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import pytest

from authlens.core.contract import pages
from authlens.core.devices import report
from authlens.core.mqtt import rules
from authlens.core.mqtt.clients import printed
from authlens.core.mqtt.connection import (
    RECEIVED,
    SENT,
    ConnectionStage,
    ConnectionStep,
    DeviceConnection,
    PacketDecision,
    PresentedCertificate,
    Transport,
)
from authlens.core.mqtt.connection_json import decision_to_json, from_json, to_json
from authlens.core.mqtt.packets import V3, V5
from authlens.core.mqtt.rules import Rule
from authlens.core.request.request import AuthorizerRequest, MqttContext
from authlens.core.text.json_members import Members
from support.device_records import ALLOWED, CONNECTED, DENIED, REFUSED, STEPS, invocation


def test_a_line_for_a_connection_that_was_let_in() -> None:
    line = report.connection_line(invocation(CONNECTED), CONNECTED)
    assert line == "connected sensor-7 over MQTT 5 over TLS by A 20 ms; on AWS: a warning"
    slow = replace(invocation(CONNECTED), duration=2.0)
    assert " by A 2000 ms" in report.connection_line(slow, CONNECTED)


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
    unknown = replace(CONNECTED, reason="the network failed")
    assert report.end_line(invocation(unknown), unknown) == (
        "ended sensor-7 after 0.0 s: the connection ended (the network failed); 1 published, 2 subscribed, 3 received, "
        "1 denied"
    )


REFUSED_JSON = {
    "event": "connection",
    "id": REFUSED.id,
    "startedAt": "2026-11-28T00:00:00+00:00",
    "clientId": "sensor-7",
    "verdict": "REFUSED",
    "protocol": "MQTT 5 over WSS",
    "peer": "127.0.0.1",
    "authorizer": "A",
    "certificate": None,
    "reason": "the authorizer A is INACTIVE",
    "steps": [
        {"stage": "network", "passed": True, "detail": "127.0.0.1"},
        {"stage": "authorizer found", "passed": False, "detail": "the authorizer A is INACTIVE"},
    ],
    "duration": 0.02,
    "outcome": None,
    "request": {
        "authorizerName": "A",
        "mqttContext": {
            "username": "sensor-7?x-amz-customauthorizer-name=A",
            "password": "hunter2-hunter2",
            "clientId": "sensor-7",
        },
        "tlsContext": {"serverName": "localhost"},
    },
    "answer": "CONNACK 0x87, closed",
    "answerPacket": "CONNACK",
    "code": "0x87",
    "closes": True,
    "known": "measured",
    "source": pages.EMULATOR,
    "note": "over WebSocket, eu-west-1",
    "clientPrints": "mosquitto_pub exits with 135, which is 0x87; the AWS IoT Device SDK reports 5150 with the reason "
    "string",
}


def test_the_json_of_a_refusal() -> None:
    assert report.connection_json_of(invocation(REFUSED), REFUSED) == REFUSED_JSON


def test_the_json_of_an_accepted_connection_has_no_answer() -> None:
    accepted = replace(invocation(CONNECTED), duration=0.0123456789)
    value = report.connection_json_of(accepted, CONNECTED)
    assert list(value) == [key for key in REFUSED_JSON if key not in ANSWER]
    assert (value["reason"], value["duration"], value["verdict"]) == (None, 0.012346, "CONNECTED")
    assert value["outcome"] == {"isAuthenticated": True, "principalId": "s7", "policyDocuments": []}


ANSWER = ("answer", "answerPacket", "code", "closes", "known", "source", "note", "clientPrints")


@pytest.mark.parametrize(
    ("rule", "version", "answer"),
    [
        (rules.HTTP_REFUSED, None, ("HTTP 403", "HTTP", "403", False)),
        (rules.REFUSED, V3, ("closed", None, None, True)),
        (rules.REFUSED, None, ("closed", None, None, True)),
        (rules.REFUSED, V5, ("CONNACK 0x87, closed", "CONNACK", "0x87", True)),
        (rules.CONNECT_RATE, V5, ("CONNACK 0x97, closed", "CONNACK", "0x97", True)),
    ],
)
def test_the_answer_in_json(rule: Rule, version: int | None, answer: tuple[object, ...]) -> None:
    value = report.connection_json_of(invocation(REFUSED), replace(REFUSED, refused_by=rule.id, version=version))
    assert tuple(value[key] for key in ANSWER[:4]) == answer
    source = rule.response(version or V3).source
    assert (value["known"], value["source"], value["note"]) == (source.known.value, source.page, source.note or None)
    assert value["clientPrints"] == (printed(rule, version or V3) or None)


def test_the_json_of_decisions() -> None:
    decided = {"event": "decision", "id": CONNECTED.id, "clientId": "sensor-7"}
    allowed = report.decision_json_of(invocation(CONNECTED), ALLOWED)
    assert allowed == {**decided, "allowed": True, **decision_to_json(ALLOWED)}
    denied = report.decision_json_of(invocation(CONNECTED), DENIED)
    assert denied == {
        **decided,
        "allowed": False,
        **decision_to_json(DENIED),
        "answer": "PUBACK 0x87, stays connected",
        "answerPacket": "PUBACK",
        "code": "0x87",
        "closes": False,
        "known": "measured",
        "source": pages.EMULATOR,
        "note": "over port 8883 with the policies of X.509 certificates",
        "clientPrints": 'mosquitto_pub prints "Warning: Publish 1 failed: Not authorized." and exits with 0',
    }
    v3 = report.decision_json_of(invocation(replace(CONNECTED, version=V3)), DENIED)
    assert (v3["answer"], v3["code"], v3["closes"]) == ("closed", None, True)


def test_a_decision_outside_a_connection_has_no_id() -> None:
    bare = replace(invocation(CONNECTED), device=None, request=AuthorizerRequest("A"))
    for decision in (ALLOWED, DENIED):
        value = report.decision_json_of(bare, decision)
        assert (value["id"], value["clientId"]) == (None, None)
    assert value["answer"] == "closed"
    assert report.decision_line(bare, ALLOWED).startswith("allowed (no client id) PUBLISH")


def test_the_json_of_an_end() -> None:
    device = replace(CONNECTED, ended_by=rules.CLIENT_LEFT.id, lasted=1.23456789)
    ended = {
        "event": "end",
        "id": CONNECTED.id,
        "clientId": "sensor-7",
        "rule": "client-left",
        "reason": None,
        "lasted": 1.234568,
        "counts": {"published": 1, "subscribed": 2, "received": 3, "denied": 1},
    }
    assert report.end_json_of(invocation(device), device) == ended
    unfinished = replace(device, reason="r", lasted=None)
    assert report.end_json_of(invocation(device), unfinished) == {**ended, "reason": "r", "lasted": 0.0}


def test_everything_that_is_kept_of_a_connection() -> None:
    device = replace(CONNECTED, ended_by=rules.CLIENT_LEFT.id, lasted=1.0)
    shown = invocation(device)
    kept = [
        "passed  network: 127.0.0.1",
        "passed  TLS: SNI localhost, ALPN mqtt",
        "        on AWS: a warning",
        "passed  connected",
        report.decision_line(shown, ALLOWED),
        report.decision_line(shown, DENIED),
        f"refreshed: {report.refresh_words(2)}",
        report.end_line(shown, device),
    ]
    assert report.record_lines(shown, device) == ["sensor-7 over MQTT 5 over TLS, from 127.0.0.1", *kept]
    assert report.record_lines(invocation(REFUSED), REFUSED) == [
        "sensor-7 over MQTT 5 over WSS, from 127.0.0.1",
        "passed  network: 127.0.0.1",
        "failed  authorizer found: the authorizer A is INACTIVE",
        f"answered{report.response_words(rules.REFUSED, V5)}",
    ]
    nobody = replace(CONNECTED, peer="", steps=(), decisions=(), refreshes=0)
    assert report.record_lines(shown, nobody) == ["sensor-7 over MQTT 5 over TLS, from an unknown address"]
    for peer, published in (("127.0.0.1", []), ("192.0.2.1", ["published to a real broker: sensors/7"])):
        probe = replace(device, peer=peer, is_probe=True)
        assert report.record_lines(shown, probe) == [
            f"sensor-7 over MQTT 5 over TLS, to {peer}, a probe",
            *published,
            *kept[:4],
            *(f"{each.detail}; the policies of the earlier answer say {each.word}" for each in (ALLOWED, DENIED)),
            *kept[-2:],
        ]


def test_what_the_policies_had_said_is_kept_of_a_probe() -> None:
    connect = PacketDecision(0.0, "CONNECT", "c", action="iot:Connect", word="ALLOWED", detail="connected")
    publish = PacketDecision(
        0.0, "PUBLISH", "a", 1, "iot:Publish", "ALLOWED", detail="allowed: publish a (PUBACK 0x00)"
    )
    decisions = (connect, publish, replace(publish, word=None))
    device = DeviceConnection("i", Transport.TLS, "127.0.0.1", decisions=decisions, is_probe=True)
    assert report.record_lines(invocation(device), device)[1:] == [
        "the policies of the earlier answer say ALLOWED for connecting as c",
        "allowed: publish a (PUBACK 0x00); the policies of the earlier answer say ALLOWED",
        "allowed: publish a (PUBACK 0x00)",
    ]


def test_a_stage_where_nothing_was_checked_is_skipped() -> None:
    skipped = ConnectionStep(ConnectionStage.SIGNATURE, True, "signing is disabled", is_skipped=True)
    device = replace(CONNECTED, steps=(*STEPS, skipped))
    assert "skipped signature verified: signing is disabled" in report.record_lines(invocation(device), device)
    kept = to_json(device)
    assert [step.get("skipped") for step in kept["steps"]] == [None, None, None, True]
    assert from_json(Members(kept, "device")) == device


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
    assert report.throttle_line(shown, SENT) == (
        "throttled sensor-7: what it sends exceeds 512 KiB a second, and the rest waits [documented]; "
        "reported once per connection"
    )
    assert "what it receives" in report.throttle_line(shown, RECEIVED)
    throttled = replace(CONNECTED, throttled=SENT)
    assert "throttled: what it sends exceeds 512 KiB" in "\n".join(report.record_lines(shown, throttled))
    assert report.throttle_json_of(shown, RECEIVED) == {
        "event": "throttled",
        "id": CONNECTED.id,
        "clientId": "sensor-7",
        "direction": "received",
        "bytesPerSecond": 524_288,
        "known": "documented",
    }


def test_a_refresh_says_how_much_time_passed_and_how_fast() -> None:
    device = replace(CONNECTED, refreshes=1)
    line = report.refresh_line(invocation(device), device, 300, 60)
    assert line == (
        "refreshed sensor-7 after 300 s (5 s with --time-factor 60): the function was invoked again, once so far, and "
        "its documents replaced the previous ones"
    )
    again = replace(CONNECTED, refreshes=2)
    assert " after 300 s: the function was invoked again, 2 times so far" in report.refresh_line(
        invocation(again), again, 300, 1
    )
    assert report.record_lines(invocation(again), again)[-1].startswith("refreshed: the function was invoked again, 2")
    assert report.refresh_json_of(invocation(again), again, 300, 60) == {
        "event": "refresh",
        "id": CONNECTED.id,
        "clientId": "sensor-7",
        "refreshes": 2,
        "refreshAfterInSeconds": 300,
        "timeFactor": 60,
    }


def test_a_request_made_from_a_connection_is_named_after_its_client_id() -> None:
    assert report.connection_name(invocation(CONNECTED)) == "sensor-7"
    in_a_fleet = AuthorizerRequest("A", mqtt_context=MqttContext(client_id="fleet/7"))
    assert report.connection_name(replace(invocation(CONNECTED), request=in_a_fleet)) == "fleet-7"
    assert report.connection_name(replace(invocation(CONNECTED), request=AuthorizerRequest("A"))) == "A"


def test_the_page_names_every_key_of_an_event() -> None:
    page = (Path(__file__).parents[3] / "docs" / "devices.md").read_text()
    section = page.partition("## For scripts")[2].partition("\n## ")[0]
    accepted, refused = invocation(CONNECTED), invocation(REFUSED)
    events = (
        report.connection_json_of(accepted, CONNECTED),
        report.connection_json_of(refused, REFUSED),
        report.decision_json_of(accepted, ALLOWED),
        report.decision_json_of(accepted, DENIED),
        report.throttle_json_of(accepted, SENT),
        report.refresh_json_of(accepted, CONNECTED, 300, 60),
        report.end_json_of(accepted, CONNECTED),
    )
    for event in events:
        assert f"`{event['event']}`" in section
        assert [key for key in (*event, *event.get("counts", ())) if f"`{key}`" not in section] == []
