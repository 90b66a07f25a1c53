"""A saved request: the content of one of the user's YAML files. `saved_request_yaml` reads and writes its text."""

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
    """Sign the token when the request is sent."""

    key: str
    """Path of a PEM private key, relative to the saved request."""
    passphrase: str | None = None
    """A reference such as `${env:KEY_PASSPHRASE}`."""
    place: Place = "token"
    """Where to put the signature."""


@dataclass(frozen=True, slots=True)
class Case:
    """One row of `cases:`."""

    name: str
    saved: SavedRequest = field(compare=False)
    """The file's request with the changes of this case."""
    written: Mapping[str, Any]
    """The changes as written in the file; `None` removes a member."""
    line: int = field(default=1, compare=False)


@dataclass(frozen=True, slots=True)
class SuitePart:
    """What only a suite uses."""

    tags: tuple[str, ...] = ()
    skip: str | None = None
    """Why a suite does not send it."""
    cases: tuple[Case, ...] = ()


@dataclass(frozen=True, slots=True)
class SavedRequest:
    """A request with everything that belongs to it. Strings may contain references, which are resolved on sending."""

    request: AuthorizerRequest
    description: str | None = None
    target: Target = field(default_factory=Target)
    sign: Sign | None = None
    expect: Expectation | None = None
    suite: SuitePart = field(default_factory=SuitePart)
    certificate: Certificate | None = None
    """What a device presents for TLS, if its domain requires a certificate in addition to the authorizer."""

    def case(self, name: str) -> SavedRequest | None:
        """The request of one case."""
        return next((case.saved for case in self.suite.cases if case.name == name), None)
