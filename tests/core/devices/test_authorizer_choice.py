"""Which authorizer a connection gets."""

from __future__ import annotations

from typing import Any

import pytest

from authlens.core.deployment.deployment import Domain
from authlens.core.devices.authorizer_choice import choose
from authlens.core.mqtt.connection import Transport
from authlens.core.request.request import AuthorizerRequest

IN_USERNAME = {"mqttContext": {"username": "u?X-Amz-CustomAuthorizer-Name=A%2D1"}}
IN_QUERY = {"httpContext": {"queryString": "?x-amz-customauthorizer-name=B"}}
IN_HEADER = {"httpContext": {"headers": {"X-Amz-Customauthorizer-Name": "C"}}}


def request(**members: Any) -> AuthorizerRequest:
    return AuthorizerRequest.from_api(members)


@pytest.mark.parametrize(
    ("members", "name", "why"),
    [
        (IN_USERNAME, "A-1", "named in the MQTT username"),
        (IN_QUERY, "B", "named in the query string"),
        (IN_HEADER, "C", "named in a header"),
        (IN_USERNAME | IN_QUERY, "A-1", "named in the MQTT username"),
        ({}, "D", "the account's default"),
    ],
)
def test_by_name_and_by_default(members: dict[str, Any], name: str, why: str) -> None:
    choice = choose(request(**members), Transport.WSS, None, "D")
    assert (choice.name, choice.why) == (name, why)


def test_without_name_and_default_there_is_none() -> None:
    choice = choose(request(), Transport.MQTTS)
    assert choice.name is None
    assert "x-amz-customauthorizer-name" in choice.why


def domain(**members: Any) -> Domain:
    return Domain("d", "iot.example.com", **members)


@pytest.mark.parametrize(
    ("members", "configured", "name"),
    [
        ({}, domain(default_authorizer="E"), "E"),
        (IN_USERNAME, domain(default_authorizer="E", allows_override=True), "A-1"),
        (IN_USERNAME, domain(default_authorizer="E", allows_override=False), "E"),
        (IN_USERNAME, domain(), "A-1"),
        ({}, domain(), "D"),
        ({}, domain(default_authorizer="E", application_protocol="SECURE_MQTT"), "E"),
        ({}, domain(default_authorizer="E", authentication_type="CUSTOM_AUTH"), "E"),
    ],
)
def test_a_domain_has_a_default_and_may_forbid_others(members: dict[str, Any], configured: Domain, name: str) -> None:
    assert choose(request(**members), Transport.MQTTS, configured, "D").name == name


@pytest.mark.parametrize(
    ("configured", "words"),
    [
        (domain(status="DISABLED"), "DISABLED"),
        (domain(authentication_type="AWS_X509"), "client certificates"),
        (domain(authentication_type="AWS_SIGV4"), "Signature Version 4"),
        (domain(authentication_type="CUSTOM_AUTH_X509"), "requires a client certificate"),
        (domain(application_protocol="MQTT_WSS"), "takes MQTT_WSS only"),
        (domain(application_protocol="HTTPS"), "takes HTTPS only"),
    ],
)
def test_a_domain_may_let_nobody_in_this_way(configured: Domain, words: str) -> None:
    choice = choose(request(**IN_USERNAME), Transport.MQTTS, configured, "D")
    assert choice.name is None
    assert words in choice.why


def test_a_domain_for_custom_auth_x509_takes_a_certificate_and_no_websocket() -> None:
    configured = domain(authentication_type="CUSTOM_AUTH_X509")
    sent = request(**IN_USERNAME)
    assert choose(sent, Transport.MQTTS, configured, "D", has_certificate=True).name is not None
    assert "no WebSocket" in choose(sent, Transport.WSS, configured, "D", has_certificate=True).why
