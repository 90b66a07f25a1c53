"""The request of a probe is that of the device lines: name, token and signature where each protocol wants them."""

from __future__ import annotations

from dataclasses import replace

import pytest

from authlens.core.commands.probe_plan import client_id_of, planned
from authlens.core.deployment.transport import DeviceTransport
from authlens.core.probe.plan import ProbePlan
from authlens.core.request.authorizer import AUTHORIZER_NAME, SIGNATURE_NAME
from authlens.core.request.request import AuthorizerRequest, HttpContext, MqttContext
from authlens.core.saved.expectation import Expectation, Question
from authlens.core.saved.saved_request import SavedRequest

SIGNED = AuthorizerRequest("Fleet", token="t k", token_signature="a+/=")


def test_over_mqtt_they_are_in_the_username_and_encoded() -> None:
    plan = planned(ProbePlan("h"), SIGNED, "tok", DeviceTransport())

    assert plan.username is not None
    assert f"{AUTHORIZER_NAME}=Fleet" in plan.username
    assert f"{SIGNATURE_NAME}=a%2B%2F%3D" in plan.username
    assert "tok=t%20k" in plan.username
    assert plan.alpn == ("mqtt",)
    assert plan.client_id


def test_a_domain_that_decides_the_protocol_needs_no_alpn() -> None:
    assert planned(ProbePlan("h"), SIGNED, "tok", DeviceTransport(alpn=None)).alpn == ()


def test_over_https_they_are_headers_or_in_the_query_string() -> None:
    plan = planned(ProbePlan("h", way="https"), SIGNED, "tok", DeviceTransport())

    assert dict(plan.headers)[AUTHORIZER_NAME] == "Fleet"
    assert plan.username is None
    assert plan.client_id == ""


def test_over_a_websocket_a_login_by_mqtt_stays_one() -> None:
    request = AuthorizerRequest(
        "A", mqtt_context=MqttContext("u", "p", "c1"), http_context=HttpContext(None, "?room=1")
    )
    plan = planned(ProbePlan("h", way="wss"), request, None, DeviceTransport())

    assert plan.username == f"u?{AUTHORIZER_NAME}=A"
    assert plan.password == b"p"
    assert plan.query == "room=1"
    assert plan.client_id == "c1"


def test_over_a_websocket_without_one_the_url_and_headers_carry_them_once() -> None:
    plan = planned(ProbePlan("h", way="wss"), SIGNED, "tok", DeviceTransport())
    everything = "&".join((plan.query, *(f"{name}={value}" for name, value in plan.headers)))

    assert everything.count(AUTHORIZER_NAME) == 1
    assert everything.count(SIGNATURE_NAME) == 1


def test_another_client_id_may_be_used() -> None:
    request = AuthorizerRequest("A", mqtt_context=MqttContext("u", "p", "c1"))

    assert planned(ProbePlan("h", client_id="mine"), request, None, DeviceTransport()).client_id == "mine"


MQTT_USER = f"u?{AUTHORIZER_NAME}=A&{SIGNATURE_NAME}=s&tok=t"
EVERYWHERE = AuthorizerRequest("A", "t", "s", HttpContext((("Tok", "h"),), "?a=1"), MqttContext("u", "p", "c1"))
HEADERS = (("Tok", "h"), (AUTHORIZER_NAME, "A"), (SIGNATURE_NAME, "s"))


@pytest.mark.parametrize(
    ("request_", "plan"),
    [
        (EVERYWHERE, ProbePlan("h", client_id="c1", username=MQTT_USER, password=b"p", alpn=("mqtt",))),
        (
            EVERYWHERE,
            ProbePlan("h", way="https", client_id="", headers=HEADERS, query="a=1", alpn=("mqtt",)),
        ),
        (
            EVERYWHERE,
            ProbePlan("h", 443, "wss", 5, "c1", MQTT_USER, b"p", (("Tok", "h"),), "a=1", ("mqtt",)),
        ),
        (
            AuthorizerRequest(mqtt_context=MqttContext(password=b"\xff")),
            ProbePlan("h", way="wss", client_id="authlens-probe", password=b"\xff", alpn=("mqtt",)),
        ),
        (
            replace(EVERYWHERE, mqtt_context=MqttContext(client_id="c1")),
            ProbePlan("h", way="wss", client_id="c1", headers=HEADERS, query="a=1", alpn=("mqtt",)),
        ),
        (
            AuthorizerRequest("A", " t"),
            ProbePlan(
                "h", 443, "wss", 5, "authlens-probe", None, None, ((AUTHORIZER_NAME, "A"),), "tok=%20t", ("mqtt",)
            ),
        ),
        (AuthorizerRequest(), ProbePlan("h", client_id="authlens-probe", alpn=("mqtt",))),
    ],
)
def test_the_whole_plan(request_: AuthorizerRequest, plan: ProbePlan) -> None:
    assert planned(ProbePlan("h", way=plan.way), request_, "tok", DeviceTransport()) == plan


def test_a_parameter_whose_name_is_encoded_is_sent_once() -> None:
    request = AuthorizerRequest("A", "t", http_context=HttpContext(query_string="?my%20tok=t"))
    plan = planned(ProbePlan("h", way="wss"), request, "my tok", DeviceTransport())
    assert (plan.headers, plan.query) == (((AUTHORIZER_NAME, "A"),), "my%20tok=t")


def test_a_token_without_a_key_name_is_named_token() -> None:
    plan = planned(ProbePlan("h", way="https"), AuthorizerRequest(None, "t"), None, DeviceTransport())
    assert plan.headers == (("token", "t"),)


@pytest.mark.parametrize(
    ("request_", "allowed", "client_id"),
    [
        (AuthorizerRequest("A", mqtt_context=MqttContext(client_id="own")), ["iot:Connect client/other"], "own"),
        (SIGNED, ["iot:Publish topic/a", "iot:Connect client/truck42", "iot:Connect client/b"], "truck42"),
        (SIGNED, ["iot:Connect arn:aws:iot:eu-west-1:111122223333:client/t-1"], "t-1"),
        (SIGNED, ["iot:Connect client/t-*", "iot:Connect client/${iot:ClientId}", "iot:Connect client/"], None),
        (SIGNED, [], None),
    ],
)
def test_the_client_id_is_the_requests_or_that_of_the_expectation(
    request_: AuthorizerRequest, allowed: list[str], client_id: str | None
) -> None:
    expected = Expectation(allow=tuple(Question(*each.split(" ")) for each in allowed))
    assert client_id_of(SavedRequest(request_, expect=expected)) == client_id
    assert client_id_of(SavedRequest(SIGNED)) is None
