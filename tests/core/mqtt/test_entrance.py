"""What AWS would do with a client, by its ClientHello."""

from __future__ import annotations

import pytest

from authlens.core.mqtt.client_hello import ClientHello
from authlens.core.mqtt.connection import Transport
from authlens.core.mqtt.entrance import certificate_failure, entrance_warning, handshake_failure, hello_words


@pytest.mark.parametrize(
    ("hello", "transport", "words"),
    [
        (ClientHello("a", ("mqtt",)), Transport.MQTTS, ""),
        (ClientHello("a"), Transport.WSS, ""),
        (ClientHello("a", ("h2", "http/1.1")), Transport.HTTPS, ""),
        (ClientHello("a"), Transport.MQTTS, "offers no ALPN"),
        (ClientHello("a", ("h2",)), Transport.MQTTS, "offers ALPN h2"),
        (ClientHello(None, ("mqtt",)), Transport.MQTTS, "no server name"),
        (ClientHello("a", ("x-amzn-mqtt-ca",)), Transport.MQTTS, "client certificate"),
        (None, Transport.MQTT, "TLS only"),
    ],
)
def test_what_the_client_would_meet_on_aws(hello: ClientHello | None, transport: Transport, words: str) -> None:
    warning = entrance_warning(hello, transport)
    assert warning == "" if not words else words in warning


def test_a_domain_for_secure_mqtt_needs_no_alpn() -> None:
    assert entrance_warning(ClientHello("a"), Transport.MQTTS, needs_alpn=False) == ""


@pytest.mark.parametrize(
    ("reason", "words"),
    [
        ("TLSV1_ALERT_UNKNOWN_CA", "does not trust the local CA"),
        ("SSLV3_ALERT_BAD_CERTIFICATE", "rejects the listener's certificate"),
        ("UNSUPPORTED_PROTOCOL", "no TLS version in common"),
        ("NO_SHARED_CIPHER", "no cipher in common"),
        ("SOMETHING_NEW", "SOMETHING_NEW"),
        ("", "closed the connection"),
    ],
)
def test_why_a_handshake_failed(reason: str, words: str) -> None:
    assert words in handshake_failure(reason)


@pytest.mark.parametrize(
    ("reason", "detail", "words"),
    [
        ("PEER_DID_NOT_RETURN_A_CERTIFICATE", "", "presented no certificate, which iot.example.com requires"),
        ("CERTIFICATE_VERIFY_FAILED", "self-signed certificate", "not among the clientCertificates of iot.example.com"),
        ("CERTIFICATE_VERIFY_FAILED", "certificate has expired", "certificate has expired"),
    ],
)
def test_why_a_client_certificate_was_not_accepted(reason: str, detail: str, words: str) -> None:
    assert words in (certificate_failure(reason, "iot.example.com", detail) or "")


def test_other_failures_are_not_about_the_client_certificate() -> None:
    assert certificate_failure("TLSV1_ALERT_UNKNOWN_CA", "iot.example.com") is None


def test_what_was_offered_in_words() -> None:
    assert hello_words(ClientHello("a", ("mqtt", "h2"))) == "SNI a, ALPN mqtt, h2"
    assert hello_words(ClientHello()) == "no SNI, no ALPN"
