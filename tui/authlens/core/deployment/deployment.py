"""What is deployed around an authorizer and not shown by the test call: function, permission, domains, the default.

The rule: anything that could not be read is an Unread with the required permission, and no conclusion is drawn from it.
"""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

from authlens.core.policy.arn import split
from authlens.core.request.authorizer import Authorizer
from authlens.frozen import dataclass

if TYPE_CHECKING:
    from authlens.core.deployment.client_certificate import ClientCertificate

X509 = "CUSTOM_AUTH_X509"


@dataclass(frozen=True, slots=True)
class Unread:
    """A fact that could not be read."""

    permission: str
    """The IAM action required to read it, e.g. `lambda:GetPolicy`."""
    why: str
    """AWS's error, or why there was no answer."""


DENIED = ("AccessDeniedException", "ForbiddenException", "UnauthorizedException")
"""What AWS services answer to a caller who lacks the permission for a call."""


@dataclass(frozen=True, slots=True)
class Function:
    """The authorizer's function, from GetFunctionConfiguration."""

    arn: str
    timeout: int
    """Seconds."""
    state: str = "Active"
    """`Active`, `Pending`, `Inactive` or `Failed`."""
    reason: str = ""
    """Why it is in that state, in AWS's words."""
    log_group: str = ""
    code_sha256: str = ""
    """Of its deployment package, in base64, as Lambda gives it."""


@dataclass(frozen=True, slots=True)
class Concurrency:
    """What GetFunctionConcurrency says."""

    reserved: int | None = None
    """Invocations that may run at once; `None`: as many as the account has left."""


@dataclass(frozen=True, slots=True)
class Throttles:
    """What CloudWatch's metric AWS/Lambda Throttles says of the function in the last 24 hours."""

    count: int = 0
    last: str = ""
    """The start of the latest hour in which there were any, such as `2026-11-29T13:00Z`."""


@dataclass(frozen=True, slots=True)
class Logging:
    """What GetV2LoggingOptions says of AWS IoT's own log."""

    level: str = "DISABLED"
    """`DEBUG`, `INFO`, `WARN`, `ERROR` or `DISABLED`."""
    role: str = ""
    """The ARN of the role that writes it."""
    is_off: bool = False
    """Whether all of it is switched off, whatever the level."""

    @property
    def logs(self) -> bool:
        return not self.is_off and self.level != "DISABLED"


@dataclass(frozen=True, slots=True)
class Domain:
    """A domain configuration, from DescribeDomainConfiguration; absent texts are empty."""

    name: str
    domain_name: str = ""
    """The host that devices connect to."""
    status: str = "ENABLED"
    authentication_type: str = "DEFAULT"
    application_protocol: str = "DEFAULT"
    default_authorizer: str = ""
    allows_override: bool | None = None
    """`allowAuthorizerOverride`; `None` if the configuration has no authorizer at all."""
    certificate_status: str = ""
    """Of the server certificate: `VALID` or `INVALID`; empty where there is none of its own."""
    certificate_detail: str = ""
    """Why it is invalid, in AWS's words."""
    tls_policy: str = ""
    """The security policy, such as `IoTSecurityPolicy_TLS13_1_2_2022_10`."""
    client_certificates: tuple[ClientCertificate, ...] = ()
    """Those that a local listener accepts with CUSTOM_AUTH_X509. AWS registers certificates apart from domains."""

    @property
    def requires_certificate(self) -> bool:
        """Whether devices must present a client certificate."""
        return self.authentication_type == X509


@dataclass(frozen=True, slots=True)
class Deployment:
    """Everything that was read about a deployment, at one moment."""

    authorizer: Authorizer
    function: Function | Unread | None
    """`None` if the function does not exist."""
    permission: str | Unread | None
    """The resource policy as JSON, of the alias or version that the authorizer refers to; `None` if there is none."""
    unqualified_permission: str | Unread | None = None
    """The function's own, if the authorizer refers to an alias or version of it."""
    default_authorizer: str | Unread | None = None
    """Its name; `None` if none is set."""
    domains: tuple[Domain, ...] | Unread = ()
    """The domain configurations for devices (service type DATA)."""
    data_endpoint: str | Unread = ""
    """The account's host for devices; empty if the target has none."""
    undeclared: str = ""
    """A local endpoint's explanation of why there is no permission, if its template declares none."""
    concurrency: Concurrency | Unread | None = None
    """Of the function itself, without an alias; `None`: there is no such function, or it was not asked for."""
    throttles: Throttles | Unread | None = None
    """`None`: the function is of another account, or they were not asked for."""
    logging: Logging | Unread | None = None
    """`None`: it was never set up, or not asked for."""
    is_logging_read: bool = False
    """Whether `logging` was asked for."""
    undescribed: tuple[str, ...] = ()
    """The names of domain configurations that were not read, because there are too many."""

    @property
    def unread(self) -> tuple[Unread, ...]:
        facts = (
            self.function,
            self.permission,
            self.unqualified_permission,
            self.default_authorizer,
            self.domains,
            self.data_endpoint,
            self.concurrency,
            self.throttles,
            self.logging,
        )
        return tuple(fact for fact in facts if isinstance(fact, Unread))

    @property
    def is_qualifier_dead(self) -> bool:
        """Whether the authorizer names an alias or version that does not exist, of a function that does."""
        is_known = isinstance(self.concurrency, Concurrency)
        return bool(qualifier(self.authorizer.function_arn)) and self.function is None and is_known

    def domain_of(self, host: str) -> Domain | None:
        """The domain configuration of a host name; also `None` if the configurations could not be read."""
        domains = () if isinstance(self.domains, Unread) else self.domains
        return next((each for each in domains if each.domain_name.lower() == host.lower()), None)


def unqualified(function_arn: str) -> str:
    """The ARN of the function itself, without an alias or version at the end."""
    found = split(function_arn)
    return function_arn if found is None else str(replace(found, tail=":".join(found.tail.split(":")[:2])))


def qualifier(function_arn: str) -> str:
    """The alias or version in the ARN; empty for the function itself."""
    found = split(function_arn)
    parts = found.tail.split(":") if found else []
    return parts[2] if len(parts) == 3 else ""
