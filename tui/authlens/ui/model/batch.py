"""Requests that are sent besides the form's: earlier ones again, and one to several targets. Pure."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

from authlens.core.invocation.invocation import Invocation
from authlens.core.saved.saved_request import SavedRequest
from authlens.core.saved.source import split_source
from authlens.frozen import dataclass


@dataclass(frozen=True, slots=True)
class BatchItem:
    """One request to send, and what its answer is compared with."""

    label: str
    saved: SavedRequest
    base: Path | None
    """The folder that its relative paths start from."""
    source: str | None = None
    against: Invocation | None = None
    """`None` compares it with the first of its batch."""

    @classmethod
    def of_old(cls, invocation: Invocation, base: Path | None) -> BatchItem:
        """It is sent as it was, from where it was: references are resolved and tokens signed again."""
        saved = invocation.saved
        return cls(f"#{invocation.number}", saved, base_of(invocation, base), invocation.source, invocation)


def base_of(invocation: Invocation, base: Path | None) -> Path | None:
    """The folder for relative paths of an earlier invocation: that of its file, otherwise that of the form."""
    return Path(split_source(invocation.source)[0]).parent if invocation.source else base


def is_redacted(invocation: Invocation) -> bool:
    """Whether the history kept its secrets masked, so that it cannot be sent as it was."""
    from authlens.core.secrets.redaction import MASK  # after the first paint

    return any(MASK in text for text in _texts(invocation.request.to_api()))


def counted(number: int, thing: str) -> str:
    return f"{number} {thing}{'' if number == 1 else 's'}"


def _texts(value: object) -> Iterator[str]:
    if isinstance(value, dict):
        for inner in value.values():
            yield from _texts(inner)
    elif isinstance(value, bytes):
        yield value.decode("utf-8", "replace")
    elif isinstance(value, str):
        yield value
