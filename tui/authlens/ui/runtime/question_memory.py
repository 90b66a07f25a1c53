"""Keeps the open questions across restarts: read once after the first paint, written as they change."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Mapping
from typing import TYPE_CHECKING, Protocol

from authlens.ui.runtime import background
from authlens.ui.runtime.host import Host
from authlens.ui.runtime.services import AppServices

if TYPE_CHECKING:
    from authlens.store.open_questions import OpenQuestions

Recalled = Callable[[Mapping[str, "OpenQuestions"]], None]


class Memory(Protocol):
    def recall(self, recalled: Recalled) -> None:
        """Read the stored questions, and publish them."""

    def keep(self, of: str, questions: OpenQuestions) -> None:
        """Store what is asked of a request now."""


class QuestionMemory:
    def __init__(self, services: AppServices, host: Host) -> None:
        self._services = services
        self._host = host
        self._turn = asyncio.Lock()
        """Two changes in quick succession are written in their order."""

    def recall(self, recalled: Recalled) -> None:
        async def read() -> None:
            from authlens.store.open_questions import load_questions

            recalled(await background.call(lambda: load_questions(self._services.places.questions)))

        self._host.run(read, "recall questions")

    def keep(self, of: str, questions: OpenQuestions) -> None:
        async def write() -> None:
            from authlens.store.open_questions import save_questions

            try:
                async with self._turn:
                    await background.call(lambda: save_questions(self._services.places.questions, of, questions))
            except OSError as error:
                self._host.notify(f"The questions could not be saved: {error.strerror or error}", "warning")

        self._host.run(write, "keep questions", exclusive=False)
