"""The keys of an authorizers.yaml that matter to devices: the default authorizer, and the domains they connect to."""

from __future__ import annotations

from collections.abc import Mapping

from authlens.core.deployment.deployment import Domain
from authlens.core.text.yaml_reader import Node

DOMAIN_KEYS = ("defaultAuthorizerName", "allowAuthorizerOverride", "authenticationType", "applicationProtocol")
AUTHENTICATION_TYPES = ("CUSTOM_AUTH_X509", "CUSTOM_AUTH", "AWS_X509", "AWS_SIGV4", "DEFAULT")
APPLICATION_PROTOCOLS = ("SECURE_MQTT", "MQTT_WSS", "HTTPS", "DEFAULT")


def read_default(fields: Mapping[str, Node], authorizers: Mapping[str, Node]) -> str | None:
    return _authorizer(fields["defaultAuthorizer"], authorizers) if "defaultAuthorizer" in fields else None


def read_domains(fields: Mapping[str, Node], authorizers: Mapping[str, Node]) -> tuple[Domain, ...]:
    """Hosts and their configurations, each named after its host."""
    entries = fields["domains"].mapping() if "domains" in fields else {}
    return tuple(_domain(host, node, authorizers) for host, node in entries.items())


def _domain(host: str, node: Node, authorizers: Mapping[str, Node]) -> Domain:
    if not host or any(character in ":/@[] " for character in host):
        raise (node.key or node).error(f"{host!r} is not a host name; give the name only, without scheme or port")
    members = node.fields(*DOMAIN_KEYS)
    named = members.get("defaultAuthorizerName")
    override, kind, protocol = (members.get(key) for key in DOMAIN_KEYS[1:])
    return Domain(
        name=host,
        domain_name=host,
        authentication_type=kind.choice(AUTHENTICATION_TYPES) if kind else "DEFAULT",
        application_protocol=protocol.choice(APPLICATION_PROTOCOLS) if protocol else "DEFAULT",
        default_authorizer=_authorizer(named, authorizers) if named else "",
        allows_override=override.boolean() if override else None,
    )


def _authorizer(node: Node, authorizers: Mapping[str, Node]) -> str:
    name = node.string()
    if name not in authorizers:
        raise node.error(f"there is no authorizer {name} in this file")
    return name
