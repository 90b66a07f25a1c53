"""The app around the screens: themes, the last filters before the terminal, signals, and a crash without secrets."""

from __future__ import annotations

import asyncio
import signal
import sys
import traceback
from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING, ClassVar

from rich.text import Text
from textual.app import App
from textual.binding import Binding, BindingType
from textual.filter import LineFilter
from textual.screen import Screen

from authlens.core.saved_request import SavedRequest
from authlens.ui.desk import Desk
from authlens.ui.shown import AsciiGlyphs, TerminalGuard
from authlens.ui.themes import DEFAULT, BrokenTheme, read_themes

if TYPE_CHECKING:
    from authlens.sending import Sender

_SIGNALS = (signal.SIGTERM, signal.SIGHUP, signal.SIGINT)


def run(desk: Desk) -> object:
    """Run the app until the person leaves it. Returns what `__main__` is to do next, or None."""
    with desk.build_sender(lambda serial: "") as sender:
        app = AuthlensApp(desk, sender)
        return app.run()


class AuthlensApp(App[object]):
    CSS_PATH = "app.tcss"
    TITLE = "authlens"
    HORIZONTAL_BREAKPOINTS: ClassVar[list[tuple[int, str]] | None] = [(0, "-narrow"), (100, "-wide"), (180, "-huge")]
    VERTICAL_BREAKPOINTS: ClassVar[list[tuple[int, str]] | None] = [(0, "-low"), (30, "-tall")]
    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("ctrl+q", "quit", "Quit", id="quit", show=False, priority=True, tooltip="Leave authlens"),
    ]

    def __init__(self, desk: Desk, sender: Sender) -> None:
        super().__init__()
        self.desk = desk
        self.sender = sender
        self._guards: tuple[LineFilter, ...] = (TerminalGuard(), *(() if _speaks_utf8() else (AsciiGlyphs(),)))
        self._use_themes()

    def get_line_filters(self) -> Sequence[LineFilter]:
        return [*super().get_line_filters(), *self._guards]

    def get_default_screen(self) -> Screen[object]:
        from authlens.ui.screens.main import MainScreen

        screen = MainScreen(self.desk, self.sender)
        if isinstance(self.desk.start, SavedRequest):
            screen.start_with(self.desk.start)
        return screen

    # Themes

    def get_theme_variable_defaults(self) -> dict[str, str]:
        return {"foreground-disabled": "ansi_bright_black"}

    def _use_themes(self) -> None:
        for name in list(self.available_themes):
            self.unregister_theme(name)
        self._broken_themes: list[BrokenTheme] = []
        for theme in read_themes(self.desk.places.themes):
            if isinstance(theme, BrokenTheme):
                self._broken_themes.append(theme)
            else:
                self.register_theme(theme)
        wanted = self.desk.settings.theme
        self.theme = wanted if wanted in self.available_themes else DEFAULT

    # Leaving and failing

    def on_mount(self) -> None:
        loop = asyncio.get_running_loop()
        for number in _SIGNALS:
            loop.add_signal_handler(number, self._on_signal, number)
        for broken in self._broken_themes:
            self.notify(f"{broken.path}: {broken.reason}", title="Theme not used", severity="warning", markup=False)

    def _on_signal(self, number: signal.Signals) -> None:
        self.exit(return_code=128 + number)

    def _fatal_error(self) -> None:
        """Textual would print the local variables, secrets among them. Say what and where, and keep a report."""
        error = self._exception
        self.bell()
        self._exit_renderables.append(Text(crash_message(error)))
        self._close_messages_no_wait()


def crash_message(error: BaseException | None) -> str:
    """What went wrong and where in the program, without a value."""
    frames = traceback.extract_tb(error.__traceback__) if error is not None else []
    places = [f"  {Path(frame.filename).name}:{frame.lineno} in {frame.name}" for frame in frames[-6:]]
    head = f"authlens stopped on a fault of its own ({type(error).__name__}). Your saved requests and history are kept."
    return "\n".join([head, *places])


def _speaks_utf8() -> bool:
    """What Textual writes to is a copy of standard error's descriptor, in the encoding of standard output."""
    encoding = getattr(sys.__stdout__, "encoding", None) or "utf-8"
    return encoding.lower().replace("-", "") in ("utf8", "utf16")
