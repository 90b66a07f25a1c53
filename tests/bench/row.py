"""One measured bar."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Row:
    what: str
    measured: float
    bar: float
    """At most this, unless `at_least`."""
    unit: str = "×"
    at_least: bool = False
    note: str = ""

    @property
    def holds(self) -> bool:
        return self.measured >= self.bar if self.at_least else self.measured <= self.bar

    def __str__(self) -> str:
        sign = "≥" if self.at_least else "≤"
        mark = "ok  " if self.holds else "OVER"
        return f"{mark}  {self.measured:10.3f} {self.unit:4} {sign} {self.bar:<9g} {self.what}  {self.note}".rstrip()
