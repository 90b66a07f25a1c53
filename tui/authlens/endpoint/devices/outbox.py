"""What is sent to one client, at the rate to which AWS IoT throttles a connection."""

from __future__ import annotations

import asyncio
from collections import deque
from collections.abc import Callable

from authlens.core.devices.pace import ByteBucket
from authlens.core.mqtt import limits
from authlens.endpoint.devices.link import Link

_RATE = limits.THROUGHPUT.value


class Outbox:
    def __init__(self, link: Link, on_wait: Callable[[], None]) -> None:
        """on_wait: called whenever something has to wait because of the rate."""
        self.pace = ByteBucket(_RATE)
        self.held_back = 0
        """Bytes that wait because of the rate, not because the client reads slowly."""
        self._link = link
        self._on_wait = on_wait
        self._waiting: deque[bytes] | None = None
        """Created when something has to wait, which is rare."""
        self._timer: asyncio.TimerHandle | None = None

    def put(self, data: bytes) -> None:
        if self._timer is None:
            self._write(data)
            return
        if self._waiting is None:
            self._waiting = deque()
        self._waiting.append(data)
        self.held_back += len(data)
        self._on_wait()

    def close(self) -> None:
        """Write everything that waits: the last packets say why the connection ends."""
        if self._timer is not None:
            self._timer.cancel()
            self._timer = None
        while self._waiting:
            self._link.write(self._waiting.popleft())
        self.held_back = 0

    def _write(self, data: bytes) -> None:
        loop = asyncio.get_running_loop()
        self._link.write(data)
        wait = self.pace.spend(len(data), loop.time())
        self._timer = loop.call_later(wait, self._go_on) if wait else None

    def _go_on(self) -> None:
        self._timer = None
        while self._waiting and self._timer is None:
            data = self._waiting.popleft()
            self.held_back -= len(data)
            self._write(data)
