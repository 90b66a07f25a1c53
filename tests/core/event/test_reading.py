from __future__ import annotations

import json
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from authlens.core.event.event import Presented, real_event
from authlens.core.event.event import test_event as event_of_test
from authlens.core.event.reading import _MARKS, UnreadableEvent, read_event
from authlens.core.request.authorizer import AUTHORIZER_NAME
from authlens.core.request.request import AuthorizerRequest, HttpContext, MqttContext, TlsContext
from authlens.core.saved.certificate import Certificate
from authlens.store.references import References

FULL = AuthorizerRequest(
    "A",
    http_context=HttpContext((("x-token", "t"),), "?a=1"),
    mqtt_context=MqttContext("u", "secret", "c1"),
    tls_context=TlsContext("host"),
)
EVENT = event_of_test(FULL, None, "id")

WRAPPINGS = {
    "JSON": json.dumps(EVENT),
    "indented": json.dumps(EVENT, indent=4),
    "printed by Python": str(EVENT),
    "a log line": f"2026-11-23T12:00:00Z\t9c1b-4f\tINFO\t{json.dumps(EVENT)}",
    "a log line of Python": f"[INFO] 9c1b event is {EVENT!r}\n",
    "a broken object before it": "{not it} " + json.dumps(EVENT),
    "another object before it": '{"level": "INFO"} ' + json.dumps(EVENT),
    "an envelope": json.dumps({"level": "INFO", "message": {"event": EVENT}}),
    "text in an envelope": json.dumps({"level": "INFO", "message": f"event: {json.dumps(EVENT)}"}),
}


@pytest.mark.parametrize("text", WRAPPINGS.values(), ids=WRAPPINGS.keys())
def test_an_event_is_read_however_it_was_logged(text: str) -> None:
    assert read_event(text, "A").request == FULL


NAMES = st.text(min_size=1)
TEXTS = st.none() | st.text()
REQUESTS = st.builds(
    AuthorizerRequest,
    st.just("A"),
    st.none(),
    st.none(),
    st.none()
    | st.builds(
        HttpContext, st.dictionaries(NAMES, st.text(), max_size=3).map(lambda each: tuple(each.items())), st.none()
    ),
    st.none() | st.builds(MqttContext, TEXTS, st.none() | st.binary(min_size=1), TEXTS),
    st.builds(TlsContext, st.text()),
)


@given(REQUESTS)
def test_a_request_survives_its_event(request_: AuthorizerRequest) -> None:
    read = read_event(json.dumps(event_of_test(request_, None, "id")), "A").request
    sent = References({}).resolve(read)
    assert (sent.http_context, sent.tls_context) == (request_.http_context, request_.tls_context)
    assert sent.to_api() == request_.to_api()


def test_nothing_in_an_event_is_a_reference() -> None:
    hostile = {"username": "${file:/etc/passwd}", "password": "JHtlbnY6U0VDUkVUfQ==", "clientId": "$${env:X}"}
    read = read_event(json.dumps({"token": "t", "protocolData": {"mqtt": hostile}}), "A").request
    assert read.mqtt_context == MqttContext("$${file:/etc/passwd}", "$${env:SECRET}", "$$${env:X}")
    assert read_event('{"token": "${env:X}", "signatureVerified": true}', "A").request.token == "$${env:X}"


OTHER = st.text().filter(lambda text: not any(mark in text for mark in _MARKS))


@given(OTHER | st.recursive(st.none() | OTHER, lambda inner: st.dictionaries(OTHER, inner)).map(json.dumps))
def test_anything_else_is_said_to_be_no_event(text: str) -> None:
    with pytest.raises(UnreadableEvent, match="No authorizer event"):
        read_event(text)


def test_what_node_prints_of_an_object_is_recognised_as_no_json() -> None:
    printed = "INFO {\n  signatureVerified: false,\n  protocolData: { mqtt: [Object] }\n}"
    with pytest.raises(UnreadableEvent, match=r"JSON\.stringify"):
        read_event(printed)


def test_a_real_event_gets_back_what_a_test_call_needs() -> None:
    read = read_event(json.dumps(real_event("wss", FULL, connection_id="id")), "A")
    assert read.request.http_context is not None
    assert read.request.http_context.query_string == "?a=1"
    assert any("'?'" in note for note in read.notes)


def test_a_token_event_needs_its_signature_again() -> None:
    read = read_event(json.dumps(event_of_test(AuthorizerRequest("A", "t", "s"), None, "id")), "A")
    assert read.request == AuthorizerRequest("A", "t")
    assert any("sign" in note for note in read.notes)


def test_a_token_in_the_contexts_is_not_repeated() -> None:
    event = {**EVENT, "token": "t", "signatureVerified": True}
    read = read_event(json.dumps(event), "A")
    assert read.request == FULL
    assert any("contexts" in note for note in read.notes)


def test_the_authorizer_s_name_is_taken_from_the_contexts_or_asked_for() -> None:
    named = AuthorizerRequest(mqtt_context=MqttContext(f"u?{AUTHORIZER_NAME}=Found"))
    assert read_event(json.dumps(event_of_test(named, None, "id"))).request.authorizer_name == "Found"
    unnamed = read_event(json.dumps(EVENT))
    assert unnamed.request.authorizer_name is None
    assert any("name" in note for note in unnamed.notes)


@pytest.mark.parametrize(
    ("mqtt", "password"),
    [
        ({"password": "c2VjcmV0"}, "secret"),
        ({"password": "/w=="}, b"\xff"),
        ({"password": "not base64!"}, "not base64!"),
        ({"password": ""}, None),
        ({"password": 7}, None),
        ({}, None),
    ],
)
def test_a_password_is_decoded(mqtt: dict[str, Any], password: str | bytes | None) -> None:
    read = read_event(json.dumps({"protocolData": {"mqtt": mqtt}}), "A")
    assert read.request.mqtt_context == MqttContext(password=password)


@pytest.mark.parametrize("protocols", [None, [], "x", {"http": 1, "mqtt": [], "tls": None}, {"http": {"headers": 3}}])
def test_members_of_the_wrong_type_are_passed_over(protocols: object) -> None:
    read = read_event(json.dumps({"protocolData": protocols}), "A")
    assert read.request.mqtt_context is None


def test_a_text_of_megabytes_is_not_searched() -> None:
    with pytest.raises(UnreadableEvent, match="1 MiB"):
        read_event("{" * 1_048_577)


def test_deep_nesting_ends() -> None:
    with pytest.raises(UnreadableEvent):
        read_event('{"a":' * 3000 + "1" + "}" * 3000)


def test_a_client_certificate_is_kept_and_said_to_be_beyond_a_test_call() -> None:
    tls = {"serverName": "h", "x509CertificatePem": "-----BEGIN CERTIFICATE-----", "principalId": "abc"}
    event = {"protocols": ["tls", "mqtt"], "protocolData": {"tls": tls, "mqtt": {"clientId": "c"}}}
    read = read_event(json.dumps(event), "A")
    assert read.presented == Presented("-----BEGIN CERTIFICATE-----", "abc")
    assert read.certificate == Certificate("-----BEGIN CERTIFICATE-----")
    assert read.request.mqtt_context == MqttContext(client_id="c")
    assert any("a test call cannot include" in note and "principalId abc" in note for note in read.notes)
    assert read_event('{"protocolData": {"tls": {"serverName": "h"}}}', "A").presented is None
