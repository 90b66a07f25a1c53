"""Reads what is deployed around an authorizer. Each fact is one call, made once; what fails is said and passed over."""

from __future__ import annotations

from collections.abc import Callable
from functools import partial
from typing import Any, Protocol, TypeVar

from authlens.core.deployment.deployment import Deployment, Domain, Function, Unread, qualifier, unqualified
from authlens.core.invocation.gateway import CallFailed
from authlens.core.invocation.invocation import Failure, FailureKind
from authlens.core.request.authorizer import Authorizer

Value = TypeVar("Value")
Absent = TypeVar("Absent")

MOST_DOMAINS = 25
"""Domain configurations that are described: each takes a call."""
_UNDECLARED = "AWS::Lambda::Permission is declared"
_NOT_SERVED = "UnknownOperationException"
"""The answer of an endpoint that does not know the call: a local one has no host that devices connect to."""


class Call(Protocol):
    """Makes one call of a service. Raises CallFailed."""

    def __call__(self, service: str, call: Callable[[Any], Value]) -> Value: ...


def read_deployment(authorizer: Authorizer, call: Call) -> Deployment:
    """Every fact, in the order of how much it tells."""
    reader = _Reader(call)
    arn = authorizer.function_arn
    function = reader.read("lambda:GetFunctionConfiguration", lambda client: _function(client, arn), None)
    policy = reader.read("lambda:GetPolicy", lambda client: _policy(client, arn), None)
    own: str | Unread | None = None
    if qualifier(arn):
        own = reader.read("lambda:GetPolicy", lambda client: _policy(client, unqualified(arn)), None)
    host = reader.read("iot:DescribeEndpoint", data_endpoint, "")
    return Deployment(
        authorizer=authorizer,
        function=function,
        permission=policy,
        unqualified_permission=own,
        default_authorizer=reader.read("iot:DescribeDefaultAuthorizer", _default_authorizer, None),
        domains=_domains(reader),
        undeclared=reader.undeclared,
        data_endpoint="" if isinstance(host, Unread) and host.why == _NOT_SERVED else host,
    )


class _Reader:
    """Makes calls until a service does not answer: the further ones would each wait as long."""

    def __init__(self, call: Call) -> None:
        self._call = call
        self._silent: dict[str, str] = {}
        """Why a service is not asked any more."""
        self.undeclared = ""
        """What a local endpoint says of a permission that no template declares."""

    def read(self, permission: str, call: Callable[[Any], Value], absent: Absent) -> Value | Absent | Unread:
        """The fact; `absent` where AWS says that there is none."""
        service = permission.partition(":")[0]
        if service in self._silent:
            return Unread(permission, self._silent[service])
        try:
            return self._call(service, call)
        except CallFailed as error:
            failure = error.failure
            if failure.error == "ResourceNotFoundException":
                if failure.message and _UNDECLARED in failure.message:
                    self.undeclared = failure.message
                return absent
            if failure.kind is not FailureKind.AWS:
                self._silent[service] = _why(failure)
            return Unread(permission, _why(failure))


def _why(failure: Failure) -> str:
    return failure.error if failure.kind in (FailureKind.AWS, FailureKind.CONFIGURATION) else failure.kind.value


def _function(client: Any, arn: str) -> Function:
    found = client.get_function_configuration(FunctionName=arn)
    return Function(
        arn=found["FunctionArn"],
        timeout=found["Timeout"],
        state=found.get("State") or "Active",
        reason=found.get("StateReason") or "",
        log_group=(found.get("LoggingConfig") or {}).get("LogGroup") or "",
    )


def _policy(client: Any, arn: str) -> str:
    policy: str = client.get_policy(FunctionName=arn)["Policy"]
    return policy


def _default_authorizer(client: Any) -> str:
    name: str = client.describe_default_authorizer()["authorizerDescription"]["authorizerName"]
    return name


def data_endpoint(client: Any) -> str:
    """The host that the account's devices connect to."""
    host: str = client.describe_endpoint(endpointType="iot:Data-ATS")["endpointAddress"]
    return host


def _domains(reader: _Reader) -> tuple[Domain, ...] | Unread:
    names = reader.read("iot:ListDomainConfigurations", _domain_names, ())
    if isinstance(names, Unread):
        return names
    if len(names) > MOST_DOMAINS:
        return Unread("iot:DescribeDomainConfiguration", f"there are {len(names)}, more than are looked at")
    domains = []
    for name in names:
        domain = reader.read("iot:DescribeDomainConfiguration", partial(read_domain, name), None)
        if isinstance(domain, Unread):
            return domain
        if domain is not None:
            domains.append(domain)
    return tuple(domains)


def _domain_names(client: Any) -> tuple[str, ...]:
    page = client.list_domain_configurations(serviceType="DATA", pageSize=250)
    return tuple(each["domainConfigurationName"] for each in page["domainConfigurations"])


def read_domain(name: str, client: Any) -> Domain:
    found = client.describe_domain_configuration(domainConfigurationName=name)
    authorizer = found.get("authorizerConfig")
    return Domain(
        name=found["domainConfigurationName"],
        domain_name=found.get("domainName") or "",
        status=found.get("domainConfigurationStatus") or "ENABLED",
        authentication_type=found.get("authenticationType") or "DEFAULT",
        application_protocol=found.get("applicationProtocol") or "DEFAULT",
        default_authorizer=(authorizer or {}).get("defaultAuthorizerName") or "",
        allows_override=None if authorizer is None else bool(authorizer.get("allowAuthorizerOverride")),
    )
