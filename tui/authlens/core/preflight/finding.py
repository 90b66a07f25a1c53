"""The findings of preflight: each refers to characters of the request, with a fix if a single key can apply one."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from datetime import datetime

from authlens.core.contract.sources import FINDINGS
from authlens.core.contract.statement import ASSUMED, Severity, Source
from authlens.core.request.authorizer import SIGNATURE_NAME, Authorizer
from authlens.core.request.request import AuthorizerRequest
from authlens.core.request.token_place import FoundValue
from authlens.core.saved.saved_request import Sign
from authlens.frozen import dataclass

MISSING_AUTHORIZER = "missing-authorizer"
"""The id of the finding, and of the explanation, that a request names no authorizer."""


@dataclass(frozen=True, slots=True)
class Fix:
    label: str
    """What the fix does, in the imperative: `Remove the line feed`."""
    request: AuthorizerRequest
    """The request with the fix applied."""


@dataclass(frozen=True, slots=True)
class Finding:
    id: str
    severity: Severity
    """`error`: AWS refuses it, or it cannot be sent. `warning`: it probably does not do what is meant. `info`: a
    note."""
    path: str
    """The member by its dotted API name; a header is `httpContext.headers[NAME]`. Empty if it concerns the whole
    request."""
    message: str
    start: int = 0
    end: int = 0
    """The characters concerned, in the member's text; equal if it concerns the whole member."""
    fix: Fix | None = None
    aws_words: str | None = None
    """AWS's answer, word for word, if it refuses."""

    @property
    def source(self) -> Source:
        """How the finding is known."""
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
    """What is known about a request before it is sent: from local files read as data, and from looking up the
    authorizer."""

    missing: tuple[Missing, ...] = ()
    has_authorizer: bool | None = None
    """Whether the authorizer exists; `None` if unknown."""
    authorizer_names: tuple[str, ...] = ()
    """The existing authorizers, if known."""
    authorizer: Authorizer | None = None
    """As defined in the file of a local target."""


@dataclass(frozen=True, slots=True)
class PreflightSubject:
    """A request under preflight, with what is known around it."""

    request: AuthorizerRequest
    """As written; fixes are applied to this."""
    sent: AuthorizerRequest
    """As it will be sent, as far as known: with a placeholder if it is signed on sending."""
    authorizer: Authorizer | None
    """From DescribeAuthorizer; `None` if it was not called."""
    now: datetime | None
    """With a time zone; `None` skips checks of times."""
    sign: Sign | None = None
    """How it is signed on sending, if it is."""
    known: Known = Known()

    def is_signed_here(self, placed: FoundValue) -> bool:
        """Whether signing replaces this value on sending."""
        name = placed.name.lower()
        key_name = self.authorizer.token_key_name if self.authorizer and self.request.token is not None else None
        return (
            self.sign is not None
            and placed.place == self.sign.place
            and name in (SIGNATURE_NAME, (key_name or SIGNATURE_NAME).lower())
        )


Check = Callable[[PreflightSubject], Iterator[Finding]]
"""A check yields its findings, usually one or none."""
