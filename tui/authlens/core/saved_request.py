"""A saved request: what one YAML file of the user holds. Reading and writing its text is in `saved_request_yaml`."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Literal

from authlens.core.expectation import Expectation
from authlens.core.request import AuthorizerRequest
from authlens.core.target import Target

Place = Literal["token", "username", "queryString", "headers"]


@dataclass(frozen=True, slots=True)
class Sign:
    """Make the token signature when the request is sent."""

    key: str
    """Path of a PEM private key, relative to the file that names it."""
    passphrase: str | None = None
    """A reference such as `${env:KEY_PASSPHRASE}`."""
    place: Place = "token"
    """Where a signed authorizer is to find the signature."""


@dataclass(frozen=True, slots=True)
class SavedRequest:
    """A request with what belongs to it. Strings may hold references, which are resolved when it is sent."""

    request: AuthorizerRequest
    description: str | None = None
    target: Target = field(default_factory=Target)
    sign: Sign | None = None
    expect: Expectation | None = None
