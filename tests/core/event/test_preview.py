from __future__ import annotations

import pytest

from authlens.core.event.event import Kind, Presented, real_event
from authlens.core.event.event import test_event as event_of_test
from authlens.core.event.preview import preview_event
from authlens.core.request.request import AuthorizerRequest, MqttContext, TlsContext

REQUEST = AuthorizerRequest("A", mqtt_context=MqttContext("u", "secret", "c"))


def test_it_is_the_event_that_the_function_receives() -> None:
    assert preview_event("test", REQUEST, None, "id") == event_of_test(REQUEST, None, "id")
    assert preview_event("wss", REQUEST, None, "id") == real_event("wss", REQUEST, connection_id="id")


def test_a_password_that_is_resolved_later_is_shown_as_written() -> None:
    request = AuthorizerRequest("A", mqtt_context=MqttContext("u", "${env:PASSWORD}"))
    assert preview_event("mqtt", request, None, "id")["protocolData"]["mqtt"]["password"] == "${env:PASSWORD}"


def test_a_publish_has_no_password_to_show() -> None:
    request = AuthorizerRequest("A", mqtt_context=MqttContext("u", "${env:PASSWORD}"))
    assert "mqtt" not in preview_event("http", request, None, "id")["protocolData"]


def test_an_escaped_reference_is_the_text_that_is_sent() -> None:
    request = AuthorizerRequest("A", mqtt_context=MqttContext("$${env:X}", "$${env:X}", "c"))
    sent = AuthorizerRequest("A", mqtt_context=MqttContext("${env:X}", "${env:X}", "c"))
    event = preview_event("test", request, None, "id")
    assert event == event_of_test(sent, None, "id") == preview_event("test", sent, None, "id", is_resolved=True)


@pytest.mark.parametrize("kind", ["mqtt", "http", "wss"])
def test_a_real_connection_shows_the_certificate_that_no_test_call_carries(kind: Kind) -> None:
    presented = Presented("PEM", "abc123")
    request = AuthorizerRequest("A", tls_context=TlsContext("h.example"))
    real = preview_event(kind, request, None, "1", presented=presented)
    tls = {"serverName": "h.example", "x509CertificatePem": "PEM", "principalId": "abc123"}
    assert real["protocolData"]["tls"] == tls
    assert preview_event("test", request, None, "1", presented=presented)["protocolData"]["tls"] == {
        "serverName": "h.example"
    }


def test_a_masked_password_is_shown_masked_and_other_text_as_base64() -> None:
    for password, shown in (("[redacted]", "[redacted]"), ("secret", "c2VjcmV0"), (b"\xff", "/w==")):
        request = AuthorizerRequest("A", mqtt_context=MqttContext("u", password))
        assert preview_event("mqtt", request, None, "id")["protocolData"]["mqtt"]["password"] == shown
        resolved = preview_event("mqtt", request, None, "id", is_resolved=True)["protocolData"]["mqtt"]["password"]
        assert resolved == ("W3JlZGFjdGVkXQ==" if password == "[redacted]" else shown)
    assert "protocolData" not in preview_event("test", AuthorizerRequest("A", "t"), None, "id")
