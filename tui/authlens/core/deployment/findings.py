"""What the facts read of a deployment mean for a real device: findings as caveats, and each fact in a sentence.

The rule: each finding is one function in one table, and none concludes anything from a fact that was not read.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator

from authlens.core.contract.caveat import Caveat, in_order
from authlens.core.contract.limits import FUNCTION_LIMIT
from authlens.core.contract.stage import Stage
from authlens.core.contract.statement import Severity
from authlens.core.deployment.deployment import Deployment, Domain, Unread, qualifier
from authlens.core.deployment.invoke_permission import (
    PRINCIPAL,
    Grant,
    Permission,
    other_services,
    permission,
    permission_line,
)
from authlens.core.request.authorizer import AUTHORIZER_NAME, Authorizer
from authlens.core.request.request import AuthorizerRequest
from authlens.core.request.token_place import find

_NO_CUSTOM_AUTHENTICATION = ("AWS_X509", "AWS_SIGV4")
_CARRIED = {"SECURE_MQTT": "MQTT over TLS", "MQTT_WSS": "MQTT over WebSocket", "HTTPS": "HTTPS"}


Judge = Callable[[Deployment, AuthorizerRequest], Iterator[Caveat]]


def deployment_caveats(deployment: Deployment, request: AuthorizerRequest) -> tuple[Caveat, ...]:
    """Every finding that applies, warnings first."""
    return in_order(caveat for judge in _JUDGES for caveat in judge(deployment, request))


def _function(deployment: Deployment, _request: AuthorizerRequest) -> Iterator[Caveat]:
    function, arn = deployment.function, deployment.authorizer.function_arn
    if isinstance(function, Unread):
        return
    if function is None:
        yield _ran(
            "function-missing",
            f"The authorizer's function does not exist: {arn}.",
            "Deploy it under this ARN, or name another: aws iot update-authorizer --authorizer-function-arn ARN "
            f"--authorizer-name {deployment.authorizer.name}.",
        )
        return
    because = f" ({function.reason})" if function.reason else ""
    if function.state == "Inactive":
        yield Caveat(
            "function-idle",
            Stage.RAN,
            "warning",
            f"The function's state is Inactive{because}: the first call after it was idle fails or takes longer, and "
            "makes it active again.",
            "Invoke it once, and again when its state is Active.",
        )
    elif function.state != "Active":
        yield _ran(
            "function-not-active",
            f"The function's state is {function.state}{because}: it cannot be invoked.",
            "Look at the function in Lambda, and deploy it again if it failed or was deactivated.",
        )
    if function.timeout > FUNCTION_LIMIT:
        yield Caveat(
            "function-timeout",
            Stage.RAN,
            "info",
            f"The function's timeout is {function.timeout} s, but AWS IoT ends an authorizer's call after "
            f"{FUNCTION_LIMIT} s.",
            "Keep it under 5 seconds; a longer timeout does not help.",
        )


def _permission(deployment: Deployment, _request: AuthorizerRequest) -> Iterator[Caveat]:
    policy, authorizer = deployment.permission, deployment.authorizer
    if isinstance(policy, Unread) or deployment.function is None:
        return
    found = permission(policy, authorizer)
    if found.grant is Grant.MISSING and _is_given_unqualified(deployment):
        yield _ran(
            "permission-alias",
            f"{PRINCIPAL} may invoke the function itself, but the authorizer names its {_qualified(authorizer)}, which "
            "has a resource policy of its own.",
            _give("Give the permission there", authorizer),
        )
    elif found.grant in _PERMISSIONS:
        id_, words = _PERMISSIONS[found.grant]
        declare = f"Declare an AWS::Lambda::Permission for {PRINCIPAL} in the template."
        step = declare if deployment.undeclared else _give("Give the permission", authorizer)
        yield _ran(id_, words(found, deployment), step)
    elif found.grant in _NOTED:
        id_, message, next_step = _NOTED[found.grant]
        yield Caveat(id_, Stage.RAN, "info", message.format(found), next_step)


def _missing(_found: Permission, deployment: Deployment) -> str:
    policy = deployment.permission
    others = other_services(policy if isinstance(policy, str) else None)
    named = f"; it names only {', '.join(others)}" if others else ""
    if deployment.undeclared:
        return f"{deployment.undeclared} Without one, AWS IoT cannot run the function for a device."
    return (
        f"The function's resource policy does not let {PRINCIPAL} invoke it{named}: AWS IoT cannot run the function "
        "for a device."
    )


def _other_source(found: Permission, deployment: Deployment) -> str:
    return (
        f"The permission {found.statement!r} is for another source: AWS:SourceArn {found.value} is "
        f"{_what_is(found.value, deployment.authorizer)}, and must be {deployment.authorizer.arn}."
    )


def _other_account(found: Permission, deployment: Deployment) -> str:
    account = _part(deployment.authorizer.arn, 4)
    return f"The permission {found.statement!r} is for account {found.value}; the authorizer's account is {account}."


def _denied(found: Permission, _deployment: Deployment) -> str:
    return f"The statement {found.statement!r} of the function's resource policy denies {PRINCIPAL} to invoke it."


def _unreadable(_found: Permission, _deployment: Deployment) -> str:
    return "The function's resource policy is no JSON policy that can be read."


_PERMISSIONS: dict[Grant, tuple[str, Callable[[Permission, Deployment], str]]] = {
    Grant.MISSING: ("permission-missing", _missing),
    Grant.OTHER_SOURCE: ("permission-source-arn", _other_source),
    Grant.OTHER_ACCOUNT: ("permission-source-account", _other_account),
    Grant.DENIED: ("permission-denied", _denied),
    Grant.UNREADABLE: ("permission-unreadable", _unreadable),
}
_NOTED = {
    Grant.OPEN: (
        "permission-open",
        "The permission {0.statement!r} has no condition: any authorizer of any account may have the function invoked.",
        "Limit it with --source-arn AUTHORIZER_ARN.",
    ),
    Grant.UNJUDGED: (
        "permission-unjudged",
        "The permission {0.statement!r} has a condition that authlens does not judge: {0.value}.",
        "Check that it holds for AWS IoT; AWS:SourceArn with the authorizer's ARN is the usual one.",
    ),
}


def _what_is(source: str, authorizer: Authorizer) -> str:
    """What a wrong AWS:SourceArn is instead of the authorizer's ARN."""
    if source.split(":")[:7] == authorizer.function_arn.split(":")[:7]:
        return "the function's own ARN"
    for index, name in ((4, "account"), (3, "region")):
        if _part(source, index) not in ("", "*", _part(authorizer.arn, index)):
            return f"of {name} {_part(source, index)}"
    kind, _, name = _part(source, 5).partition("/")
    return f"the authorizer {name!r}" if kind == "authorizer" else "not the authorizer's ARN"


