"""How many bytes a second a connection may carry in one direction: what exceeds the rate is held back, never lost."""

from __future__ import annotations


class ByteBucket:
    """A bucket that holds one second's bytes. Spending more than it holds makes the next bytes wait."""

    __slots__ = ("_at", "_left", "_rate")

    def __init__(self, rate: float) -> None:
        self._rate = rate
        self._left = rate
        self._at: float | None = None

    def spend(self, size: int, now: float) -> float:
        """Count bytes that go through now; the seconds until more may."""
        passed = 0.0 if self._at is None else now - self._at
        self._at = now
        self._left = min(self._rate, self._left + passed * self._rate) - size
        return max(0.0, -self._left / self._rate)
