"""Reloads the endpoint's files when they change, before the next call is answered; keeps the last good state.

The rule: a file that became invalid is one line in the log, and never stops the endpoint.
"""

from __future__ import annotations

import asyncio
import os
from collections.abc import Callable, Iterable
from pathlib import Path

from authlens.endpoint.api.state import Endpoint
from authlens.endpoint.templates.definitions import DefinitionError, Definitions

Stamp = tuple[tuple[int, int, int] | None, ...]


class Reloader:
    """Belongs to one endpoint and one event loop."""

    def __init__(
        self,
        endpoint: Endpoint,
        definitions: Definitions,
        read: Callable[[], Definitions],
        log: Callable[[str], None],
    ) -> None:
        self._endpoint = endpoint
        self._read = read
        self._log = log
        self._files = definitions.files
        self._stamp = stamp_of(self._files)
        self._lock = asyncio.Lock()

    async def refresh(self) -> None:
        """Load what changed. Never raises, whatever the files contain."""
        if stamp_of(self._files) == self._stamp:
            return
        async with self._lock:
            stamp = stamp_of(self._files)
            if stamp == self._stamp:
                return
            self._stamp = stamp
            try:
                definitions = await asyncio.to_thread(self._read)
            except DefinitionError as error:
                self._keep(str(error))
                return
            except Exception as error:  # noqa: BLE001  # a defect of ours must not stop the endpoint
                self._keep(type(error).__name__)
                return
            self._take(definitions)

    def _keep(self, why: str) -> None:
        self._endpoint.problem = f"Not reloaded, the last good state is still served: {why}"
        self._log(self._endpoint.problem)

    def _take(self, definitions: Definitions) -> None:
        self._endpoint.take(definitions)
        self._files = definitions.files
        self._stamp = stamp_of(self._files)
        for warning in definitions.warnings:
            self._log(f"warning: {warning}")
        names = ", ".join(each.authorizer.name for each in definitions.authorizers)
        self._log(f"reloaded: {names}")


def stamp_of(files: Iterable[Path]) -> Stamp:
    """Changes when a file is written, replaced, removed or created."""
    return tuple(map(_stamp, files))


def _stamp(path: Path) -> tuple[int, int, int] | None:
    try:
        status = os.stat(path)
    except OSError:
        return None
    return (status.st_mtime_ns, status.st_size, status.st_ino)
