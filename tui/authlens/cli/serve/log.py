"""The request log on standard error. A slow reader loses lines of the log but delays no call."""

from __future__ import annotations

import os
import queue
import threading
from typing import TextIO

from authlens.cli.console.diagnostics import narrate
from authlens.core.text.visible import visible, visible_lines
from authlens.endpoint.api.state import FunctionInvoker
from authlens.endpoint.runtime.function_host import FunctionResult
from authlens.endpoint.templates.definitions import FunctionDefinition

CAPACITY = 1000
"""How many lines may wait to be written."""
LAST_SECONDS = 0.5
"""How long `close` waits for them."""


class RequestLog:
    """Written by its own thread: a full pipe blocks only that thread."""

    def __init__(self, stream: TextIO, capacity: int = CAPACITY) -> None:
        self._stream = stream
        self._capacity = capacity
        self._lines: queue.SimpleQueue[str | None] = queue.SimpleQueue()
        self._writer = threading.Thread(target=self._write, daemon=True)
        self._writer.start()

    def line(self, text: str) -> None:
        """Add one line; it is dropped if too many wait."""
        if self._lines.qsize() < self._capacity:
            self._lines.put(visible(text))

    def close(self) -> None:
        """Write the waiting lines, for at most LAST_SECONDS."""
        self._lines.put(None)
        self._writer.join(LAST_SECONDS)

    def _write(self) -> None:
        descriptor = _descriptor(self._stream)
        while (line := self._lines.get()) is not None:
            if descriptor is None:
                narrate(line, self._stream)
            elif not _write_whole(descriptor, f"{line}\n".encode("utf-8", "replace")):
                return


class ShownOutput:
    """A host that also logs what its functions print, before the request's line."""

    def __init__(self, host: FunctionInvoker, log: RequestLog) -> None:
        self._host = host
        self._log = log

    async def invoke(
        self, function: FunctionDefinition, event: bytes, *, request_id: str = "", client_context: str = ""
    ) -> FunctionResult:
        result = await self._host.invoke(function, event, request_id=request_id, client_context=client_context)
        for line in visible_lines(result.log).splitlines():
            self._log.line(f"{function.name} | {line}")
        return result

    async def close(self) -> None:
        await self._host.close()


def _descriptor(stream: TextIO) -> int | None:
    """Written to directly: a thread that waits inside a Python stream would keep the interpreter from ending."""
    try:
        return stream.fileno()
    except (OSError, ValueError):
        return None


def _write_whole(descriptor: int, octets: bytes) -> bool:
    """Whether it could be written; if not, the reader is gone."""
    try:
        while octets:
            octets = octets[os.write(descriptor, octets) :]
    except OSError:
        return False
    return True
