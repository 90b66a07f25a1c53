"""A record to JSON and back."""

from __future__ import annotations

import json
from dataclasses import replace
from pathlib import Path

import pytest

from authlens.core.mqtt import connection_json
from authlens.core.mqtt.connection import (
    RECEIVED,
    ConnectionStage,
    ConnectionStep,
    Counts,
    DeviceConnection,
    PacketDecision,
    PresentedCertificate,
    Transport,
)
from authlens.core.text.json_members import Members
from support.device_records import CONNECTED, DENIED, REFUSED

WITH_CERTIFICATE = DeviceConnection("i", Transport.MQTTS, certificate=PresentedCertificate("ab12", "CN=sensor-7"))
THROTTLED = replace(CONNECTED, throttled=RECEIVED)


def back(device: DeviceConnection) -> DeviceConnection:
    text = json.dumps(connection_json.to_json(device))
    return connection_json.from_json(Members(json.loads(text), "device"))


@pytest.mark.parametrize(
    "device", [CONNECTED, REFUSED, DeviceConnection("i", Transport.TCP), WITH_CERTIFICATE, THROTTLED]
)
def test_a_record_comes_back(device: DeviceConnection) -> None:
    assert back(device) == device


def test_a_decision_comes_back() -> None:
    assert connection_json.decision_from_json(connection_json.decision_to_json(DENIED)) == DENIED


@pytest.mark.parametrize(
    "value",
    [{"id": "i"}, {"id": "i", "transport": "pigeon"}, {"id": "i", "transport": "tcp", "steps": [{"stage": "x"}]}],
)
def test_what_is_not_a_record_is_a_value_error(value: object) -> None:
    with pytest.raises(ValueError, match=r"needs|is not a"):
        connection_json.from_json(Members(value, "device"))


def test_a_whole_record_as_json() -> None:
    full = replace(
        CONNECTED,
        certificate=PresentedCertificate("ab12", "CN=s"),
        ended_by="client-left",
        lasted=1.5,
        is_probe=True,
        own_listener=True,
        listener_reasons=("the authorizer A is INACTIVE",),
        decisions=(DENIED,),
    )
    assert connection_json.to_json(full) == {
        "id": "0f8fad5b-d9cb-469f-a165-70867728950e",
        "transport": "mqtts",
        "protocol": "MQTT 5 over TLS",
        "peer": "127.0.0.1",
        "mqtt": 5,
        "serverName": "localhost",
        "alpn": ["mqtt"],
        "certificate": {"id": "ab12", "subject": "CN=s"},
        "steps": [
            {"stage": "network", "passed": True, "detail": "127.0.0.1"},
            {"stage": "TLS", "passed": True, "detail": "SNI localhost, ALPN mqtt", "warning": "a warning"},
            {"stage": "connected", "passed": True},
        ],
        "event": '{"token":"t"}',
        "decisions": [
            {
                "at": 2.5,
                "packet": "PUBLISH",
                "topic": "alarms/7",
                "qos": 1,
                "action": "iot:Publish",
                "word": "IMPLICIT_DENY",
                "rule": "publish-denied",
                "detail": "no statement allows it",
            }
        ],
        "counts": {"published": 1, "subscribed": 2, "received": 3, "denied": 1},
        "endedBy": "client-left",
        "lasted": 1.5,
        "refreshes": 2,
        "isProbe": True,
        "ownListener": True,
        "listenerReasons": ["the authorizer A is INACTIVE"],
    }
    assert back(full) == full
    page = (Path(__file__).parents[3] / "docs" / "files.md").read_text()
    (row,) = (line for line in page.splitlines() if line.startswith("| `device` |"))
    assert [key for key in connection_json.to_json(full) if f"`{key}`" not in row] == []


def test_what_is_absent_or_empty_is_left_out() -> None:
    nothing = {"published": 0, "subscribed": 0, "received": 0, "denied": 0}
    assert connection_json.to_json(DeviceConnection("i", Transport.TCP)) == {
        "id": "i",
        "transport": "tcp",
        "protocol": "TCP",
        "counts": nothing,
    }


def test_what_is_left_out_has_its_default() -> None:
    least = {"id": "i", "transport": "wss", "steps": [{"stage": "TLS"}], "decisions": [{"packet": "CONNECT"}]}
    assert connection_json.from_json(Members({**least, "counts": {"denied": 2}}, "device")) == DeviceConnection(
        "i",
        Transport.WSS,
        steps=(ConnectionStep(ConnectionStage.TLS, False),),
        decisions=(PacketDecision(0.0, "CONNECT", ""),),
        counts=Counts(0, 0, 0, 2),
    )
