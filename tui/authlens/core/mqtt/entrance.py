"""What AWS IoT would do with a client, judging by the server name, ALPN and TLS versions that it offers.

The listener accepts clients that AWS would turn away, and this says what AWS would do.
"""

from __future__ import annotations

from collections.abc import Sequence

from authlens.core.mqtt.client_hello import ClientHello
from authlens.core.mqtt.connection import Transport
from authlens.core.text.url import is_ip_address

_CERTIFICATE_ALPN = ("x-amzn-mqtt-ca", "x-amzn-http-ca")
MQTT_ALPN = "mqtt"


def entrance_warning(hello: ClientHello | None, transport: Transport, needs_alpn: bool = True) -> str:
    """What would happen to the client on AWS, as a sentence; empty if nothing differs.

    needs_alpn: `False` if a domain configuration fixes the protocol.
    """
    if hello is None:
        return "AWS IoT accepts TLS only" if not transport.is_encrypted else ""
    if hello.server_name is None:
        need = "requires for custom authentication over MQTT"
        if transport is not Transport.MQTTS:
            need = "recommends, and requires for custom domains and VPC endpoints"
        return f"the client sends no server name (SNI), which AWS IoT {need}"
    if is_ip_address(hello.server_name):
        return (
            f"the client sends the IP address {hello.server_name} as its server name (SNI); AWS IoT chooses the "
            "endpoint by its host name"
        )
    if any(name in hello.alpn for name in _CERTIFICATE_ALPN):
        return f"ALPN {_joined(hello.alpn)} asks AWS IoT for a client certificate instead of custom authentication"
    if transport is Transport.MQTTS and needs_alpn and MQTT_ALPN not in hello.alpn:
        offered = f"the client offers ALPN {_joined(hello.alpn)}" if hello.alpn else "the client offers no ALPN"
        return f"{offered}; on port 443 AWS IoT takes MQTT with ALPN mqtt, or a domain configuration for SECURE_MQTT"
    return ""


def hello_words(hello: ClientHello) -> str:
    """A summary of what the client offered."""
    name = f"SNI {hello.server_name}" if hello.server_name else "no SNI"
    alpn = f"ALPN {_joined(hello.alpn)}" if hello.alpn else "no ALPN"
    return f"{name}, {alpn}"


def certificate_failure(reason: str, host: str, detail: str = "") -> str | None:
    """Why the client's certificate was not accepted, by the name of OpenSSL's error; `None` for other errors.

    detail: OpenSSL's reason for rejecting it.
    """
    if "PEER_DID_NOT_RETURN_A_CERTIFICATE" in reason.upper():
        return f"the client presented no certificate, which {host} requires (CUSTOM_AUTH_X509)"
    if "CERTIFICATE_VERIFY_FAILED" not in reason.upper():
        return None
    if "expired" in detail or "not yet valid" in detail:
        return f"{detail}: the client's certificate is not accepted"
    return unlisted_certificate(host)


def unlisted_certificate(host: str) -> str:
    return f"the client's certificate is not among the clientCertificates of {host}"


def handshake_failure(reason: str) -> str:
    """Why the TLS handshake failed, by the name of OpenSSL's error."""
    words = reason.upper()
    if "UNKNOWN_CA" in words:
        return "the client does not trust the local CA"
    if any(part in words for part in ("BAD_CERTIFICATE", "CERTIFICATE_UNKNOWN", "CERTIFICATE_EXPIRED")):
        return "the client rejects the listener's certificate: give it the CA file, and connect to a name it holds"
    if any(part in words for part in ("UNSUPPORTED_PROTOCOL", "VERSION")):
        return "client and listener have no TLS version in common"
    if any(part in words for part in ("NO_SHARED_CIPHER", "HANDSHAKE_FAILURE")):
        return "client and listener have no cipher in common"
    if reason:
        return f"the TLS handshake failed: {reason}"
    return "the client closed the connection during the handshake; most likely it does not trust the local CA"


def _joined(names: Sequence[str]) -> str:
    return ", ".join(names)
