from __future__ import annotations

import json

import pytest

from authlens.core.request.request import AuthorizerRequest, MqttContext
from authlens.core.request.target import Target
from authlens.core.saved.saved_request import SavedRequest
from authlens.ui.model.pasted import Unreadable, holds_request, read_pasted, words_of

EVENT = {
    "protocolData": {"mqtt": {"username": "sensor-7?x-amz-customauthorizer-name=SensorAuth", "clientId": "sensor-7"}},
    "protocols": ["mqtt"],
    "signatureVerified": False,
    "connectionMetadata": {"id": "00000000-0000-4000-8000-000000000000"},
}
LOGGED = json.dumps(EVENT, indent=2)
COMMAND = "aws iot test-invoke-authorizer \\\n  --authorizer-name A --mqtt-context username=u --region eu-west-1"


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        (COMMAND, True),
        ("$ authlens invoke --authorizer-name A", True),
        (LOGGED, True),
        (json.dumps(EVENT), True),
        (f"2026-11-23T09:30:00Z\tINFO\t{EVENT!r}\n", True),
        ('{"signatureVerified": true}', False),
        ("signatureVerified\nprotocolData {", False),
        ('{"Version": "2012-10-17",\n "Statement": []}', False),
        ("aws", False),
        ("sensor-7", False),
        ("", False),
        ("{" * 500 + "protocolData", False),
    ],
    ids=lambda value: repr(value)[:30],
)
def test_only_what_is_a_whole_request_fills_the_form(text: str, expected: bool) -> None:
    assert holds_request(text) is expected


def test_a_command_is_read_with_its_target() -> None:
    read = read_pasted(COMMAND, "ignored")
    assert read.what == "command"
    assert read.saved == SavedRequest(
        AuthorizerRequest("A", mqtt_context=MqttContext("u")), target=Target(region="eu-west-1")
    )


def test_a_broken_command_says_where() -> None:
    with pytest.raises(Unreadable, match="line 1, column 32: "):
        read_pasted("aws iot test-invoke-authorizer --nonsense x", "")


def test_an_event_names_its_authorizer_or_keeps_that_of_the_form() -> None:
    assert read_pasted(LOGGED, "Other").saved.request.authorizer_name == "SensorAuth"
    nameless = LOGGED.replace("?x-amz-customauthorizer-name=SensorAuth", "")
    assert read_pasted(nameless, "Other").saved.request.authorizer_name == "Other"
    assert any("name" in note for note in read_pasted(nameless, "").notes)


def test_words_of_a_device_are_recognised_and_nothing_else_is() -> None:
    said = words_of("Connection interrupted: AWS_ERROR_MQTT_UNEXPECTED_HANGUP")
    assert said.startswith("AWS IoT Device SDK v2, stage connect: AWS_ERROR_MQTT_UNEXPECTED_HANGUP\n")
    assert "(reported)" in said
    assert "\n1. the function was not invoked" in said
    assert "\nNext: " in said
    assert words_of('{"foo": 1}').startswith("Not recognised")
