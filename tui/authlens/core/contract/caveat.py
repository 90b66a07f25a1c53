"""Caveat: a way in which a real connection may fail although the test call passes."""

from __future__ import annotations

from collections.abc import Iterable

from authlens.core.contract.sources import WARNINGS
from authlens.core.contract.stage import Stage
from authlens.core.contract.statement import ASSUMED, Severity, Source
from authlens.frozen import dataclass


@dataclass(frozen=True, slots=True)
class Caveat:
    id: str
    stage: Stage
    """The stage it applies to; a `warning` marks that stage."""
    severity: Severity
    message: str
    next_step: str

    @property
    def source(self) -> Source:
        """How the caveat is known."""
        return WARNINGS.get(self.id, ASSUMED)


def in_order(caveats: Iterable[Caveat]) -> tuple[Caveat, ...]:
    """Warnings first; for each id only the first, which is the most specific."""
    by_id: dict[str, Caveat] = {}
    for caveat in caveats:
        by_id.setdefault(caveat.id, caveat)
    return tuple(sorted(by_id.values(), key=lambda caveat: caveat.severity != "warning"))
