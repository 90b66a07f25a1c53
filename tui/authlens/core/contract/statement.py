"""The severity of a statement about AWS, and how it is known.

Every statement that a user may act on has a Source: measured, documented by AWS, reported by somebody, or assumed. On
screen only the last two are marked; details, JSON and the docs show all four.
"""

from __future__ import annotations

from enum import StrEnum
from typing import Literal

from authlens.frozen import dataclass

Severity = Literal["error", "warning", "info"]


class Certainty(StrEnum):
    MEASURED = "measured"
    """Tried on AWS, by the emulator whose tests the contract is based on."""
    DOCUMENTED = "documented"
    """Stated on an AWS page."""
    REPORTED = "reported"
    """Reported in public by one or more people."""
    ASSUMED = "assumed"
    """Not confirmed by anyone; the most likely behaviour."""


@dataclass(frozen=True, slots=True)
class Source:
    """How a statement is known, and where to read it."""

    known: Certainty
    page: str | None = None
    """An address from `pages.PAGES`; `None` if there is none."""
    note: str = ""
    """A qualification, such as the protocol used for the measurement."""

    @property
    def is_certain(self) -> bool:
        return self.known in (Certainty.MEASURED, Certainty.DOCUMENTED)

    @property
    def mark(self) -> str:
        """The mark shown next to the statement on screen: `reported` or `assumed`; empty if it is certain."""
        return "" if self.is_certain else self.known.value


def measured(page: str | None = None, note: str = "") -> Source:
    return Source(Certainty.MEASURED, page, note)


def documented(page: str, note: str = "") -> Source:
    return Source(Certainty.DOCUMENTED, page, note)


def reported(page: str, note: str = "") -> Source:
    return Source(Certainty.REPORTED, page, note)


def assumed(page: str | None = None, note: str = "") -> Source:
    return Source(Certainty.ASSUMED, page, note)


ASSUMED = assumed()
"""For a statement without a row in any table."""
