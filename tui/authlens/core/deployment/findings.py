"""What the facts of a deployment mean for a real device, as caveats.

The rule: each finding is one function in one table, and none draws a conclusion from a fact that was not read.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from dataclasses import replace

from authlens.core.contract.caveat import Caveat, in_order
from authlens.core.contract.limits import FUNCTION_LIMIT
from authlens.core.contract.stage import Stage
from authlens.core.contract.statement import Severity
from authlens.core.deployment.deployment import (
    Deployment,
    Domain,
    Unread,
    qualifier,
    unqualified,
)
from authlens.core.deployment.invoke_permission import (
    ALLOWING,
    PRINCIPAL,
    InvokeGrant,
    InvokePermission,
    other_services,
    permission,
    permission_line,
)
from authlens.core.deployment.surroundings import concurrency_caveats, logging_caveats, throttle_caveats
from authlens.core.policy.arn import split
from authlens.core.request.authorizer import AUTHORIZER_NAME, Authorizer
from authlens.core.request.request import AuthorizerRequest
from authlens.core.request.token_place import find

_MOST_NAMED = 5
_TLS_1_3_ALONE = ("IoTSecurityPolicy_TLS13_1_3_2022_10",)
_NO_CUSTOM_AUTHENTICATION = ("AWS_X509", "AWS_SIGV4")
_CARRIED = {"SECURE_MQTT": "MQTT over TLS", "MQTT_WSS": "MQTT over WebSocket", "HTTPS": "HTTPS"}


Judge = Callable[[Deployment, AuthorizerRequest], Iterator[Caveat]]


def deployment_caveats(deployment: Deployment, request: AuthorizerRequest) -> tuple[Caveat, ...]:
    """All findings that apply, warnings first."""
    return in_order(caveat for judge in _JUDGES for caveat in judge(deployment, request))


def _function(deployment: Deployment, _request: AuthorizerRequest) -> Iterator[Caveat]:
    function, arn = deployment.function, deployment.authorizer.function_arn
    if isinstance(function, Unread):
        return
    if function is None and deployment.is_qualifier_dead:
        yield _ran(
            "function-qualifier",
            f"The authorizer names the {_qualified(deployment.authorizer)} of its function, which does not exist; the "
            f"function itself does: {unqualified(arn)}.",
            f"Create it again, or name another: aws iot update-authorizer --authorizer-function-arn "
            f"{unqualified(arn)}:NAME --authorizer-name {deployment.authorizer.name}.",
        )
        return
    if function is None:
        yield _ran(
            "function-missing",
            f"The authorizer's function does not exist: {arn}.",
            "Deploy it under this ARN, or set another one: aws iot update-authorizer --authorizer-function-arn ARN "
            f"--authorizer-name {deployment.authorizer.name}.",
        )
        return
    because = f" ({function.reason})" if function.reason else ""
    if function.state == "Inactive":
        yield Caveat(
            "function-idle",
            Stage.RAN,
            "warning",
            f"The function's state is Inactive{because}: the first call after an idle period fails or takes "
            f"longer, and makes it active again.",
            "Invoke it once, and try again when its state is Active.",
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
    found = permission(policy, authorizer, deployment.unqualified_permission)
    if found.grant is InvokeGrant.MISSING and _is_given_unqualified(deployment):
        yield _ran(
            "permission-alias",
            f"{PRINCIPAL} may invoke the function itself, but the authorizer refers to its "
            f"{_qualified(authorizer)}, which has a resource policy of its own.",
            _give("Add the permission there", authorizer),
        )
    elif found.grant in _PERMISSIONS:
        id_, words = _PERMISSIONS[found.grant]
        declare = f"Declare an AWS::Lambda::Permission for {PRINCIPAL} in the template."
        step = declare if deployment.undeclared else _give("Add the permission", authorizer)
        yield _ran(id_, words(found, deployment), _OTHER_STEPS.get(found.grant, step))
    elif found.grant in _NOTED:
        id_, message, next_step = _NOTED[found.grant]
        yield Caveat(id_, Stage.RAN, "info", message.format(found), next_step)


def _missing(_found: InvokePermission, deployment: Deployment) -> str:
    policy = deployment.permission
    others = other_services(policy if isinstance(policy, str) else None)
    named = f"; it only allows {', '.join(others)}" if others else ""
    if deployment.undeclared:
        return f"{deployment.undeclared} Without one, AWS IoT cannot run the function for a device."
    return (
        f"The function's resource policy does not let {PRINCIPAL} invoke it{named}: AWS IoT cannot run the function "
        "for a device."
    )


def _other_source(found: InvokePermission, deployment: Deployment) -> str:
    return (
        f"The permission {found.named} is for a different source: AWS:SourceArn {found.value} is "
        f"{_what_is(found.value, deployment.authorizer)}, and must be {deployment.authorizer.arn}."
    )


def _other_account(found: InvokePermission, deployment: Deployment) -> str:
    own = split(deployment.authorizer.arn)
    account = own.account if own else ""
    return f"The permission {found.named} is for account {found.value}; the authorizer's account is {account}."


def _denied(found: InvokePermission, _deployment: Deployment) -> str:
    return f"The statement {found.named} of the function's resource policy denies {PRINCIPAL} permission to invoke it."


def _unreadable(_found: InvokePermission, _deployment: Deployment) -> str:
    return "The function's resource policy is not a valid JSON policy."


_PERMISSIONS: dict[InvokeGrant, tuple[str, Callable[[InvokePermission, Deployment], str]]] = {
    InvokeGrant.MISSING: ("permission-missing", _missing),
    InvokeGrant.OTHER_SOURCE: ("permission-source-arn", _other_source),
    InvokeGrant.OTHER_ACCOUNT: ("permission-source-account", _other_account),
    InvokeGrant.DENIED: ("permission-denied", _denied),
    InvokeGrant.UNREADABLE: ("permission-unreadable", _unreadable),
}
_OTHER_STEPS = {
    InvokeGrant.DENIED: "Remove that statement or narrow it: a Deny outweighs every permission.",
    InvokeGrant.UNREADABLE: "Look at it: aws lambda get-policy --function-name NAME.",
}
_NOTED = {
    InvokeGrant.OPEN: (
        "permission-open",
        "The permission {0.named} has no condition: any authorizer of any account can invoke the function.",
        "Restrict it with --source-arn AUTHORIZER_ARN.",
    ),
    InvokeGrant.UNJUDGED: (
        "permission-unjudged",
        "It is not known whether the statement {0.named} of the function's resource policy applies to AWS IoT: "
        "authlens does not evaluate {0.value}.",
        "Check whether AWS IoT meets it; a permission usually only has AWS:SourceArn with the authorizer's ARN.",
    ),
}


def _what_is(source: str, authorizer: Authorizer) -> str:
    """What a wrong AWS:SourceArn refers to."""
    if ", " in source:
        return "not the authorizer's ARN"
    if unqualified(source) == unqualified(authorizer.function_arn):
        return "the function's own ARN"
    found, own = split(source), split(authorizer.arn)
    for name in ("account", "region"):
        value = getattr(found, name, "")
        if value not in ("", "*", getattr(own, name, "")):
            return f"of {name} {value}"
    kind, _, name = (found.tail if found else "").partition("/")
    return f"the authorizer {name!r}" if kind == "authorizer" else "not the authorizer's ARN"


def _default_authorizer(deployment: Deployment, request: AuthorizerRequest) -> Iterator[Caveat]:
    name = deployment.default_authorizer
    if isinstance(name, Unread) or find(request, AUTHORIZER_NAME) is not None:
        return
    domain = _domain_of(deployment, request)
    default = (domain.default_authorizer if domain else "") or name
    if default == deployment.authorizer.name:
        return
    other = f"uses the default, {default}" if default else "gets none: there is no default authorizer"
    yield Caveat(
        "default-authorizer",
        Stage.FOUND,
        "info",
        f"The contexts do not name the authorizer, and a device that does not name one {other}.",
        f"Let the device send {AUTHORIZER_NAME}, or make this one the default: aws iot set-default-authorizer "
        f"--authorizer-name {deployment.authorizer.name}.",
    )


def _domains(deployment: Deployment, request: AuthorizerRequest) -> Iterator[Caveat]:
    if isinstance(deployment.domains, Unread):
        return
    host = _server_name(request)
    for domain in deployment.domains:
        if host is None or domain.domain_name.lower() == host.lower():
            # Without a server name it is not known which one is meant, so a problem with one of them is only
            # informational.
            yield from _domain(domain, deployment, request, "info" if host is None else "warning")


def _domain(domain: Domain, deployment: Deployment, request: AuthorizerRequest, severity: Severity) -> Iterator[Caveat]:
    name = domain.name if domain.domain_name in ("", domain.name) else f"{domain.name} ({domain.domain_name})"
    if domain.status != "ENABLED":
        message = f"The domain configuration {name} is {domain.status}: devices cannot connect there."
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
            f"The domain configuration {name} authenticates with {domain.authentication_type}: custom "
            f"authorizers do not run there.",
            "Set its authenticationType to CUSTOM_AUTH or DEFAULT, or connect to another host name.",
        )
    if domain.certificate_status == "INVALID":
        because = f" ({domain.certificate_detail})" if domain.certificate_detail else ""
        yield Caveat(
            "domain-certificate",
            Stage.FOUND,
            severity,
            f"The server certificate of the domain configuration {name} is INVALID{because}: AWS IoT serves the last "
            "valid one, if there was one, and a device ends the TLS handshake once that has expired.",
            "Replace it in AWS Certificate Manager under the same ARN: AWS IoT then applies it by itself.",
        )
    if domain.tls_policy in _TLS_1_3_ALONE:
        yield Caveat(
            "domain-tls-policy",
            Stage.FOUND,
            "info",
            f"The domain configuration {name} accepts only TLS 1.3 (security policy {domain.tls_policy}): a device "
            "without it is not let in.",
            "Choose IoTSecurityPolicy_TLS13_1_2_2022_10 where devices speak TLS 1.2: aws iot "
            f"update-domain-configuration --domain-configuration-name {domain.name} --tls-config securityPolicy=…",
        )
    if _is_not_carried(domain, request):
        yield Caveat(
            "domain-protocol",
            Stage.FOUND,
            severity,
            f"The domain configuration {name} only accepts {_CARRIED[domain.application_protocol]} "
            f"(applicationProtocol {domain.application_protocol}), and this request does not use that protocol.",
            "Connect with that protocol, or set applicationProtocol to DEFAULT.",
        )


def _is_not_carried(domain: Domain, request: AuthorizerRequest) -> bool:
    """Whether connections of the domain's protocol cannot have the data in the contexts: MQTT over TLS has no HTTP
    request."""
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
    if deployment.undescribed:
        return  # it may be the host of one of those
    if not is_own_endpoint(host, endpoint) and deployment.domain_of(host) is None:
        yield Caveat(
            "server-name-unknown",
            Stage.FOUND,
            "warning",
            f"The TLS server name {host!r} is neither an endpoint of the account for devices (iot:Data-ATS, iot:Data "
            "or FIPS) nor the host of a domain configuration: a device that sends it cannot connect.",
            f"Use {endpoint}, or the host of a domain configuration.",
        )


_ENDPOINT = re.compile(r"(?P<prefix>[a-z0-9]+?)(?:-ats)?\.iot(?:-fips)?\.(?P<rest>[a-z0-9.-]+)", re.IGNORECASE)


def is_own_endpoint(host: str, endpoint: str) -> bool:
    """Whether the host is any form of the account's data endpoint: iot:Data-ATS, iot:Data, FIPS."""
    if host.lower() == endpoint.lower():
        return True
    one, other = _ENDPOINT.fullmatch(host.lower()), _ENDPOINT.fullmatch(endpoint.lower())
    return one is not None and other is not None and one.groups() == other.groups()


