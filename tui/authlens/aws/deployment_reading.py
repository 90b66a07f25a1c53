"""Reads what is deployed around an authorizer: at most ten calls, most of them at once; none of them is needed."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from datetime import UTC, datetime, timedelta
from functools import partial
from typing import Any, Protocol, TypeVar

from authlens import calls
from authlens.core.deployment.deployment import (
    Concurrency,
    Deployment,
    Domain,
    Function,
    Logging,
    Throttles,
    Unread,
    qualifier,
    unqualified,
)
from authlens.core.deployment.invoke_permission import InvokeGrant, permission
from authlens.core.invocation.gateway import CallFailed
from authlens.core.invocation.invocation import Failure, FailureKind
from authlens.core.policy.arn import function_named, split
from authlens.core.request.authorizer import Authorizer

Value = TypeVar("Value")
Absent = TypeVar("Absent")

MOST_READS = 10
"""The maximum number of calls; those left after the ones always made describe domain configurations."""
_UNDECLARED = "AWS::Lambda::Permission is declared"
_NOT_SERVED = "UnknownOperationException"
"""The answer of an endpoint that does not know the call."""


class CallService(Protocol):
    """Makes one call of a service. Raises CallFailed."""

    def __call__(self, service: str, call: Callable[[Any], Value]) -> Value: ...


def read_deployment(authorizer: Authorizer, call: CallService) -> Deployment:
    """Every fact. What does not depend on another answer is read at the same time.

    authorizer: of one that could not be described, only the name; then nothing of its function is read.
    """
    reader = _Reader(call)
    arn, own = authorizer.function_arn, unqualified(authorizer.function_arn)
    reads: dict[str, Callable[[], Any]] = {
        "function": lambda: reader.read("lambda:GetFunctionConfiguration", partial(_function, arn), None),
        "permission": lambda: reader.read("lambda:GetPolicy", partial(_policy, arn), None),
        "concurrency": lambda: reader.read("lambda:GetFunctionConcurrency", partial(_concurrency, own), None),
        "throttles": lambda: reader.read("cloudwatch:GetMetricStatistics", partial(_throttles, authorizer), None),
        "default_authorizer": lambda: reader.read("iot:DescribeDefaultAuthorizer", _default_authorizer, None),
        "data_endpoint": lambda: reader.read("iot:DescribeEndpoint", data_endpoint, ""),
        "names": lambda: reader.read("iot:ListDomainConfigurations", _domain_names, ()),
        "logging": lambda: reader.read("iot:GetV2LoggingOptions", _logging, None),
    }
    if not arn:
        reads |= dict.fromkeys(_OF_THE_FUNCTION, lambda: Unread("iot:DescribeAuthorizer", "its function is not known"))
    elif not _is_of_the_same_account(authorizer):
        del reads["throttles"]  # the metrics of this account would show none
    found = _at_once(reads)
    names = found.pop("names")
    left = MOST_READS - len(reads)
    if qualifier(arn) and _is_missing(found["permission"], authorizer):
        found["unqualified_permission"] = reader.read("lambda:GetPolicy", partial(_policy, own), None)
        left -= 1
    domains = names if isinstance(names, Unread) else _domains(reader, names[:left])
    return Deployment(
        authorizer=authorizer,
        domains=domains,
        undescribed=() if isinstance(names, Unread) else names[left:],
        undeclared=reader.undeclared,
        is_logging_read=_is_served(found["logging"]),
        **{name: _unless_not_served(fact, _ABSENT.get(name)) for name, fact in found.items()},
    )


_OF_THE_FUNCTION = ("function", "permission", "concurrency", "throttles")


def _is_of_the_same_account(authorizer: Authorizer) -> bool:
    function, own = split(authorizer.function_arn), split(authorizer.arn)
    return function is not None and own is not None and (function.region, function.account) == (own.region, own.account)


def _is_missing(policy: str | Unread | None, authorizer: Authorizer) -> bool:
    """Whether the alias or version has no permission, so that the function's own may explain it."""
    return not isinstance(policy, Unread) and permission(policy, authorizer).grant is InvokeGrant.MISSING


_ABSENT = {"data_endpoint": ""}
"""The value of a fact on an endpoint that does not know its call; `None` for the others."""
_OPTIONAL: Mapping[str, str] = {
    "cloudwatch:GetMetricStatistics": _NOT_SERVED,
    "iot:DescribeEndpoint": "InvalidRequestException",
    "iot:GetV2LoggingOptions": _NOT_SERVED,
    "lambda:GetFunctionConcurrency": _NOT_SERVED,
}
"""Calls that a local endpoint need not answer, with the error that says so: it may have no listener for devices."""


def _unless_not_served(fact: Any, absent: Any) -> Any:
    return fact if _is_served(fact) else absent


def _is_served(fact: Any) -> bool:
    return not (isinstance(fact, Unread) and fact.why == _OPTIONAL.get(fact.permission))


def _at_once(reads: Mapping[str, Callable[[], Value]]) -> dict[str, Value]:
    """The answers of all calls, run at the same time on threads that do not delay leaving the app."""
    attempts: dict[str, calls.Attempt[Value]] = {}
    threads = [calls.start(read, partial(attempts.__setitem__, name)) for name, read in reads.items()]
    for thread in threads:
        thread.join()
    return {name: attempts[name].answer() for name in reads}


