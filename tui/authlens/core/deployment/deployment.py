"""What AWS holds around an authorizer and the test call does not show: function, permission, domains, the default.

The rule: what could not be read is an Unread that names the permission it takes, and nothing is concluded from it.
"""

from __future__ import annotations

from authlens.core.request.authorizer import Authorizer
from authlens.frozen import dataclass


@dataclass(frozen=True, slots=True)
class Unread:
    """A fact that could not be read."""

    permission: str
    """The IAM action that reading it takes, e.g. `lambda:GetPolicy`."""
    why: str
    """AWS's error, or why there was no answer."""


@dataclass(frozen=True, slots=True)
class Function:
    """What GetFunctionConfiguration says of the authorizer's function."""

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
    """What DescribeDomainConfiguration says of one; texts that were absent are empty."""

    name: str
    domain_name: str = ""
    """The host that devices connect to."""
    status: str = "ENABLED"
    authentication_type: str = "DEFAULT"
    application_protocol: str = "DEFAULT"
    default_authorizer: str = ""
    allows_override: bool | None = None
    """`allowAuthorizerOverride`; `None` where the configuration has no authorizer at all."""


@dataclass(frozen=True, slots=True)
class Deployment:
    """Everything that was read of what is deployed, at one moment."""

    authorizer: Authorizer
    function: Function | Unread | None
    """`None`: there is no such function."""
    permission: str | Unread | None
    """The resource policy as JSON, of the alias or version that the authorizer names; `None`: there is none."""
    unqualified_permission: str | Unread | None = None
    """The function's own, where the authorizer names an alias or version of it."""
    default_authorizer: str | Unread | None = None
    """Its name; `None`: none is set."""
    domains: tuple[Domain, ...] | Unread = ()
    """The domain configurations for devices (service type DATA)."""
    data_endpoint: str | Unread = ""
    """The account's host for devices; empty where the target has none."""
    undeclared: str = ""
    """Why there is no permission, in the words of a local endpoint whose template declares none."""

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
        """The domain configuration of a host name; `None` too where they could not be read."""
        domains = () if isinstance(self.domains, Unread) else self.domains
        return next((each for each in domains if each.domain_name.lower() == host.lower()), None)


def unqualified(function_arn: str) -> str:
    """The ARN of the function itself, without the alias or version at its end."""
    return ":".join(function_arn.split(":")[:7])


def qualifier(function_arn: str) -> str:
    """The alias or version that the ARN names; empty where it names the function itself."""
    parts = function_arn.split(":")
    return parts[7] if len(parts) == 8 else ""
