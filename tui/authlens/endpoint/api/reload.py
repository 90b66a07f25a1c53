"""Reloads the endpoint's files when they change, before the next call is answered; keeps the last good state.

The rule: a file that became invalid is one line in the log, and never stops the endpoint.
"""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Iterable
from pathlib import Path

from authlens.endpoint.api.state import Endpoint
from authlens.endpoint.templates.definitions import DefinitionError, Definitions
from authlens.endpoint.templates.noticed import Stamp, stamp


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
        self._stamps = stamps_of(definitions.files)
        self._lock = asyncio.Lock()

    async def refresh(self) -> None:
        """Load what changed. Never raises, whatever the files contain."""
        if stamps_of(self._stamps) == self._stamps:
            return
        async with self._lock:
            before = stamps_of(self._stamps)
            if before == self._stamps:
                return
            self._stamps = before
            try:
                definitions = await asyncio.to_thread(self._read)
            except DefinitionError as error:
                self._stamps = {**stamps_of(error.files), **before}
                self._keep(str(error))
                return
            except Exception as error:  # noqa: BLE001  # a defect of ours must not stop the endpoint
                self._keep(type(error).__name__)
                return
            self._take(definitions)
            now = stamps_of(definitions.files)
            self._stamps = {file: before.get(file, stamp) for file, stamp in now.items()}

    def _keep(self, why: str) -> None:
        self._endpoint.problem = f"Not reloaded, the last good state is still served: {why}"
        self._log(self._endpoint.problem)

    def _take(self, definitions: Definitions) -> None:
        self._endpoint.take(definitions)
        for warning in definitions.warnings:
            self._log(f"warning: {warning}")
        names = ", ".join(each.authorizer.name for each in definitions.authorizers)
        self._log(f"reloaded: {names}")


def stamps_of(files: Iterable[Path]) -> dict[Path, Stamp | None]:
    """Each changes when its file is written, replaced, removed or created."""
    return {file: stamp(file) for file in files}