def _default_authorizer(deployment: Deployment, request: AuthorizerRequest) -> Iterator[Caveat]:
    name = deployment.default_authorizer
    if isinstance(name, Unread) or find(request, AUTHORIZER_NAME) is not None:
        return
    domain = _domain_of(deployment, request)
    default = (domain.default_authorizer if domain else "") or name
    if default == deployment.authorizer.name:
        return
    other = f"is sent to the default one, {default}" if default else "reaches none: there is no default authorizer"
    yield Caveat(
        "default-authorizer",
        Stage.FOUND,
        "info",
        f"The contexts do not name the authorizer, and a device that names none {other}.",
        f"Let the device send {AUTHORIZER_NAME}, or make this one the default: aws iot set-default-authorizer "
        f"--authorizer-name {deployment.authorizer.name}.",
    )


def _domains(deployment: Deployment, request: AuthorizerRequest) -> Iterator[Caveat]:
    if isinstance(deployment.domains, Unread):
        return
    host = _server_name(request)
    for domain in deployment.domains:
        if host is None or domain.domain_name.lower() == host.lower():
            # Where no server name says which one is meant, trouble at one of them is only good to know.
            yield from _domain(domain, deployment, request, "info" if host is None else "warning")


def _domain(domain: Domain, deployment: Deployment, request: AuthorizerRequest, severity: Severity) -> Iterator[Caveat]:
    name = domain.name if domain.domain_name in ("", domain.name) else f"{domain.name} ({domain.domain_name})"
    if domain.status != "ENABLED":
        message = f"The domain configuration {name} is {domain.status}: no device connects there."
        yield Caveat("domain-disabled", Stage.FOUND, severity, message, "Enable it, or use another host name.")
    if domain.allows_override is False and domain.default_authorizer != deployment.authorizer.name:
        yield Caveat(
            "domain-override",
            Stage.FOUND,
            severity,
            f"The domain configuration {name} sends every device to {domain.default_authorizer or 'no authorizer'}: "
            "its allowAuthorizerOverride is false, so a device cannot name this one.",
            "Set allowAuthorizerOverride to true, or make this its defaultAuthorizerName: aws iot "
            f"update-domain-configuration --domain-configuration-name {domain.name} --authorizer-config …",
        )
    if domain.authentication_type in _NO_CUSTOM_AUTHENTICATION:
        yield Caveat(
            "domain-authentication",
            Stage.FOUND,
            severity,
            f"The domain configuration {name} authenticates with {domain.authentication_type}: no custom authorizer "
            "runs there.",
            "Set its authenticationType to CUSTOM_AUTH or DEFAULT, or connect to another host name.",
        )
    if _is_not_carried(domain, request):
        yield Caveat(
            "domain-protocol",
            Stage.FOUND,
            severity,
            f"The domain configuration {name} takes {_CARRIED[domain.application_protocol]} only "
            f"(applicationProtocol {domain.application_protocol}), and this request is not of that protocol.",
            "Connect with that protocol, or set applicationProtocol to DEFAULT.",
        )


