"""Which authorizer judges a connection: the one it names, else its domain's, else the account's default.

If it names several, the username wins, then the query string, then the headers. This order is assumed.
"""

from __future__ import annotations

from authlens.core.deployment.deployment import Domain
from authlens.core.mqtt.connection import Transport
from authlens.core.request.authorizer import AUTHORIZER_NAME
from authlens.core.request.request import AuthorizerRequest
from authlens.core.request.token_place import find
from authlens.frozen import dataclass

_PROTOCOLS = {
    "SECURE_MQTT": (Transport.MQTTS, Transport.MQTT),
    "MQTT_WSS": (Transport.WSS, Transport.WS),
    "HTTPS": (Transport.HTTPS, Transport.HTTP),
}
_WITHOUT_CUSTOM_AUTH = {
    "AWS_X509": "client certificates",
    "AWS_SIGV4": "Signature Version 4",
}
_PLACES = {"username": "the MQTT username", "queryString": "the query string", "headers": "a header"}


@dataclass(frozen=True, slots=True)
class AuthorizerChoice:
    name: str | None
    """`None` where no authorizer applies; then `why` is the reason."""
    why: str
    """Where the name was found, in words."""


def choose(
    request: AuthorizerRequest,
    transport: Transport,
    domain: Domain | None = None,
    default: str | None = None,
    has_certificate: bool = False,
) -> AuthorizerChoice:
    """domain: the configuration for the server name, if there is one. default: the account's default."""
    problem = domain and _domain_problem(domain, transport, has_certificate)
    if problem:
        return AuthorizerChoice(None, problem)
    named = find(request, AUTHORIZER_NAME)
    if domain is not None and domain.default_authorizer:
        if named is None or not domain.allows_override:
            return AuthorizerChoice(domain.default_authorizer, f"the default of {domain.domain_name}")
        return AuthorizerChoice(named.value, f"named in {_PLACES[named.place]}")
    if named is not None:
        return AuthorizerChoice(named.value, f"named in {_PLACES[named.place]}")
    if default is not None:
        return AuthorizerChoice(default, "the account's default")
    return AuthorizerChoice(
        None, f"the client names no authorizer ({AUTHORIZER_NAME}), and there is no default authorizer"
    )


def _domain_problem(domain: Domain, transport: Transport, has_certificate: bool) -> str | None:
    """Why a domain configuration accepts no connection of this kind."""
    if domain.status != "ENABLED":
        return f"the domain configuration of {domain.domain_name} is {domain.status}"
    asked = _WITHOUT_CUSTOM_AUTH.get(domain.authentication_type)
    if asked:
        return f"{domain.domain_name} asks for {asked} ({domain.authentication_type})"
    expected = _PROTOCOLS.get(domain.application_protocol)
    if expected and transport not in expected:
        return f"{domain.domain_name} takes {domain.application_protocol} only"
    if not domain.requires_certificate:
        return None
    if transport in _PROTOCOLS["MQTT_WSS"]:
        return f"{domain.domain_name} carries MQTT and HTTPS, and no WebSocket (CUSTOM_AUTH_X509)"
    if not has_certificate:
        return f"{domain.domain_name} requires a client certificate (CUSTOM_AUTH_X509), and none was presented"
    return None
