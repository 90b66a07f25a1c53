"""What is deployed around an authorizer and not shown by the test call: function, permission, domains, the default.

The rule: anything that could not be read is an Unread with the required permission, and no conclusion is drawn from it.
"""

from __future__ import annotations

from dataclasses import replace

from authlens.core.policy.arn import split
from authlens.core.request.authorizer import Authorizer
from authlens.frozen import dataclass


@dataclass(frozen=True, slots=True)
class Unread:
    """A fact that could not be read."""

    permission: str
    """The IAM action required to read it, e.g. `lambda:GetPolicy`."""
    why: str
    """AWS's error, or why there was no answer."""


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

    @property
    def unread(self) -> tuple[Unread, ...]:
        facts = (
            self.function,
            self.permission,
            self.unqualified_permission,
            self.default_authorizer,
            self.domains,
            self.data_endpoint,
        )
        return tuple(fact for fact in facts if isinstance(fact, Unread))

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
