"""Where a request is sent: AWS through a profile and region, or a local endpoint."""

from __future__ import annotations

from enum import Enum

from authlens.frozen import dataclass

DEMO = "demo"
"""The value of `Target.local` that names the samples inside the package."""


@dataclass(frozen=True, slots=True)
class StaticCredentials:
    """Credentials given in hand. With them no AWS file or variable of the user is read."""

    access_key: str
    secret_key: str


@dataclass(frozen=True, slots=True)
class Target:
    """A destination, in the terms of the AWS CLI's options. `None` means: as AWS's own configuration says."""

    profile: str | None = None
    region: str | None = None
    endpoint_url: str | None = None
    local: str | None = None
    """A local endpoint by its authorizers.yaml or template (a path), or `demo`; never by its port."""
    verify_ssl: bool = True
    ca_bundle: str | None = None
    sign_request: bool = True
    connect_timeout: float | None = None
    """Seconds; `0` waits for ever, as in the AWS CLI."""
    read_timeout: float | None = None
    credentials: StaticCredentials | None = None
    """Set for a local endpoint once its URL is known; never saved."""


class NoProfile(Enum):
    """Why no profile counts."""

    UNSIGNED = "unsigned"
    ENVIRONMENT = "environment"
    """The keys of the environment count."""


@dataclass(frozen=True, slots=True)
class Configured:
    """What the AWS configuration makes of a target, before anybody is asked."""

    profile: str | NoProfile
    """The profile whose credentials count."""
    region: str | None


@dataclass(frozen=True, slots=True)
class Identity:
    """Who a target is talked to as: what STS GetCallerIdentity and the configuration say."""

    account: str
    arn: str
    region: str
