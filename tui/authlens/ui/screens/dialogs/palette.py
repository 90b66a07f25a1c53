"""Textual's command palette, made to survive any key at any moment in any terminal.

Enter is for what is found by all that was typed, and what is typed after it for what the command opens.
"""

from __future__ import annotations

from typing import ClassVar

from textual.binding import Binding, BindingType
from textual.command import CommandInput, CommandList, Hit, Hits
from textual.system_commands import SystemCommandsProvider
from textual.worker import Worker, WorkerState

from authlens.ui.model.command_match import fit
from authlens.ui.runtime.key_queue import KeyHold
from authlens.ui.runtime.textual_internals import FaultApp, SteadyPalette, forget_styles


class Commands(SystemCommandsProvider):
    """What the app can do now, the most fitting first."""

    async def search(self, query: str) -> Hits:
        matcher = self.matcher(query)
        commands = [*self.app.get_system_commands(self.screen)]
        scores = [fit(query, command.title, command.help) for command in commands]
        for place, (score, command) in enumerate(zip(scores, commands, strict=True)):
            if score:
                title = matcher.highlight(command.title)
                yield Hit(score - place / 1_000_000, title, command.callback, help=command.help)


class Palette(SteadyPalette):
    DEFAULT_CSS = """
    Palette > Vertical { min-width: 16; }
    """

    BINDINGS: ClassVar[list[BindingType]] = [Binding("escape", "escape", "Close")]

    def on_mount(self) -> None:
        """Without animations the cursor does not blink either."""
        self.query_one(CommandInput).cursor_blink = self.app.animation_level != "none"
        self._searching, self._leaving = KeyHold(self), KeyHold(self)
        if isinstance(self.app, FaultApp):
            self.app.on_messages()  # the line below shows the keys of here

    def on_unmount(self) -> None:
        self._leaving.release()
        forget_styles()

    def on_input_changed(self) -> None:
        self._searching.take()

    def on_worker_state_changed(self, event: Worker.StateChanged) -> None:
        if event.state in (WorkerState.SUCCESS, WorkerState.ERROR):
            self._searching.release()

    def on_input_submitted(self) -> None:
        if self.query_one(CommandList).highlighted is not None:
            self._leaving.take()
