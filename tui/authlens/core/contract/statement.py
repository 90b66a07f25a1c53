"""A statement about AWS, how grave it is and how it is known.

Every statement that a person may act on carries a Source: whether it was measured, is on a page of AWS, was reported by
somebody, or is assumed. On screen only the last two are marked; details, JSON and the docs have all four.
"""

from __future__ import annotations

from enum import StrEnum
from typing import Literal

from authlens.frozen import dataclass

Severity = Literal["error", "warning", "info"]


class Known(StrEnum):
    MEASURED = "measured"
    """Tried on AWS, by the emulator whose tests the contract rests on."""
    DOCUMENTED = "documented"
    """Written on a page of AWS."""
    REPORTED = "reported"
    """Told by one or several people in public."""
    ASSUMED = "assumed"
    """Nobody's word; what seems most likely."""


@dataclass(frozen=True, slots=True)
class Source:
    """How a statement is known, and where that can be read."""

    known: Known
    page: str | None = None
    """An address of `pages.PAGES`; `None` where there is none to read."""
    note: str = ""
    """What limits it, such as the protocol that it was measured over."""

    @property
    def is_certain(self) -> bool:
        return self.known in (Known.MEASURED, Known.DOCUMENTED)

    @property
    def mark(self) -> str:
        """What is shown beside the statement on screen: `reported` or `assumed`, empty for what is certain."""
        return "" if self.is_certain else self.known.value


def measured(page: str | None = None, note: str = "") -> Source:
    return Source(Known.MEASURED, page, note)


def documented(page: str, note: str = "") -> Source:
    return Source(Known.DOCUMENTED, page, note)


def reported(page: str, note: str = "") -> Source:
    return Source(Known.REPORTED, page, note)


def assumed(page: str | None = None, note: str = "") -> Source:
    return Source(Known.ASSUMED, page, note)


ASSUMED = assumed()
"""Of a statement that no table has a row for."""
