"""A saved request: what one YAML file of the user holds. Reading and writing its text is in `saved_request_yaml`."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import field
from typing import Any

from authlens.core.request.request import AuthorizerRequest
from authlens.core.request.target import Target
from authlens.core.request.token_place import Place
from authlens.core.saved.certificate import Certificate
from authlens.core.saved.expectation import Expectation
from authlens.frozen import dataclass


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
class Case:
    """One row of `cases:`."""

    name: str
    saved: SavedRequest = field(compare=False)
    """The request of the file with the changes of this case."""
    written: Mapping[str, Any]
    """The changes, as the file has them; `None` removes a member."""
    line: int = field(default=1, compare=False)


@dataclass(frozen=True, slots=True)
class SuitePart:
    """What only a suite asks for."""

    tags: tuple[str, ...] = ()
    skip: str | None = None
    """Why it is not sent."""
    cases: tuple[Case, ...] = ()


@dataclass(frozen=True, slots=True)
class SavedRequest:
    """A request with what belongs to it. Strings may hold references, which are resolved when it is sent."""

    request: AuthorizerRequest
    description: str | None = None
    target: Target = field(default_factory=Target)
    sign: Sign | None = None
    expect: Expectation | None = None
    suite: SuitePart = field(default_factory=SuitePart)
    certificate: Certificate | None = None
    """What a device authenticates TLS with, where its domain wants that beside the authorizer."""

    def case(self, name: str) -> SavedRequest | None:
        """The request of one case."""
        return next((case.saved for case in self.suite.cases if case.name == name), None)
