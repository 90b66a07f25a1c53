"""What is deployed around an authorizer, as a list of facts."""

from __future__ import annotations

from collections.abc import Callable

from authlens.core.deployment.deployment import Concurrency, Deployment, Domain, Function, Logging, Throttles, Unread
from authlens.core.deployment.invoke_permission import ALLOWING, permission
from authlens.core.deployment.surroundings import counted_throttles, throttled_last
from authlens.core.deployment.transport import transport_of
from authlens.frozen import dataclass


@dataclass(frozen=True, slots=True)
class Fact:
    """Something that was read or could not be read, as a sentence."""

    id: str
    text: str
    is_read: bool = True


def facts(deployment: Deployment) -> tuple[Fact, ...]:
    """What was read and what could not be, a sentence each."""
    read = (
        _fact("function", deployment.function, _function_words),
        _fact("permission", deployment.permission, lambda policy: _permission_words(policy, deployment)),
        _fact("default-authorizer", deployment.default_authorizer, _default_words),
        _fact("data-endpoint", deployment.data_endpoint, _endpoint_words),
        *((_fact("concurrency", deployment.concurrency, _concurrency_words),) if deployment.concurrency else ()),
        *((_fact("throttles", deployment.throttles, _throttle_words),) if deployment.throttles else ()),
        *((_fact("logging", deployment.logging, _logging_words),) if deployment.is_logging_read else ()),
    )
    domains = deployment.domains
    if isinstance(domains, Unread):
        return (*read, _fact("domains", domains, str))
    return (*read, *(Fact("domain", _domain_words(each)) for each in domains))


def _fact(id_: str, value: object, words: Callable[..., str]) -> Fact:
    if isinstance(value, Unread):
        return Fact(id_, f"Not read: {value.permission} ({value.why}).", is_read=False)
    return Fact(id_, words(value))


def _function_words(function: Function | None) -> str:
    if function is None:
        return "The function does not exist."
    return f"The function {function.arn} is {function.state}; its timeout is {function.timeout} s."


def _permission_words(policy: str | None, deployment: Deployment) -> str:
    found = permission(policy, deployment.authorizer, deployment.unqualified_permission)
    if found.grant in ALLOWING:
        return f"AWS IoT is allowed to invoke the function for this authorizer (statement {found.named})."
    if deployment.undeclared:
        return deployment.undeclared
    return f"AWS IoT's permission to invoke the function for this authorizer: {found.grant}."


def _concurrency_words(found: Concurrency) -> str:
    if found.reserved is None:
        return "The function has no reserved concurrency."
    return f"The function's reserved concurrency is {found.reserved}."


def _throttle_words(found: Throttles) -> str:
    if not found.count:
        return "Lambda throttled none of its invocations in the last 24 hours."
    return f"Lambda throttled {counted_throttles(found)} in the last 24 hours{throttled_last(found)}."


def _logging_words(found: Logging | None) -> str:
    if found is None:
        return "AWS IoT's log (version 2) is not set up."
    return "AWS IoT's log is switched off." if found.is_off else f"AWS IoT logs at level {found.level}."


def _default_words(name: str | None) -> str:
    return "No default authorizer is set." if name is None else f"The default authorizer is {name}."


def _endpoint_words(host: str) -> str:
    return f"Devices connect to {host}." if host else "The target has no data endpoint."


def _domain_words(domain: Domain) -> str:
    override = {True: "devices may name another", False: "devices may not name another"}
    authorizer = domain.default_authorizer or "none"
    named = (
        f"default authorizer {authorizer}, {override[domain.allows_override]}; "
        if (domain.allows_override is not None)
        else "no authorizer of its own; "
    )
    return (
        f"Domain configuration {domain.name} ({domain.domain_name or 'no host'}, {domain.status}): {named}"
        f"authentication {domain.authentication_type}, protocol {domain.application_protocol}"
        f"{_certificate_words(domain)}. {_alpn_words(domain)}"
    )


def _certificate_words(domain: Domain) -> str:
    said = f", certificate {domain.certificate_status}" if domain.certificate_status else ""
    return f"{said}, TLS policy {domain.tls_policy}" if domain.tls_policy else said


def _alpn_words(domain: Domain) -> str:
    transport = transport_of(domain)
    if not transport.carries_mqtt:
        return "MQTT over TLS is not accepted there."
    alpn = f"ALPN {transport.alpn}" if transport.alpn else "no ALPN"
    return f"MQTT over TLS needs {alpn} there."