def _unread(deployment: Deployment, _request: AuthorizerRequest) -> Iterator[Caveat]:
    if deployment.undescribed:
        names = ", ".join(deployment.undescribed[:_MOST_NAMED])
        more = len(deployment.undescribed) - _MOST_NAMED
        yield Caveat(
            "not-described",
            Stage.FOUND,
            "info",
            f"Domain configurations not read, because at most ten calls are made: {names}"
            + (f" and {more} more." if more > 0 else "."),
            "authlens cannot judge their hosts; connect to one with --domain-configuration NAME.",
        )
    if deployment.unread:
        needed = ", ".join(dict.fromkeys(f"{each.permission} ({each.why})" for each in deployment.unread))
        yield Caveat(
            "not-read",
            Stage.FOUND,
            "info",
            f"Some of the deployment could not be read: {needed}.",
            "No conclusion is drawn from missing facts. Where access was denied, allow the caller that action.",
        )


_JUDGES: tuple[Judge, ...] = (
    _function,
    concurrency_caveats,
    throttle_caveats,
    _permission,
    _server,
    _domains,
    _default_authorizer,
    logging_caveats,
    _unread,
)


def _give(step: str, authorizer: Authorizer) -> str:
    """The step with its command, if the ARNs of authorizer and function are known."""
    line = permission_line(authorizer)
    return f"{step}: {line}" if line else f"{step}."


def _ran(id_: str, message: str, next_step: str) -> Caveat:
    return Caveat(id_, Stage.RAN, "warning", message, next_step)


def _is_given_unqualified(deployment: Deployment) -> bool:
    policy, arn = deployment.unqualified_permission, deployment.authorizer.function_arn
    if not isinstance(policy, str) or not qualifier(arn):
        return False
    return permission(policy, replace(deployment.authorizer, function_arn=unqualified(arn))).grant in ALLOWING


def _qualified(authorizer: Authorizer) -> str:
    name = qualifier(authorizer.function_arn)
    return f"version {name}" if name.isdecimal() else f"alias {name!r}"


def _server_name(request: AuthorizerRequest) -> str | None:
    return (request.tls_context.server_name or None) if request.tls_context else None


def _domain_of(deployment: Deployment, request: AuthorizerRequest) -> Domain | None:
    host = _server_name(request)
    return deployment.domain_of(host) if host else None