def _is_not_carried(domain: Domain, request: AuthorizerRequest) -> bool:
    """Whether no connection of that protocol has what the contexts hold: MQTT over TLS has no HTTP request."""
    has_http, has_mqtt = request.http_context is not None, request.mqtt_context is not None
    if domain.application_protocol == "HTTPS":
        return has_mqtt
    if domain.application_protocol == "MQTT_WSS":
        return has_http and not has_mqtt and not _asks_for_websocket(request)
    return domain.application_protocol == "SECURE_MQTT" and has_http


def _asks_for_websocket(request: AuthorizerRequest) -> bool:
    headers = (request.http_context.headers or ()) if request.http_context else ()
    return any(name.lower() in ("upgrade", "sec-websocket-protocol", "sec-websocket-key") for name, _ in headers)


def _server(deployment: Deployment, request: AuthorizerRequest) -> Iterator[Caveat]:
    host, endpoint = _server_name(request), deployment.data_endpoint
    if host is None or not endpoint or isinstance(endpoint, Unread) or isinstance(deployment.domains, Unread):
        return
    if not is_own_endpoint(host, endpoint) and deployment.domain_of(host) is None:
        yield Caveat(
            "server-name-unknown",
            Stage.FOUND,
            "warning",
            f"The TLS server name {host!r} is neither an endpoint of the account for devices (iot:Data-ATS, iot:Data "
            "or FIPS) nor the host of a domain configuration: a device that sends it is not let in.",
            f"Use {endpoint}, or the host of a domain configuration.",
        )


_ENDPOINT = re.compile(r"(?P<prefix>[a-z0-9]+?)(?:-ats)?\.iot(?:-fips)?\.(?P<rest>[a-z0-9.-]+)", re.IGNORECASE)


def is_own_endpoint(host: str, endpoint: str) -> bool:
    """Whether the host is the account's data endpoint in any of its forms: iot:Data-ATS, iot:Data, FIPS."""
    if host.lower() == endpoint.lower():
        return True
    one, other = _ENDPOINT.fullmatch(host.lower()), _ENDPOINT.fullmatch(endpoint.lower())
    return one is not None and other is not None and one.groups() == other.groups()


def _unread(deployment: Deployment, _request: AuthorizerRequest) -> Iterator[Caveat]:
    if deployment.unread:
        needed = ", ".join(dict.fromkeys(f"{each.permission} ({each.why})" for each in deployment.unread))
        yield Caveat(
            "not-read",
            Stage.FOUND,
            "info",
            f"Not all of the deployment could be read: {needed}.",
            "Nothing is concluded from what was not read; allow these actions to the caller to have it judged.",
        )


_JUDGES: tuple[Judge, ...] = (_function, _permission, _server, _domains, _default_authorizer, _unread)


def _give(step: str, authorizer: Authorizer) -> str:
    """The step with its command, which takes the ARNs of both."""
    line = permission_line(authorizer)
    return f"{step}: {line}" if line else f"{step}."


def _ran(id_: str, message: str, next_step: str) -> Caveat:
    return Caveat(id_, Stage.RAN, "warning", message, next_step)


def _is_given_unqualified(deployment: Deployment) -> bool:
    policy = deployment.unqualified_permission
    given = isinstance(policy, str) and permission(policy, deployment.authorizer).grant
    return bool(qualifier(deployment.authorizer.function_arn)) and given in (Grant.GRANTED, Grant.OPEN)


def _qualified(authorizer: Authorizer) -> str:
    name = qualifier(authorizer.function_arn)
    return f"version {name}" if name.isdecimal() else f"alias {name!r}"


def _server_name(request: AuthorizerRequest) -> str | None:
    return (request.tls_context.server_name or None) if request.tls_context else None


def _domain_of(deployment: Deployment, request: AuthorizerRequest) -> Domain | None:
    host = _server_name(request)
    return deployment.domain_of(host) if host else None


def _part(arn: str, index: int) -> str:
    parts = arn.split(":", 5)
    return parts[index] if len(parts) == 6 else ""
