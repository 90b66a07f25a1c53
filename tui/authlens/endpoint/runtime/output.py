"""Reads what a child prints, and keeps the beginning and the end of it.

The pipe is always drained, so that endless output neither blocks the function nor uses memory.
"""

from __future__ import annotations

import asyncio
import os
from collections.abc import Callable

KEPT = 64 * 1024
"""How many bytes of an invocation's output are kept: half from its beginning, half from its end."""
CHUNK = 64 * 1024
DRAIN = 16
"""Chunks read at most when an invocation ends; a pipe of Linux holds one, or sixteen when enlarged."""


class ChildOutput:
    """The reading end of a child's standard output and error, on the running loop."""

    def __init__(self) -> None:
        self._loop = asyncio.get_running_loop()
        self._reading, self.writing = os.pipe()
        os.set_blocking(self._reading, False)
        self._head = bytearray()
        self._tail = bytearray()
        self._dropped = 0
        self._open = True
        self.heard: Callable[[bytes], None] | None = None
        """Receives the beginning of each invocation's output as it arrives: as much of it as is kept."""
        self._passed_on = 0
        self._loop.add_reader(self._reading, self._read)

    def child_has_it(self) -> None:
        """The child was started: close our copy of the writing end."""
        os.close(self.writing)
        self.writing = -1

    def take(self) -> str:
        """What was printed since the last call, including what is still in the pipe.

        AWS's own client ends lines of a stack trace with CR only; CloudWatch shows them as lines.
        """
        for _ in range(DRAIN):
            if not self._open or not self._read():
                break
        text = self._text().replace("\r\n", "\n").replace("\r", "\n")
        self._head.clear()
        self._tail.clear()
        self._dropped = self._passed_on = 0
        return text

    def close(self) -> None:
        self._stop()
        if self.writing >= 0:
            self.child_has_it()

    def _read(self) -> bool:
        """Read one chunk; returns whether there was one."""
        try:
            chunk = os.read(self._reading, CHUNK)
        except BlockingIOError:
            return False
        if not chunk:
            self._stop()
        self._keep(chunk)
        return bool(chunk)

    def _keep(self, chunk: bytes) -> None:
        news = chunk[: KEPT - self._passed_on]
        if self.heard is not None and news:
            self._passed_on += len(news)
            self.heard(news)
        room = KEPT // 2 - len(self._head)
        self._head += chunk[:room]
        self._tail += chunk[room:]
        excess = len(self._tail) - KEPT // 2
        if excess > 0:
            del self._tail[:excess]
            self._dropped += excess

    def _text(self) -> str:
        if not self._dropped:
            return (self._head + self._tail).decode("utf-8", "replace")
        note = f"\n[… {self._dropped} bytes left out …]\n"
        return self._head.decode("utf-8", "replace") + note + self._tail.decode("utf-8", "replace")

    def _stop(self) -> None:
        if self._open:
            self._open = False
            self._loop.remove_reader(self._reading)
            os.close(self._reading)
