"""What preflight says of a request: one finding each, at its characters, with a fix where one key can mend it."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from datetime import datetime

from authlens.core.contract.sources import FINDINGS
from authlens.core.contract.statement import ASSUMED, Severity, Source
from authlens.core.request.authorizer import SIGNATURE_NAME, Authorizer
from authlens.core.request.request import AuthorizerRequest
from authlens.core.request.token_place import Placed
from authlens.core.saved.saved_request import Sign
from authlens.frozen import dataclass


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
    """`error`: AWS refuses it, or it cannot be sent. `warning`: it will hardly do what is meant. `info`: a note."""
    path: str
    """The member by its dotted API name; a header is `httpContext.headers[NAME]`. Empty when it is about them all."""
    message: str
    start: int = 0
    end: int = 0
    """The characters concerned, in the member's text; equal when it is about the whole member."""
    fix: Fix | None = None
    aws_words: str | None = None
    """What AWS answers, word for word, where it refuses."""

    @property
    def source(self) -> Source:
        """How it is known."""
        return FINDINGS.get(self.id, ASSUMED)


@dataclass(frozen=True, slots=True)
class Missing:
    """Something without which the request cannot be sent."""

    path: str
    """The member that needs it; `sign.key` and `sign.passphrase` are those of the saved request."""
    why: str
    """A sentence."""
    start: int = 0
    end: int = 0
    """The characters of the member's text that name it."""


@dataclass(frozen=True, slots=True)
class Known:
    """What was found out around a request before it is sent: local files read as data, the authorizer looked up."""

    missing: tuple[Missing, ...] = ()
    has_authorizer: bool | None = None
    """Whether the authorizer exists; `None` while nobody knows."""
    authorizer_names: tuple[str, ...] = ()
    """Those that exist, where that is known."""
    authorizer: Authorizer | None = None
    """As the file of a local target has it."""


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
    sign: Sign | None = None
    """How it is signed on sending, if it is."""
    known: Known = Known()

    def is_signed_here(self, placed: Placed) -> bool:
        """Whether signing replaces this value on sending."""
        name = placed.name.lower()
        key_name = self.authorizer.token_key_name if self.authorizer and self.request.token is not None else None
        return (
            self.sign is not None
            and placed.place == self.sign.place
            and name in (SIGNATURE_NAME, (key_name or SIGNATURE_NAME).lower())
        )


Check = Callable[[Subject], Iterator[Finding]]
"""One check: what it finds, usually one thing or nothing."""
