"""Many durations in a few numbers: minimum, median, 95th percentile and maximum, cold calls apart from warm ones."""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from datetime import datetime, timedelta

from authlens.core.invocation.invocation import Invocation
from authlens.frozen import dataclass

_COLD = re.compile(r"\bInit Duration: ")
"""What Lambda reports of a call that had to start the function."""


@dataclass(frozen=True, slots=True)
class Latency:
    """Seconds."""

    count: int
    minimum: float
    median: float
    p95: float
    maximum: float


@dataclass(frozen=True, slots=True)
class ColdAndWarm:
    all: Latency
    cold: Latency | None
    """`None` when no call was cold."""
    warm: Latency | None


def latency(durations: Sequence[float]) -> Latency:
    """Of at least one duration."""
    from statistics import median  # 15 ms to import, and only `run --repeat` wants it

    ordered = sorted(durations)
    return Latency(len(ordered), ordered[0], median(ordered), _nearest(ordered, 0.95), ordered[-1])


def cold_and_warm(invocations: Iterable[Invocation]) -> ColdAndWarm | None:
    """Of the calls that were answered; `None` when none was.

    Cold is what the function's log says so of. Where no log tells, it is the first call of each authorizer, and those
    that began before that one ended, for they needed a process of their own.
    """
    cold: list[float] = []
    warm: list[float] = []
    started: dict[object, datetime] = {}
    for each in sorted(invocations, key=lambda invocation: invocation.started_at):
        if each.outcome:
            (cold if _is_cold(each, started) else warm).append(each.duration)
    if not cold and not warm:
        return None
    return ColdAndWarm(latency(cold + warm), latency(cold) if cold else None, latency(warm) if warm else None)


def _is_cold(invocation: Invocation, started: dict[object, datetime]) -> bool:
    """`started` holds when the first call of each authorizer had ended."""
    key = (invocation.target, invocation.request.authorizer_name)
    end = started.setdefault(key, invocation.started_at + timedelta(seconds=invocation.duration))
    log = invocation.function_log
    return bool(_COLD.search(log)) if log and "REPORT RequestId" in log else invocation.started_at < end


def _nearest(ordered: Sequence[float], part: float) -> float:
    """The smallest value that at least this part of all is not above."""
    return ordered[max(0, -int(-part * len(ordered) // 1) - 1)]
