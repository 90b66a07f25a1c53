"""What a function prints while it runs, as its last lines, without the secrets of its request. Pure.

The rule: the values of references are not known here, so a request with references shows only the number of lines.
"""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

from authlens.core.request.references import refers
from authlens.core.request.request import texts
from authlens.core.saved.saved_request import SavedRequest

if TYPE_CHECKING:
    from authlens.core.secrets.redaction import Redactor

MOST = 6
"""How many lines are shown."""
_LONGEST = 16_384
"""How many characters at the end of the output are examined."""


class PrintedLines:
    """Of one call."""

    def __init__(self, saved: SavedRequest | None = None, base: Path | None = None) -> None:
        self.saved = saved
        self.base = base
        self._text = ""
        self._count = 0
        self._redactor: Redactor | None = None

    def add(self, text: str) -> None:
        """More of it; a piece may end within a line."""
        self._count += text.count("\n")
        self._text = (self._text + text)[-_LONGEST:]

    @property
    def last(self) -> tuple[str, ...]:
        if self.saved is None or not self._text:
            return ()
        if _has_references(self.saved):
            return (f"{self._count:,} lines printed so far",)
        if self._redactor is None:
            from authlens.core.secrets.redaction import Redactor, secrets_of  # loaded with the first slow function

            self._redactor = Redactor(secrets_of(self.saved.request, certain=True))
        lines = self._redactor.text(self._text).splitlines()
        return tuple(line for line in lines if line.strip())[-MOST:]


def _has_references(saved: SavedRequest) -> bool:
    return any(refers(text) for _, text in texts(saved.request))
