"""What a saved request expects of its answer (`expect:`)."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import field
from typing import Any, Literal

from authlens.frozen import dataclass


@dataclass(frozen=True, slots=True)
class Question:
    """Is this client allowed this? An action and a resource (an ARN or its tail such as `topic/a/b`)."""

    action: str
    resource: str


@dataclass(frozen=True, slots=True)
class ExpectedError:
    error: str
    """The exception class."""
    message: str | None = None
    """A regular expression that must match somewhere in the message; `None` accepts any message."""


@dataclass(frozen=True, slots=True)
class Expectation:
    """The keys of `expect:`; an absent one is `None` or empty and is not checked."""

    is_authenticated: bool | None = None
    principal_id: str | None = None
    """Text, or `/regex/`."""
    allow: tuple[Question, ...] = ()
    deny: tuple[Question, ...] = ()
    variables: Mapping[str, tuple[str, ...]] = field(default_factory=dict)
    policy_documents: tuple[Any, ...] | None = None
    """Documents as JSON values, compared by meaning."""
    refresh_after_in_seconds: int | None = None
    disconnect_after_in_seconds: int | None = None
    error: ExpectedError | None = None
    max_duration: float | None = None
    """Seconds."""
    no_findings: Literal["error", "warning"] | None = None
