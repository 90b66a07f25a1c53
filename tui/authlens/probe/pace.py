"""One connection per client id and second: AWS IoT refuses a second CONNECT of an id within a second."""

from __future__ import annotations

import threading
import time
from collections.abc import Callable

INTERVAL = 1.05
"""Seconds: AWS's one, and a little for two clocks that do not agree."""


class Pace:
    """Lets each client id connect at most once in the interval. Safe to use from any thread."""

    def __init__(self, now: Callable[[], float] = time.monotonic, wait: Callable[[float], object] = time.sleep) -> None:
        self._now = now
        self._wait = wait
        self._lock = threading.Lock()
        self._next: dict[tuple[str, str], float] = {}

    def take_turn(self, host: str, client_id: str) -> None:
        """Wait until this client id may connect there."""
        key = (host, client_id)
        with self._lock:
            now = self._now()
            at = max(now, self._next.get(key, now))
            self._next = {each: moment for each, moment in self._next.items() if moment > now}
            self._next[key] = at + INTERVAL
        if at > now:
            self._wait(at - now)

    def ended(self, host: str, client_id: str) -> None:
        """Its connection is over; CONNECT was sent some time after its turn, and the next one keeps away from that."""
        with self._lock:
            key, at = (host, client_id), self._now() + INTERVAL
            self._next[key] = max(at, self._next.get(key, at))


PACE = Pace()
"""Shared by the whole process."""
