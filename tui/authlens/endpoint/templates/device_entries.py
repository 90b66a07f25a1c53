"""The keys of an authorizers.yaml that matter to devices: the default authorizer, and the domains they connect to."""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping
from pathlib import Path

from authlens.core.deployment.client_certificate import ClientCertificate, client_certificate
from authlens.core.deployment.deployment import X509, Domain
from authlens.core.saved.certificate_variables import CertificateProblem
from authlens.core.text.yaml_reader import YamlNode
from authlens.endpoint.templates.definition_file import content_of
from authlens.endpoint.templates.noticed import notice
from authlens.frozen import dataclass
from authlens.user_path import user_path

DOMAIN_KEYS = (
    "defaultAuthorizerName",
    "allowAuthorizerOverride",
    "authenticationType",
    "applicationProtocol",
    "clientCertificates",
)
CERTIFICATE_KEYS = ("file", "thingName", "attached", "policies")
AUTHENTICATION_TYPES = ("CUSTOM_AUTH_X509", "CUSTOM_AUTH", "AWS_X509", "AWS_SIGV4", "DEFAULT")
_LARGEST = 65_536
APPLICATION_PROTOCOLS = ("SECURE_MQTT", "MQTT_WSS", "HTTPS", "DEFAULT")


def read_default(fields: Mapping[str, YamlNode], authorizers: Mapping[str, YamlNode]) -> str | None:
    return _authorizer(fields["defaultAuthorizer"], authorizers) if "defaultAuthorizer" in fields else None


@dataclass(frozen=True, slots=True)
class DomainEntries:
    domains: tuple[Domain, ...] = ()
    """Each named after its host."""
    warnings: tuple[tuple[int, str], ...] = ()
    """Lines with what AWS would refuse, or what leaves a domain without devices."""


def read_domains(fields: Mapping[str, YamlNode], authorizers: Mapping[str, YamlNode], base: Path) -> DomainEntries:
    """Hosts and their configurations. base: the folder that paths are relative to."""
    entries = fields["domains"].mapping() if "domains" in fields else {}
    files = _Files(base)
    domains = tuple(_domain(host, node, authorizers, files) for host, node in entries.items())
    warnings = tuple(
        ((node.key or node).line, text)
        for node, domain in zip(entries.values(), domains, strict=True)
        for text in _warnings(domain)
    )
    return DomainEntries(domains, warnings)


def _warnings(domain: Domain) -> Iterator[str]:
    if not domain.requires_certificate:
        return
    if not domain.client_certificates:
        yield f"no device can connect to {domain.domain_name}: list their certificates under clientCertificates"
    if domain.application_protocol not in ("SECURE_MQTT", "HTTPS"):
        yield f"AWS IoT accepts {X509} with applicationProtocol SECURE_MQTT or HTTPS only"


def _domain(host: str, node: YamlNode, authorizers: Mapping[str, YamlNode], files: _Files) -> Domain:
    if not host or any(character in ":/@[] " for character in host):
        raise (node.key or node).error(f"{host!r} is not a host name; give the name only, without scheme or port")
    members = node.fields(*DOMAIN_KEYS)
    named = members.get("defaultAuthorizerName")
    override, kind, protocol, certificates = (members.get(key) for key in DOMAIN_KEYS[1:])
    authentication_type = kind.choice(AUTHENTICATION_TYPES) if kind else "DEFAULT"
    if certificates is not None and authentication_type != X509:
        raise (certificates.key or certificates).error(f"clientCertificates requires authenticationType: {X509}")
    return Domain(
        name=host,
        domain_name=host,
        authentication_type=authentication_type,
        application_protocol=protocol.choice(APPLICATION_PROTOCOLS) if protocol else "DEFAULT",
        default_authorizer=_authorizer(named, authorizers) if named else "",
        allows_override=override.boolean() if override else None,
        client_certificates=tuple(files.certificate(each) for each in certificates.list()) if certificates else (),
    )


class _Files:
    """Reads the files that domains name."""

    def __init__(self, base: Path) -> None:
        self._base = base

    def certificate(self, node: YamlNode) -> ClientCertificate:
        """An entry of clientCertificates: a file, or a mapping with more about it."""
        if not isinstance(node.value, dict):
            return self._certificate(node, {})
        members = node.fields(*CERTIFICATE_KEYS)
        if "file" not in members:
            raise node.error("file is missing; it names the certificate")
        return self._certificate(members["file"], members)

    def _certificate(self, file: YamlNode, members: Mapping[str, YamlNode]) -> ClientCertificate:
        thing, attached, policies = (members.get(key) for key in CERTIFICATE_KEYS[1:])
        text = file.string("a certificate")
        pem = text if "-----BEGIN" in text else self._content(file, text)
        try:
            return client_certificate(
                pem,
                thing_name=thing.string() if thing else None,
                attached=attached.boolean() if attached else None,
                policies=tuple(self._policy(each) for each in policies.list()) if policies else None,
            )
        except CertificateProblem as problem:
            named = "this text" if pem is text else text
            raise file.error(f"{named} is not a usable certificate: {problem}") from None

    def _policy(self, node: YamlNode) -> str:
        name = node.string("a policy")
        text = self._content(node, name)
        try:
            is_policy = isinstance(json.loads(text), dict)
        except (ValueError, RecursionError):
            is_policy = False
        if not is_policy:
            raise node.error(f"{name} is not a policy document in JSON")
        return text

    def _content(self, node: YamlNode, name: str) -> str:
        try:
            path = user_path(name, self._base)
            notice(path)
            if not path.is_file():
                raise OSError(0, "not a regular file" if path.exists() else "No such file or directory")
            text = content_of(path, _LARGEST).decode("utf-8")
        except UnicodeDecodeError:
            raise node.error(f"{name} cannot be read: it is not a text file") from None
        except (OSError, ValueError) as error:
            why = error.strerror if isinstance(error, OSError) else error
            raise node.error(f"{name} cannot be read: {why}") from None
        if len(text) > _LARGEST:
            raise node.error(f"{name} cannot be read: it is larger than {_LARGEST:,} bytes")
        return text


def _authorizer(node: YamlNode, authorizers: Mapping[str, YamlNode]) -> str:
    name = node.string()
    if name not in authorizers:
        raise node.error(f"there is no authorizer {name} in this file")
    return name
