"""Every row of contract §4: the event of a test call and of a real connection."""

from __future__ import annotations

from typing import Any, get_args

import pytest

from authlens.core.event import event
from authlens.core.request.authorizer import SIGNATURE_NAME, Authorizer
from authlens.core.request.request import AuthorizerRequest

ID = "0f8fad5b-d9cb-469f-a165-70867728950e"
PLAIN = Authorizer("a", signing_disabled=True, token_key_name="tok")
SIGNED = Authorizer("s", token_key_name="tok")
METADATA = {"connectionMetadata": {"id": ID}}


def request(**members: Any) -> AuthorizerRequest:
    return AuthorizerRequest.from_api({"authorizerName": "a", **members})


EVERYTHING = request(
    tlsContext={"serverName": "iot.example.com"},
    httpContext={"headers": {"X-Mixed-Case": "Value"}, "queryString": "?a=b&c=d"},
    mqttContext={"username": "u?tok=t", "password": "secret", "clientId": "c"},
)
MQTT = {"username": "u?tok=t", "password": "c2VjcmV0", "clientId": "c"}
TLS = {"serverName": "iot.example.com"}

TEST_EVENTS: list[tuple[str, AuthorizerRequest, Authorizer | None, dict[str, Any]]] = [
    (
        "token mode",
        request(token="t", tokenSignature="s"),
        SIGNED,
        {"token": "t", "signatureVerified": True, **METADATA},
    ),
    (
        "all contexts, unsigned, as sent",
        EVERYTHING,
        PLAIN,
        {
            "signatureVerified": False,
            "protocols": ["tls", "http", "mqtt"],
            "protocolData": {
                "tls": TLS,
                "http": {"headers": {"X-Mixed-Case": "Value"}, "queryString": "?a=b&c=d"},
                "mqtt": MQTT,
            },
            **METADATA,
        },
    ),
    (
        "signed: the token is found and said",
        request(mqttContext={"username": f"u?tok=a%2Fb&{SIGNATURE_NAME}=s"}),
        SIGNED,
        {
            "token": "a/b",
            "signatureVerified": True,
            "protocols": ["mqtt"],
            "protocolData": {"mqtt": {"username": f"u?tok=a%2Fb&{SIGNATURE_NAME}=s"}},
            **METADATA,
        },
    ),
    (
        "absent members stay absent, empty contexts stay",
        request(httpContext={"headers": {}}, tlsContext={}),
        None,
        {
            "signatureVerified": False,
            "protocols": ["tls", "http"],
            "protocolData": {"tls": {}, "http": {"headers": {}}},
            **METADATA,
        },
    ),
    (
        "a password of bytes is base64",
        request(mqttContext={"password": b"\xff\x00"}),
        PLAIN,
        {
            "signatureVerified": False,
            "protocols": ["mqtt"],
            "protocolData": {"mqtt": {"password": "/wA="}},
            **METADATA,
        },
    ),
]


@pytest.mark.parametrize(
    ("sent", "authorizer", "expected"), [pytest.param(*case[1:], id=case[0]) for case in TEST_EVENTS]
)
def test_of_a_test_call(sent: AuthorizerRequest, authorizer: Authorizer | None, expected: dict[str, Any]) -> None:
    assert event.test_event(sent, authorizer, ID) == expected


def test_the_connection_id_is_lower_case() -> None:
    assert event.test_event(EVERYTHING, PLAIN, ID.upper())["connectionMetadata"] == {"id": ID}


@pytest.mark.parametrize(
    ("text", "presented"),
    [
        ('{"protocolData": {"tls": {"x509CertificatePem": "P", "principalId": "i"}}}', event.Presented("P", "i")),
        ('{"protocolData": {"tls": {"serverName": "x"}}}', None),
        ('{"protocolData": {"tls": {"x509CertificatePem": 1, "principalId": "i"}}}', None),
        ("[]", None),
        ("{", None),
    ],
)
def test_the_certificate_of_an_event_that_was_received(text: str, presented: event.Presented | None) -> None:
    assert event.presented_in(text) == presented


