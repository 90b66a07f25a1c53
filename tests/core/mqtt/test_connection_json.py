"""A record to JSON and back."""

from __future__ import annotations

import json

import pytest

from authlens.core.mqtt import connection_json
from authlens.core.mqtt.connection import DeviceConnection, PresentedCertificate, Transport
from authlens.core.text.json_members import Members
from support.device_records import CONNECTED, DENIED, REFUSED

WITH_CERTIFICATE = DeviceConnection("i", Transport.MQTTS, certificate=PresentedCertificate("ab12", "CN=sensor-7"))


def back(device: DeviceConnection) -> DeviceConnection:
    text = json.dumps(connection_json.to_json(device))
    return connection_json.from_json(Members(json.loads(text), "device"))


@pytest.mark.parametrize("device", [CONNECTED, REFUSED, DeviceConnection("i", Transport.TCP), WITH_CERTIFICATE])
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
