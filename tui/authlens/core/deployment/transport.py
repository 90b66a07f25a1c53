"""How a device reaches an authorizer: port, ALPN, name and certificate, according to the host's domain configuration.

The rule: without a domain configuration the defaults of the account's endpoint apply (GUIDE/protocols).
"""

from __future__ import annotations

from authlens.core.deployment.deployment import Domain
from authlens.core.saved.certificate import Certificate
from authlens.frozen import dataclass


@dataclass(frozen=True, slots=True)
class DeviceTransport:
    alpn: str | None = "mqtt"
    """For MQTT over TLS; `None` if none is sent."""
    port: int = 443
    needs_name: bool = True
    """Whether a device must name the authorizer."""
    certificate: Certificate | None = None
    """The client certificate for TLS, if one is required."""
    carries_mqtt: bool = True
    """MQTT over TLS."""
    carries_websocket: bool = True
    carries_https: bool = True
    ca_file: str | None = None
    """The CA certificate that a client must trust in addition to the system's: that of a local device listener."""
    is_default: bool = True
    """Whether port and ALPN select protocol and authentication, because no configuration does."""


@dataclass(frozen=True, slots=True)
class DeviceEndpoint:
    """Where the devices of a target connect."""

    address: str
    """A host, with a port where it is not 443."""
    ca_file: str | None = None
    """What signs its certificate, where the system does not know that."""
    domain: Domain | None = None
    """The domain configuration of that host, where it is known."""


def transport_of(
    domain: Domain | None = None, authorizer_name: str = "", certificate: Certificate | None = None
) -> DeviceTransport:
    """The transport for this domain configuration; `None` is the account's own endpoint, or an unknown one."""
    is_x509 = certificate is not None or (domain is not None and domain.requires_certificate)
    protocol = domain.application_protocol if domain is not None else "DEFAULT"
    is_default = protocol in ("", "DEFAULT") and not is_x509
    default_name = domain.default_authorizer if domain is not None else ""
    return DeviceTransport(
        alpn="mqtt" if is_default else None,
        needs_name=not default_name or default_name != authorizer_name,
        certificate=(certificate or Certificate()) if is_x509 else None,
        carries_mqtt=protocol not in ("MQTT_WSS", "HTTPS"),
        carries_websocket=protocol not in ("SECURE_MQTT", "HTTPS") and not is_x509,
        carries_https=protocol not in ("SECURE_MQTT", "MQTT_WSS"),
        is_default=is_default,
    )
