"""Caveat: what a pass of the test call does not promise of a real connection."""

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
    """Where it belongs; a `warning` makes that stage warned."""
    severity: Severity
    message: str
    next_step: str

    @property
    def source(self) -> Source:
        """How it is known."""
        return WARNINGS.get(self.id, ASSUMED)


def in_order(caveats: Iterable[Caveat]) -> tuple[Caveat, ...]:
    """Warnings first; of one id only the first, which knows most."""
    by_id: dict[str, Caveat] = {}
    for caveat in caveats:
        by_id.setdefault(caveat.id, caveat)
    return tuple(sorted(by_id.values(), key=lambda caveat: caveat.severity != "warning"))
