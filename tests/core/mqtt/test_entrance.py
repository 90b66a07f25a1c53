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
        (ClientHello("192.0.2.1", ("mqtt",)), Transport.MQTTS, "the IP address 192.0.2.1 as its server name"),
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


NO_NAME = "the client sends no server name (SNI), which AWS IoT "
REQUIRED = f"{NO_NAME}requires for custom authentication over MQTT"
RECOMMENDED = f"{NO_NAME}recommends, and requires for custom domains and VPC endpoints"
ASKS = "asks AWS IoT for a client certificate instead of custom authentication"
ON_443 = "on port 443 AWS IoT takes MQTT with ALPN mqtt, or a domain configuration for SECURE_MQTT"


@pytest.mark.parametrize(
    ("hello", "transport", "needs_alpn", "warning"),
    [
        (None, Transport.MQTT, True, "AWS IoT accepts TLS only"),
        (None, Transport.WS, True, "AWS IoT accepts TLS only"),
        (None, Transport.MQTTS, True, ""),
        (ClientHello(None), Transport.MQTTS, True, REQUIRED),
        (ClientHello(None), Transport.WSS, False, RECOMMENDED),
        (ClientHello(None), Transport.HTTPS, False, RECOMMENDED),
        *(
            (ClientHello("a", ("mqtt", name)), Transport.WSS, False, f"ALPN mqtt, {name} {ASKS}")
            for name in ("x-amzn-mqtt-ca", "x-amzn-http-ca")
        ),
        (ClientHello("a", ("h2", "http/1.1")), Transport.MQTTS, True, f"the client offers ALPN h2, http/1.1; {ON_443}"),
        (ClientHello("a"), Transport.MQTTS, True, f"the client offers no ALPN; {ON_443}"),
        (ClientHello("a"), Transport.MQTTS, False, ""),
        (ClientHello("a", ("h2", "mqtt")), Transport.MQTTS, True, ""),
        (ClientHello("a"), Transport.TLS, True, ""),
    ],
)
def test_each_warning_word_for_word(
    hello: ClientHello | None, transport: Transport, needs_alpn: bool, warning: str
) -> None:
    assert entrance_warning(hello, transport, needs_alpn) == warning


NOT_TAKEN = "the client's certificate is not accepted"
CA = "the client does not trust the local CA"
NAME = "the client rejects the listener's certificate: give it the CA file, and connect to a name it holds"
VERSION = "client and listener have no TLS version in common"
CIPHER = "client and listener have no cipher in common"


@pytest.mark.parametrize(
    ("reason", "words"),
    [
        ("tlsv1_alert_unknown_ca", CA),
        ("SSLV3_ALERT_BAD_CERTIFICATE", NAME),
        ("SSLV3_ALERT_CERTIFICATE_UNKNOWN", NAME),
        ("SSLV3_ALERT_CERTIFICATE_EXPIRED", NAME),
        ("UNSUPPORTED_PROTOCOL", VERSION),
        ("WRONG_VERSION_NUMBER", VERSION),
        ("NO_SHARED_CIPHER", CIPHER),
        ("SSLV3_ALERT_HANDSHAKE_FAILURE", CIPHER),
        ("SOMETHING_NEW", "the TLS handshake failed: SOMETHING_NEW"),
        ("", "the client closed the connection during the handshake; most likely it does not trust the local CA"),
    ],
)
def test_each_failure_of_a_handshake_word_for_word(reason: str, words: str) -> None:
    assert handshake_failure(reason) == words


@pytest.mark.parametrize(
    ("reason", "detail", "words"),
    [
        (
            "peer_did_not_return_a_certificate",
            "",
            "the client presented no certificate, which h requires (CUSTOM_AUTH_X509)",
        ),
        ("certificate_verify_failed", "", "the client's certificate is not among the clientCertificates of h"),
        ("CERTIFICATE_VERIFY_FAILED", "certificate is not yet valid", f"certificate is not yet valid: {NOT_TAKEN}"),
        ("CERTIFICATE_VERIFY_FAILED", "certificate has expired", f"certificate has expired: {NOT_TAKEN}"),
        ("UNKNOWN_CA", "certificate has expired", None),
        ("", "", None),
    ],
)
def test_each_failure_of_a_client_certificate_word_for_word(reason: str, detail: str, words: str | None) -> None:
    assert certificate_failure(reason, "h", detail) == words