REAL_EVENTS: list[tuple[str, event.Kind, AuthorizerRequest, dict[str, Any]]] = [
    (
        "publish over HTTPS",
        "http",
        EVERYTHING,
        {"tls": TLS, "http": {"headers": {"x-mixed-case": "Value"}, "queryString": "a=b&c=d"}},
    ),
    ("MQTT", "mqtt", EVERYTHING, {"tls": TLS, "mqtt": MQTT}),
    (
        "MQTT over WebSocket",
        "wss",
        EVERYTHING,
        {
            "tls": TLS,
            "http": {
                "headers": {"x-mixed-case": "Value", "sec-websocket-protocol": "mqtt"},
                "queryString": "a=b&c=d",
            },
            "mqtt": MQTT,
        },
    ),
    (
        "no query, no server name",
        "wss",
        request(mqttContext={"clientId": "c"}, tlsContext={}),
        {"http": {"headers": {"sec-websocket-protocol": "mqtt"}, "queryString": ""}, "mqtt": {"clientId": "c"}},
    ),
    (
        "a subprotocol of the user's own stays",
        "wss",
        request(httpContext={"headers": {"Sec-WebSocket-Protocol": "mqttv3.1, other"}}),
        {"http": {"headers": {"sec-websocket-protocol": "mqttv3.1, other"}, "queryString": ""}, "mqtt": {}},
    ),
]


@pytest.mark.parametrize(
    ("kind", "sent", "protocol_data"), [pytest.param(*case[1:], id=case[0]) for case in REAL_EVENTS]
)
def test_of_a_real_connection(kind: event.Kind, sent: AuthorizerRequest, protocol_data: dict[str, Any]) -> None:
    assert event.real_event(kind, sent, PLAIN, connection_id=ID) == {
        "signatureVerified": False,
        "protocols": list(protocol_data),
        "protocolData": protocol_data,
        **METADATA,
    }


@pytest.mark.parametrize(
    ("kind", "protocol", "expected"),
    [
        ("http", "http", {"headers": {"tok": "a/b", SIGNATURE_NAME: "s+="}, "queryString": ""}),
        ("mqtt", "mqtt", {"username": f"?tok=a%2Fb&{SIGNATURE_NAME}=s%2B%3D"}),
        (
            "wss",
            "http",
            {"headers": {"tok": "a/b", SIGNATURE_NAME: "s+=", "sec-websocket-protocol": "mqtt"}, "queryString": ""},
        ),
    ],
)
def test_a_token_in_token_mode_travels_where_a_device_puts_it(
    kind: event.Kind, protocol: str, expected: dict[str, Any]
) -> None:
    made = event.real_event(kind, request(token="a/b", tokenSignature="s+="), SIGNED, connection_id=ID)

    assert made["protocolData"][protocol] == expected
    assert (made["token"], made["signatureVerified"]) == ("a/b", True)


@pytest.mark.parametrize("kind", get_args(event.Kind))
def test_token_mode_without_a_known_authorizer_is_taken_as_signed(kind: event.Kind) -> None:
    made = event.real_event(kind, request(token="t", tokenSignature="s"), connection_id=ID)

    assert (made["token"], made["signatureVerified"]) == ("t", True)


@pytest.mark.parametrize(
    ("contexts", "carrying", "other"),
    [
        ({"mqttContext": {"username": "u?tok=t"}, "httpContext": {}}, "mqtt", "http"),
        ({"mqttContext": {}, "httpContext": {"headers": {"tok": "t"}}}, "http", "mqtt"),
    ],
)
def test_a_token_that_the_protocol_does_not_carry_is_not_found(
    contexts: dict[str, Any], carrying: event.Kind, other: event.Kind
) -> None:
    sent = request(**contexts)

    assert event.real_event(carrying, sent, SIGNED, connection_id=ID)["token"] == "t"
    assert event.real_event("wss", sent, SIGNED, connection_id=ID)["token"] == "t"
    assert "token" not in event.real_event(other, sent, SIGNED, connection_id=ID)


@pytest.mark.parametrize("half", [{"token": "t"}, {"tokenSignature": "s"}])
def test_half_a_pair_travels_as_it_is(half: dict[str, str]) -> None:
    made = event.real_event("mqtt", request(**half), SIGNED, connection_id=ID)

    (value,) = half.values()
    assert made["protocolData"]["mqtt"]["username"].endswith(f"={value}")
    assert made["protocolData"]["mqtt"]["username"].count("=") == 1
