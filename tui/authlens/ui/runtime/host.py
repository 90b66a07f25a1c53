"""What the controllers can do with the screen around them: background work, timers, dialogs, messages to the user.

A test hands them a host that runs everything at once and answers dialogs from a list.
"""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Coroutine
from contextvars import ContextVar
from typing import Any, Literal, Protocol, TypeVar

from textual.screen import Screen
from textual.timer import Timer
from textual.worker import Worker

from authlens.ui.runtime.background import TooManyAbandoned
from authlens.ui.runtime.key_queue import KeyHold
from authlens.ui.runtime.textual_internals import FaultApp

Answer = TypeVar("Answer")
Work = Callable[[], Coroutine[Any, Any, object]]
Severity = Literal["information", "warning", "error"]
Kind = Literal["", "file", "form", "to send", "watch", "batch"]
"""What a message is about: the open file, what came into the form, what F5 would do now, watching the code, a batch."""
Typing = Literal["goes on", "waits for the dialog", "waits"]
"""What happens to keys that are hit while something runs in the background."""


_held: ContextVar[tuple[KeyHold, Typing] | None] = ContextVar("held", default=None)
"""The keys that wait for what runs now."""


def quoted(text: str) -> str:
    """A sentence for where nothing can be bold: code in quotation marks instead of backticks."""
    return text if text.count("`") % 2 else text.replace("`", "'")


class Host(Protocol):
    @property
    def is_open(self) -> bool:
        """Whether the screen still exists."""

    def run(self, work: Work, group: str, *, exclusive: bool = True, typing: Typing = "goes on") -> None:
        """Run it in the background; an exclusive one cancels what runs in its group.

        typing: what is typed is for the first dialog that it opens, or for the field that has the focus at its end.
        """

    def cancel(self, group: str) -> None:
        """Stop waiting for the work of a group."""

    def after(self, key: str, seconds: float, call: Callable[[], None]) -> None:
        """Call later; if asked again with the same key before then, only the last call is made."""

    def every(self, seconds: float, call: Callable[[], None]) -> Callable[[], None]:
        """Call repeatedly, until the returned function is called."""

    async def ask(self, dialog: Screen[Answer]) -> Answer | None:
        """Open a dialog and wait for its answer; `None` when it was closed without one."""

    def open(self, dialog: Screen[Any]) -> None:
        """Open a dialog without waiting for it."""

    def lend(self, work: Callable[[], object]) -> None:
        """Run something that takes over the terminal, and wait.

        Raises ProgramFailed if the terminal cannot be handed over.
        """

    def notify(
        self,
        text: str,
        severity: Severity = "information",
        seconds: float | None = None,
        kind: Kind = "",
    ) -> None:
        """Show the user a message for some seconds, in place of an older one of its kind."""

    def forget(self, kind: Kind) -> None:
        """Put the message of a kind away: it no longer holds, or what it asks for was done."""

    def leave(self, value: object = None) -> None:
        """End the app."""


class ScreenHost:
    """A Textual screen as the host."""

    def __init__(self, screen: Screen[Any]) -> None:
        self._screen = screen
        self.timers: dict[str, Timer] = {}
        """Of the calls that wait for a pause."""

    @property
    def is_open(self) -> bool:
        return self._screen.is_mounted and self._screen.app.is_running

    def run(self, work: Work, group: str, *, exclusive: bool = True, typing: Typing = "goes on") -> None:
        held = KeyHold(self._screen)
        if typing != "goes on":
            held.take()

        async def run() -> None:  # Textual asks for a function that it knows to be async
            _held.set((held, typing))
            try:
                await work()
            except TooManyAbandoned as error:
                self._screen.notify(str(error), severity="warning", markup=False)
            finally:
                held.release()

        _: Worker[None] = self._screen.run_worker(run, group=group, exclusive=exclusive)

    def cancel(self, group: str) -> None:
        self._screen.workers.cancel_group(self._screen, group)

    def after(self, key: str, seconds: float, call: Callable[[], None]) -> None:
        if key in self.timers:
            self.timers[key].stop()
        self.timers[key] = self._screen.set_timer(seconds, call)

    def every(self, seconds: float, call: Callable[[], None]) -> Callable[[], None]:
        return self._screen.set_interval(seconds, call).stop

    async def ask(self, dialog: Screen[Answer]) -> Answer | None:
        held = _held.get()
        answer = self._screen.app.push_screen(dialog, wait_for_dismiss=True)
        if held is not None:
            held[0].release()
        try:
            return await asyncio.shield(answer)
        finally:
            if held is not None and held[1] == "waits":
                held[0].take()

    def open(self, dialog: Screen[Any]) -> None:
        self._screen.app.push_screen(dialog)

    def lend(self, work: Callable[[], object]) -> None:
        from authlens.ui.runtime.terminal_loan import lend  # with the first program that wants the terminal

        lend(self._screen.app, work)

    def notify(
        self,
        text: str,
        severity: Severity = "information",
        seconds: float | None = None,
        kind: Kind = "",
    ) -> None:
        self._screen.notify(text, title=kind, severity=severity, timeout=seconds, markup=False)

    def forget(self, kind: Kind) -> None:
        app = self._screen.app
        if isinstance(app, FaultApp):
            app.forget_kind(kind)

    def leave(self, value: object = None) -> None:
        self._screen.app.exit(value)
