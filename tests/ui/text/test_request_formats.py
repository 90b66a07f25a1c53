from __future__ import annotations

import json

import pytest

from authlens.core.commands.read import parse_command_line
from authlens.core.deployment.deployment import Domain
from authlens.core.deployment.transport import transport_of
from authlens.core.request.authorizer import Authorizer
from authlens.core.request.request import AuthorizerRequest, HttpContext, MqttContext, TlsContext
from authlens.core.request.target import Target
from authlens.ui.text.request_formats import Rendering, renderings

AUTHORIZER = Authorizer("SensorAuth", token_key_name="token")
REQUEST = AuthorizerRequest(
    "SensorAuth",
    http_context=HttpContext((("X-Api-Key", "header-secret"),), "?token=query-secret"),
    mqtt_context=MqttContext("sensor-7", "password-secret", "sensor-7"),
    tls_context=TlsContext("iot.example.com"),
)
SECRETS = ("header-secret", "query-secret", "password-secret", "cGFzc3dvcmQtc2VjcmV0")


def of(request: AuthorizerRequest, reveal: bool = False) -> dict[str, Rendering]:
    return {each.id: each for each in renderings(request, Target(region="eu-west-1"), AUTHORIZER, reveal)}


def test_every_form_is_there_under_a_name_that_a_narrow_list_has_room_for() -> None:
    labels = [each.label for each in of(REQUEST).values()]
    assert labels[:5] == ["AWS CLI v2", "AWS CLI v1", "authlens", "boto3", "YAML"]
    assert labels[-4:] == ["Test event", "HTTPS event", "MQTT event", "WebSocket event"]
    assert len(labels) == len(set(labels)) == 16
    assert max(map(len, labels)) <= 15


@pytest.mark.parametrize("name", list(of(REQUEST)))
def test_secrets_are_masked_unless_they_are_wanted(name: str) -> None:
    assert not [secret for secret in SECRETS if secret in of(REQUEST)[name].text]
    assert [secret for secret in SECRETS if secret in of(REQUEST, reveal=True)[name].text]


@pytest.mark.parametrize("name", ["cli2", "invoke"])
def test_what_is_copied_can_be_pasted_again(name: str) -> None:
    assert parse_command_line(of(REQUEST, reveal=True)[name].text).request == REQUEST


def test_only_a_password_is_written_in_two_ways() -> None:
    assert of(REQUEST)["cli2"].note == "v2 takes the password in base64."
    assert of(AuthorizerRequest("A", "t", "s"))["cli2"].note == ""


def test_an_event_is_json() -> None:
    event = json.loads(of(REQUEST, reveal=True)["test"].text)
    assert event["protocolData"]["mqtt"]["clientId"] == "sensor-7"


def test_device_lines_are_those_that_the_domain_carries() -> None:
    domain = Domain("d", "d.example", "ENABLED", "CUSTOM_AUTH", "SECURE_MQTT", "A", True)
    found = renderings(REQUEST, Target(), None, reveal=True, transport=transport_of(domain, "A"))
    labels = {each.label for each in found}
    assert "mosquitto_pub" in labels
    assert not labels & {"curl", "WebSocket URL"}
