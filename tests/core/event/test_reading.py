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


def test_the_largest_text_is_searched() -> None:
    text = json.dumps({"token": "t", "signatureVerified": True})
    assert read_event(text + " " * (1_048_576 - len(text)), "A").request == AuthorizerRequest("A", "t")


@pytest.mark.parametrize(("length", "is_read"), [(262_144, True), (262_145, False)])
def test_a_python_literal_is_read_up_to_the_length_of_a_log_line(length: int, is_read: bool) -> None:
    event = "{'signatureVerified': True, 'token': 't'}"
    text = event[:-1] + " " * (length - len(event) + 1) + "}"
    assert text.rfind("}") == length
    if is_read:
        assert read_event(text, "A").request.token == "t"
    else:
        with pytest.raises(UnreadableEvent):
            read_event(text, "A")


@pytest.mark.parametrize("depth", [3, 4])
@pytest.mark.parametrize("is_text", [False, True])
def test_an_event_may_be_three_envelopes_deep(depth: int, is_text: bool) -> None:
    value: object = {"signatureVerified": True, "token": "t"}
    for _ in range(depth):
        value = {"m": json.dumps(value) if is_text else value}
    if depth == 3:
        assert read_event(json.dumps(value), "A").request.token == "t"
    else:
        with pytest.raises(UnreadableEvent):
            read_event(json.dumps(value), "A")


def test_the_first_of_several_events_counts() -> None:
    first, second = ({"signatureVerified": True, "token": token} for token in ("1", "2"))
    assert read_event(f"{json.dumps(first)} {json.dumps(second)}", "A").request.token == "1"
    both = {"protocols": [], "token": "outer", "inner": {"signatureVerified": True, "token": "inner"}}
    assert read_event(json.dumps(both), "A").request.token == "outer"


NOTES = {
    "nothing but a name": (
        {"signatureVerified": False},
        ("The event does not name the authorizer: fill in its name.",),
    ),
    "a token alone": (
        {"token": "t", "signatureVerified": True},
        (
            "An event contains no signature: sign the token again before sending.",
            "The event does not name the authorizer: fill in its name.",
        ),
    ),
    "a token and contexts": (
        {"token": "t 1", "protocolData": {"mqtt": {"username": f"u?key=t%201&{AUTHORIZER_NAME}=A"}}},
        ("The token was found in the contexts, so the member token is left empty.",),
    ),
    "a token that no context contains": (
        {"token": "abc", "protocolData": {"mqtt": {"username": f"u?{AUTHORIZER_NAME}=A"}}},
        (
            "The contexts do not contain the event's token, so it is in the member token: a test call sends either the "
            "token with a new signature, or the contexts.",
        ),
    ),
    "a query string without its mark and a raw password": (
        {"protocolData": {"http": {"queryString": f"{AUTHORIZER_NAME}=A"}, "mqtt": {"password": "not base64!"}}},
        (
            "Added '?' in front of the query string: a test call needs it.",
            "The password in the event is not base64; it was taken as is.",
        ),
    ),
    "a query string with its mark": ({"protocolData": {"http": {"queryString": f"?{AUTHORIZER_NAME}=A"}}}, ()),
    "a certificate without an id": (
        {"protocolData": {"tls": {"x509CertificatePem": "P"}, "http": {"queryString": f"?{AUTHORIZER_NAME}=A"}}},
        (
            "The event contains a client certificate (CUSTOM_AUTH_X509), which a test call cannot include. It is kept "
            "for policy variables, the event of a real connection and device commands.",
        ),
    ),
}


@pytest.mark.parametrize(("event", "notes"), NOTES.values(), ids=NOTES)
def test_what_the_event_does_not_say_is_noted(event: dict[str, Any], notes: tuple[str, ...]) -> None:
    read = read_event(json.dumps(event))
    assert read.notes == notes
    assert (read.request.token == event.get("token")) is not any("left empty" in note for note in notes)


def test_a_given_name_needs_no_note() -> None:
    event = {"protocolData": {"mqtt": {"username": f"u?{AUTHORIZER_NAME}=Found"}}}
    read = read_event(json.dumps(event), "Given")
    assert (read.request.authorizer_name, read.notes) == ("Given", ())


@pytest.mark.parametrize(
    ("tls", "presented", "certificate"),
    [
        ({"principalId": "abc"}, Presented("", "abc"), None),
        ({"x509CertificatePem": "P"}, Presented("P", ""), Certificate("P")),
        ({"x509CertificatePem": 7}, None, None),
    ],
)
def test_half_a_certificate_is_kept_too(
    tls: dict[str, Any], presented: Presented | None, certificate: Certificate | None
) -> None:
    read = read_event(json.dumps({"protocolData": {"tls": tls}}), "A")
    assert (read.presented, read.certificate) == (presented, certificate)


def test_headers_that_are_not_text_become_text() -> None:
    event = {"protocolData": {"http": {"headers": {"a": 1}, "queryString": ""}}}
    assert read_event(json.dumps(event), "A").request.http_context == HttpContext((("a", "1"),))
