"""Where a request is sent: AWS through a profile and region, or a local endpoint."""

from __future__ import annotations

from enum import Enum

from authlens.frozen import dataclass

DEMO = "demo"
"""The value of `Target.local` for the samples inside the package."""


@dataclass(frozen=True, slots=True)
class StaticCredentials:
    """Credentials passed in directly. With them none of the user's AWS files or variables is read."""

    access_key: str
    secret_key: str


@dataclass(frozen=True, slots=True)
class Target:
    """A destination, in terms of the AWS CLI's options. `None` means: as configured for AWS."""

    profile: str | None = None
    region: str | None = None
    endpoint_url: str | None = None
    local: str | None = None
    """A local endpoint by its authorizers.yaml or template (a path), or `demo`; never by its port."""
    verify_ssl: bool = True
    ca_bundle: str | None = None
    sign_request: bool = True
    connect_timeout: float | None = None
    """Seconds; `0` waits forever, as in the AWS CLI."""
    read_timeout: float | None = None
    credentials: StaticCredentials | None = None
    """Set for a local endpoint once its URL is known; never saved."""


class NoProfile(Enum):
    """Why no profile is used."""

    UNSIGNED = "unsigned"
    ENVIRONMENT = "environment"
    """The keys in the environment are used."""


@dataclass(frozen=True, slots=True)
class Configured:
    """What the AWS configuration resolves a target to, before any call is made."""

    profile: str | NoProfile
    """The profile whose credentials are used."""
    region: str | None


@dataclass(frozen=True, slots=True)
class Identity:
    """The caller's identity at a target, from STS GetCallerIdentity and the configuration."""

    account: str
    arn: str
    region: str
