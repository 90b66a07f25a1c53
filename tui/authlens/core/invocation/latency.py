"""Summarizes durations: minimum, median, 95th percentile and maximum, separately for cold and warm calls."""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from datetime import datetime, timedelta

from authlens.core.invocation.invocation import Invocation
from authlens.frozen import dataclass

_COLD = re.compile(r"\bInit Duration: ")
"""What Lambda reports for a call that had to start the function."""


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
    """`None` if no call was cold."""
    warm: Latency | None


def latency(durations: Sequence[float]) -> Latency:
    """The latency of at least one duration."""
    from statistics import median  # takes 15 ms to import, and only `run --repeat` needs it

    ordered = sorted(durations)
    return Latency(len(ordered), ordered[0], median(ordered), _nearest(ordered, 0.95), ordered[-1])


def cold_and_warm(invocations: Iterable[Invocation]) -> ColdAndWarm | None:
    """The latency of the calls that have an outcome; `None` if none has.

    A call is cold if the function's log says so. Without a log, the first call of each authorizer is cold, and so are
    those that began before it ended, because they needed a process of their own.
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
    """`started` records when the first call of each authorizer ended."""
    key = (invocation.target, invocation.request.authorizer_name)
    end = started.setdefault(key, invocation.started_at + timedelta(seconds=invocation.duration))
    log = invocation.function_log
    return bool(_COLD.search(log)) if log and "REPORT RequestId" in log else invocation.started_at < end


def _nearest(ordered: Sequence[float], part: float) -> float:
    """The smallest value that at least this fraction of the values does not exceed."""
    return ordered[max(0, -int(-part * len(ordered) // 1) - 1)]