class _Reader:
    """Makes calls, each an attempt of its own."""

    def __init__(self, call: CallService) -> None:
        self._call = call
        self.undeclared = ""
        """What a local endpoint says about a permission that no template declares."""

    def read(self, permission: str, call: Callable[[Any], Value], absent: Absent) -> Value | Absent | Unread:
        """The fact; `absent` where AWS says that there is none."""
        try:
            return self._call(permission.partition(":")[0], call)
        except CallFailed as error:
            failure = error.failure
            if _IN_ANOTHER_REGION in (failure.message or ""):
                return Unread(permission, "it is in another region")
            if failure.error in _SAYS_NONE:
                if failure.message and _UNDECLARED in failure.message:
                    self.undeclared = failure.message
                return absent
            return Unread(permission, _why(failure))


_IN_ANOTHER_REGION = "not reachable in this region"
"""What Lambda says of a function elsewhere, which may exist, with the class of one that does not."""
_SAYS_NONE = ("ResourceNotFoundException", "NotConfiguredException")


def _why(failure: Failure) -> str:
    return failure.error if failure.kind in (FailureKind.AWS, FailureKind.CONFIGURATION) else failure.kind.value


def _function(arn: str, client: Any) -> Function:
    found = client.get_function_configuration(FunctionName=arn)
    return Function(
        arn=found["FunctionArn"],
        timeout=found["Timeout"],
        state=found.get("State") or "Active",
        reason=found.get("StateReason") or "",
        log_group=(found.get("LoggingConfig") or {}).get("LogGroup") or "",
        code_sha256=found.get("CodeSha256") or "",
    )


def _policy(arn: str, client: Any) -> str:
    policy: str = client.get_policy(FunctionName=arn)["Policy"]
    return policy


def _concurrency(arn: str, client: Any) -> Concurrency:
    found = client.get_function_concurrency(FunctionName=arn)
    return Concurrency(found.get("ReservedConcurrentExecutions"))


def _throttles(authorizer: Authorizer, client: Any) -> Throttles:
    """Of all versions and aliases together, an hour at a time."""
    now = datetime.now(UTC)
    points = client.get_metric_statistics(
        Namespace="AWS/Lambda",
        MetricName="Throttles",
        Dimensions=[{"Name": "FunctionName", "Value": function_named(authorizer.function_arn)}],
        StartTime=now - timedelta(days=1),
        EndTime=now,
        Period=3600,
        Statistics=["Sum"],
    )["Datapoints"]
    throttled = [each for each in points if each["Sum"]]
    last = max((each["Timestamp"].astimezone(UTC) for each in throttled), default=None)
    return Throttles(round(sum(each["Sum"] for each in throttled)), f"{last:%Y-%m-%dT%H:%MZ}" if last else "")


def _logging(client: Any) -> Logging:
    found = client.get_v2_logging_options()
    level, role = found.get("defaultLogLevel") or "DISABLED", found.get("roleArn") or ""
    return Logging(level, role, bool(found.get("disableAllLogs")))


def _default_authorizer(client: Any) -> str:
    name: str = client.describe_default_authorizer()["authorizerDescription"]["authorizerName"]
    return name


def data_endpoint(client: Any) -> str:
    """The host that the account's devices connect to."""
    host: str = client.describe_endpoint(endpointType="iot:Data-ATS")["endpointAddress"]
    return host


def _domains(reader: _Reader, names: Sequence[str]) -> tuple[Domain, ...] | Unread:
    def read(name: str) -> Domain | Unread | None:
        return reader.read("iot:DescribeDomainConfiguration", partial(read_domain, name), None)

    found = _at_once({name: partial(read, name) for name in names}).values()
    unread = next((each for each in found if isinstance(each, Unread)), None)
    return unread or tuple(each for each in found if isinstance(each, Domain))


def _domain_names(client: Any) -> tuple[str, ...]:
    page = client.list_domain_configurations(serviceType="DATA", pageSize=250)
    return tuple(each["domainConfigurationName"] for each in page["domainConfigurations"])


def read_domain(name: str, client: Any) -> Domain:
    found = client.describe_domain_configuration(domainConfigurationName=name)
    authorizer = found.get("authorizerConfig")
    certificates: list[dict[str, Any]] = found.get("serverCertificates") or []
    invalid = [each for each in certificates if each.get("serverCertificateStatus") == "INVALID"]
    certificate = next(iter(invalid or certificates), {})
    return Domain(
        name=found["domainConfigurationName"],
        domain_name=found.get("domainName") or "",
        status=found.get("domainConfigurationStatus") or "ENABLED",
        authentication_type=found.get("authenticationType") or "DEFAULT",
        application_protocol=found.get("applicationProtocol") or "DEFAULT",
        default_authorizer=(authorizer or {}).get("defaultAuthorizerName") or "",
        allows_override=None if authorizer is None else bool(authorizer.get("allowAuthorizerOverride")),
        certificate_status=certificate.get("serverCertificateStatus") or "",
        certificate_detail=certificate.get("serverCertificateStatusDetail") or "",
        tls_policy=(found.get("tlsConfig") or {}).get("securityPolicy") or "",
    )
