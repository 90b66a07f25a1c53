"""AWS IoT's calls for domain configurations, and DescribeEndpoint, which answers where devices connect here.

Refusals use our own words if AWS's are unknown.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import replace
from typing import Any

from authlens.core.deployment.deployment import Domain
from authlens.endpoint.api.aws_error import AwsError
from authlens.endpoint.api.body import boolean, read_body, structure, text
from authlens.endpoint.api.call import ApiResponse, Incoming, Operation, json_answer
from authlens.endpoint.api.state import Endpoint
from authlens.endpoint.templates.device_entries import APPLICATION_PROTOCOLS, AUTHENTICATION_TYPES

_AUTHORIZER_CONFIG = structure({"defaultAuthorizerName": text, "allowAuthorizerOverride": boolean})
_CREATE = {
    "domainName": text,
    "serviceType": text,
    "authorizerConfig": _AUTHORIZER_CONFIG,
    "authenticationType": text,
    "applicationProtocol": text,
}
_UPDATE = {
    "authorizerConfig": _AUTHORIZER_CONFIG,
    "domainConfigurationStatus": text,
    "removeAuthorizerConfig": boolean,
    "authenticationType": text,
    "applicationProtocol": text,
}
_STATUSES = ("ENABLED", "DISABLED")
_DATA_ENDPOINTS = ("iot:Data", "iot:Data-ATS")


async def describe_endpoint(endpoint: Endpoint, incoming: Incoming) -> ApiResponse:
    """On AWS the port is always 443; here it is part of the answer."""
    kind = incoming.query.get("endpointType", "iot:Data")
    if kind not in _DATA_ENDPOINTS:
        raise _invalid(f"The local endpoint has no endpoint of type {kind}; it has {' and '.join(_DATA_ENDPOINTS)}.")
    if endpoint.devices.address is None:
        raise _invalid("No devices can connect here: start authlens serve with --device-port.")
    return json_answer({"endpointAddress": endpoint.devices.address})


async def list_domain_configurations(endpoint: Endpoint, incoming: Incoming) -> ApiResponse:
    wanted = incoming.query.get("serviceType", "DATA")
    found = endpoint.domains.all() if wanted == "DATA" else ()
    return json_answer({"domainConfigurations": [{**_named(endpoint, each), "serviceType": "DATA"} for each in found]})


async def describe_domain_configuration(endpoint: Endpoint, incoming: Incoming) -> ApiResponse:
    return json_answer(_described(endpoint, _existing(endpoint, incoming.path[0])))


async def create_domain_configuration(endpoint: Endpoint, incoming: Incoming) -> ApiResponse:
    name, members = incoming.path[0], read_body(incoming.body, _CREATE)
    if not re.fullmatch(r"[\w.:-]{1,128}", name, re.ASCII):
        raise _invalid("1 validation error detected: Value at 'domainConfigurationName' failed to satisfy constraint")
    if endpoint.domains.get(name) is not None:
        words = f"Domain configuration {name} already exists in account"
        raise AwsError(409, "ResourceAlreadyExistsException", words, {"resourceId": name})
    domain = _changed(endpoint, Domain(name, domain_name=members.get("domainName", "")), members)
    endpoint.domains.put(domain)
    return json_answer(_named(endpoint, domain))


async def update_domain_configuration(endpoint: Endpoint, incoming: Incoming) -> ApiResponse:
    domain, members = _existing(endpoint, incoming.path[0]), read_body(incoming.body, _UPDATE)
    endpoint.domains.put(_changed(endpoint, domain, members))
    return json_answer(_named(endpoint, domain))


async def delete_domain_configuration(endpoint: Endpoint, incoming: Incoming) -> ApiResponse:
    domain = _existing(endpoint, incoming.path[0])
    if domain.status != "DISABLED":
        raise _invalid(f"Domain configuration {domain.name} must be DISABLED before it can be deleted")
    endpoint.domains.delete(domain.name)
    return json_answer({})


def _changed(endpoint: Endpoint, domain: Domain, members: Mapping[str, Any]) -> Domain:
    """The configuration with the changes applied. Raises AwsError for unknown values."""
    for member, known in (
        ("authenticationType", AUTHENTICATION_TYPES),
        ("applicationProtocol", APPLICATION_PROTOCOLS),
        ("domainConfigurationStatus", _STATUSES),
    ):
        if members.get(member, known[0]) not in known:
            raise _invalid(f"{member} must be one of {', '.join(known)}")
    changed = replace(
        domain,
        status=members.get("domainConfigurationStatus", domain.status),
        authentication_type=members.get("authenticationType", domain.authentication_type),
        application_protocol=members.get("applicationProtocol", domain.application_protocol),
    )
    if members.get("removeAuthorizerConfig"):
        return replace(changed, default_authorizer="", allows_override=None)
    config = members.get("authorizerConfig")
    if config is None:
        return changed
    name = config.get("defaultAuthorizerName", domain.default_authorizer)
    if name and endpoint.registry.get(name) is None:
        raise AwsError(404, "ResourceNotFoundException", f"Authorizer {name} not found")
    override = config.get("allowAuthorizerOverride", domain.allows_override)
    return replace(changed, default_authorizer=name, allows_override=override)


def _described(endpoint: Endpoint, domain: Domain) -> dict[str, Any]:
    has_authorizer = bool(domain.default_authorizer) or domain.allows_override is not None
    config = {
        "defaultAuthorizerName": domain.default_authorizer or None,
        "allowAuthorizerOverride": bool(domain.allows_override),
    }
    return {
        **_named(endpoint, domain),
        "domainName": domain.domain_name,
        "serverCertificates": [],
        "authorizerConfig": config if has_authorizer else None,
        "domainConfigurationStatus": domain.status,
        "serviceType": "DATA",
        "domainType": "CUSTOMER_MANAGED",
        "authenticationType": domain.authentication_type,
        "applicationProtocol": domain.application_protocol,
    }


def _named(endpoint: Endpoint, domain: Domain) -> dict[str, Any]:
    return {
        "domainConfigurationName": domain.name,
        "domainConfigurationArn": endpoint.domains.arn(domain.name),
    }


def _existing(endpoint: Endpoint, name: str) -> Domain:
    found = endpoint.domains.get(name)
    if found is None:
        raise AwsError(404, "ResourceNotFoundException", f"Domain configuration {name} not found")
    return found


def _invalid(message: str) -> AwsError:
    return AwsError(400, "InvalidRequestException", message)


_ALL = re.compile("/domainConfigurations/?")
_ONE = re.compile("/domainConfigurations/([^/]+)")

CALLS = (
    Operation("iot", "DescribeEndpoint", "GET", re.compile("/endpoint/?"), describe_endpoint),
    Operation("iot", "ListDomainConfigurations", "GET", _ALL, list_domain_configurations),
    Operation("iot", "DescribeDomainConfiguration", "GET", _ONE, describe_domain_configuration),
    Operation("iot", "CreateDomainConfiguration", "POST", _ONE, create_domain_configuration),
    Operation("iot", "UpdateDomainConfiguration", "PUT", _ONE, update_domain_configuration),
    Operation("iot", "DeleteDomainConfiguration", "DELETE", _ONE, delete_domain_configuration),
)
