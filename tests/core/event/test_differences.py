from __future__ import annotations

import pytest

from authlens.core.event.differences import KINDS, Difference, differences
from authlens.core.event.event import Kind, real_event
from authlens.core.event.event import test_event as event_of_test
from authlens.core.request.request import AuthorizerRequest, HttpContext, MqttContext, TlsContext
from support.preflight import SIGNED

FULL = AuthorizerRequest(
    "A",
    http_context=HttpContext((("X-Token", "t"), ("plain", "p")), "?a=1"),
    mqtt_context=MqttContext("u", "secret", "c1"),
    tls_context=TlsContext("host"),
)
TOKEN = AuthorizerRequest("A", "t", "AAAA")


def found(kind: Kind, request: AuthorizerRequest) -> dict[str, Difference]:
    test = event_of_test(request, SIGNED if request.token else None, "id-1")
    real = real_event(kind, request, SIGNED if request.token else None, connection_id="id-2")
    return {each.path: each for each in differences(test, real)}


def test_a_websocket_connection_lowers_headers_and_drops_the_mark() -> None:
    assert {path: each.change for path, each in found("wss", FULL).items()} == {
        "protocolData.http.headers.X-Token": "only in test",
        "protocolData.http.headers.x-token": "only in real",
        "protocolData.http.headers.sec-websocket-protocol": "only in real",
        "protocolData.http.queryString": "differs",
        "connectionMetadata.id": "differs",
    }


def test_each_difference_says_why() -> None:
    those = found("wss", FULL)
    assert "arrives" not in those["protocolData.http.queryString"].why
    assert "without its '?'" in those["protocolData.http.queryString"].why
    assert (those["protocolData.http.queryString"].test, those["protocolData.http.queryString"].real) == (
        '"?a=1"',
        '"a=1"',
    )
    assert "lower case" in those["protocolData.http.headers.X-Token"].why
    assert "X-Token in the test event" in those["protocolData.http.headers.x-token"].why
    assert "subprotocol" in those["protocolData.http.headers.sec-websocket-protocol"].why


def test_a_protocol_leaves_out_what_it_does_not_carry() -> None:
    assert found("mqtt", FULL)["protocolData.http"].change == "only in test"
    assert found("http", FULL)["protocolData.mqtt"].change == "only in test"


@pytest.mark.parametrize("kind", KINDS)
def test_token_mode_lacks_all_protocol_data(kind: Kind) -> None:
    those = found(kind, TOKEN)
    assert those["protocolData"].change == "only in real"
    assert "Token mode" in those["protocolData"].why
    assert "token" not in those


@pytest.mark.parametrize("kind", KINDS)
@pytest.mark.parametrize("request_", [FULL, TOKEN], ids=["contexts", "token"])
def test_every_reason_is_a_known_one(kind: Kind, request_: AuthorizerRequest) -> None:
    assert not [each for each in found(kind, request_).values() if "a different value here" in each.why]


def test_equal_events_do_not_differ() -> None:
    event = event_of_test(FULL, None, "id")
    assert differences(event, event) == ()


def test_anything_else_is_named_without_a_guess() -> None:
    assert differences({"new": 1}, {"new": 2}) == (
        Difference("new", "differs", "1", "2", "The real connection has a different value here."),
    )
    header = {"protocolData": {"http": {"headers": {"a": "1"}}}}
    other = {"protocolData": {"http": {"headers": {"b": "1"}}}}
    assert [each.why for each in differences(header, other)] == [
        "A device sends a different value in this header.",
        "Over this connection the device carries it in a header.",
    ]


TESTED = {
    "protocolData": {
        "http": {"headers": {"a": "1", "B": "2", "c": "3"}, "queryString": "?x"},
        "mqtt": {"username": "u"},
    }
}
REAL = {
    "token": "t",
    "protocolData": {
        "tls": {"x509CertificatePem": "P"},
        "http": {"headers": {"a": "9", "b": "2", "d": "4", "sec-websocket-protocol": "mqtt"}, "queryString": "x"},
        "mqtt": {"username": "u?t"},
    },
}


def test_every_difference_is_listed_once_in_the_order_of_the_keys() -> None:
    headers = "protocolData.http.headers."
    carried = "The device carries token and signature in the username."
    assert differences(TESTED, REAL) == (
        Difference(headers + "a", "differs", '"1"', '"9"', "A device sends a different value in this header."),
        Difference(
            headers + "B",
            "only in test",
            '"2"',
            None,
            "A real connection delivers it as b: header names arrive in lower case.",
        ),
        Difference(headers + "c", "only in test", '"3"', None, "A device sends a different value in this header."),
        Difference(
            headers + "b",
            "only in real",
            None,
            '"2"',
            "It is B in the test event: header names arrive in lower case.",
        ),
        Difference(
            headers + "d", "only in real", None, '"4"', "Over this connection the device carries it in a header."
        ),
        Difference(
            headers + "sec-websocket-protocol",
            "only in real",
            None,
            '"mqtt"',
            "A WebSocket connection requests the subprotocol mqtt.",
        ),
        Difference(
            "protocolData.http.queryString",
            "differs",
            '"?x"',
            '"x"',
            "A real connection delivers the query string without its '?'.",
        ),
        Difference("protocolData.mqtt.username", "differs", '"u"', '"u?t"', carried),
        Difference(
            "protocolData.tls",
            "only in real",
            None,
            '{"x509CertificatePem": "P"}',
            "A real connection includes the server name.",
        ),
        Difference("token", "only in real", None, '"t"', "Over the real connection AWS finds and verifies the token."),
    )


def test_a_value_that_is_not_ascii_is_shown_as_it_is() -> None:
    (found_,) = differences({"a": "é"}, {"a": None})
    assert (found_.test, found_.real) == ('"é"', "null")
