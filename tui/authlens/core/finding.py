"""What preflight says of a request: one finding each, at its characters, with a fix where one key can mend it."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import datetime
from typing import Literal

from authlens.core.authorizer import Authorizer
from authlens.core.request import AuthorizerRequest

Severity = Literal["error", "warning", "info"]


@dataclass(frozen=True, slots=True)
class Fix:
    label: str
    """What the fix does, as a command: `Remove the line feed`."""
    request: AuthorizerRequest
    """The request with the fix made."""


@dataclass(frozen=True, slots=True)
class Finding:
    id: str
    severity: Severity
    """`error`: AWS refuses it. `warning`: it will hardly do what is meant. `info`: good to know."""
    path: str
    """The member by its dotted API name; a header is `httpContext.headers[NAME]`. Empty when it is about them all."""
    message: str
    start: int = 0
    end: int = 0
    """The characters concerned, in the member's text; equal when it is about the whole member."""
    fix: Fix | None = None
    aws_words: str | None = None
    """What AWS answers, word for word, where it refuses."""


@dataclass(frozen=True, slots=True)
class Subject:
    """A request under preflight, with what is known around it."""

    request: AuthorizerRequest
    """As written: what fixes are made to."""
    sent: AuthorizerRequest
    """As it will be sent as far as that is known: with a stand-in where it is signed on sending."""
    authorizer: Authorizer | None
    """What DescribeAuthorizer says; `None` when it was not asked."""
    now: datetime | None
    """With a time zone; `None` leaves times unjudged."""


Check = Callable[[Subject], Iterator[Finding]]
"""One check: what it finds, usually one thing or nothing."""
