"""A host for controllers without an app: work runs to its end at once, dialogs are answered from a list."""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from typing import Any

from textual.screen import Screen

from authlens.ui.runtime.host import Kind, Severity, Typing, Work


class FakeHost:
    def __init__(self, *answers: Any) -> None:
        self.answers = list(answers)
        self.said: list[str] = []
        self.work: dict[str, list[asyncio.Task[object]]] = {}
        self.repeated: list[Callable[[], None]] = []
        self.is_open = True

    def run(self, work: Work, group: str, *, exclusive: bool = True, typing: Typing = "goes on") -> None:
        if exclusive:
            self.cancel(group)

        async def run() -> object:
            return await work()

        self.work.setdefault(group, []).append(asyncio.get_running_loop().create_task(run()))

    def cancel(self, group: str) -> None:
        for task in self.work.pop(group, []):
            task.cancel()

    async def done(self) -> None:
        """Wait until nothing runs."""
        while tasks := [task for group in self.work.values() for task in group if not task.done()]:
            await asyncio.wait(tasks)

    def after(self, key: str, seconds: float, call: Callable[[], None]) -> None:
        call()

    def every(self, seconds: float, call: Callable[[], None]) -> Callable[[], None]:
        self.repeated.append(call)
        return lambda: self.repeated.remove(call)

    async def ask(self, dialog: Screen[Any]) -> Any:
        return self.answers.pop(0)

    def open(self, dialog: Screen[Any]) -> None:
        self.said.append(type(dialog).__name__)

    def lend(self, work: Callable[[], object]) -> None:
        work()

    def notify(
        self, text: str, severity: Severity = "information", seconds: float | None = None, kind: Kind = ""
    ) -> None:
        self.said.append(text)

    def forget(self, kind: Kind) -> None:
        """Nothing is shown here."""

    def leave(self, value: object = None) -> None:
        self.is_open = False
