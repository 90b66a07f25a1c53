from __future__ import annotations

import pytest

from authlens.core.deployment.deployment import Domain
from authlens.core.deployment.transport import DeviceTransport, transport_of
from authlens.core.saved.certificate import Certificate


def domain(authentication: str, protocol: str, default: str = "A") -> Domain:
    return Domain("d", "d.example", "ENABLED", authentication, protocol, default, True)


def test_without_a_configuration_the_defaults_hold() -> None:
    assert transport_of() == DeviceTransport() == DeviceTransport("mqtt", 443, needs_name=True, certificate=None)


@pytest.mark.parametrize(
    ("found", "alpn", "needs_name", "carries"),
    [
        (domain("DEFAULT", "DEFAULT"), "mqtt", False, (True, True, True)),
        (domain("DEFAULT", "DEFAULT", "B"), "mqtt", True, (True, True, True)),
        (domain("DEFAULT", "DEFAULT", ""), "mqtt", True, (True, True, True)),
        (domain("CUSTOM_AUTH", "SECURE_MQTT"), None, False, (True, False, False)),
        (domain("CUSTOM_AUTH", "MQTT_WSS"), None, False, (False, True, False)),
        (domain("CUSTOM_AUTH", "HTTPS"), None, False, (False, False, True)),
        (domain("CUSTOM_AUTH_X509", "SECURE_MQTT"), None, False, (True, False, False)),
        (domain("CUSTOM_AUTH_X509", "HTTPS"), None, False, (False, False, True)),
    ],
)
def test_the_domain_decides(found: Domain, alpn: str | None, needs_name: bool, carries: tuple[bool, ...]) -> None:
    transport = transport_of(found, "A")
    assert (transport.alpn, transport.needs_name) == (alpn, needs_name)
    assert (transport.carries_mqtt, transport.carries_websocket, transport.carries_https) == carries
    assert (transport.certificate is not None) == (found.authentication_type == "CUSTOM_AUTH_X509")


def test_a_certificate_that_was_given_means_x509() -> None:
    given = Certificate("c.pem", "k.pem")
    transport = transport_of(None, "A", given)
    assert (transport.certificate, transport.alpn, transport.carries_websocket) == (given, None, False)
