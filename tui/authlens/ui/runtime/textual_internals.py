"""What needs private names of Textual 8.2.8: memory that would grow with every dialog, and a terminal taken again."""

from __future__ import annotations

import asyncio
import termios
import tty

from textual import constants
from textual._styles_cache import StylesCache
from textual.app import App
from textual.dom import DOMNode
from textual.drivers.linux_driver import LinuxDriver
from textual.screen import Screen


def forget_watcher(watcher: DOMNode, watched: DOMNode) -> None:
    """End the watching of a value that outlives its watcher; Textual does so when the value changes."""
    for watchers in getattr(watched, "__watchers", {}).values():
        watchers[:] = [each for each in watchers if each[0] is not watcher]


def forget_styles() -> None:
    """Free the colours of closed widgets: Textual caches them together with the widget."""
    StylesCache.get_inner_outer.cache_clear()


async def until_complete(screen: Screen[object]) -> None:
    """Wait until the widgets of a screen are there."""
    await screen._mounted_event.wait()


def close_at_once(app: App[object]) -> None:
    """End the app without waiting for what is still to be done."""
    app._close_messages_no_wait()


class ContinuedDriver(LinuxDriver):
    """Takes the terminal again after SIGSTOP, which no program hears of.

    Textual would start a second thread that reads keys beside the first: both wake up for a key, one reads it, and the
    other waits for the next, which leaving waits for too. It would also restore the modes of the app when it ends.
    """

    def _sigcont_application(self, *_: object) -> None:
        reader = self._key_thread
        if reader is None:  # the terminal is still to be taken
            return
        if not reader.is_alive():  # the terminal was given back for SIGTSTP
            super()._sigcont_application()
        elif self._auto_restart:
            self._take_again()

    def _take_again(self) -> None:
        """The modes that a shell may have changed meanwhile; in the background this stops the process once more."""
        try:
            modes = termios.tcgetattr(self.fileno)
            modes[tty.LFLAG] = self._patch_lflag(modes[tty.LFLAG])
            modes[tty.IFLAG] = self._patch_iflag(modes[tty.IFLAG])
            modes[tty.CC][termios.VMIN] = 1
            termios.tcsetattr(self.fileno, termios.TCSANOW, modes)
        except termios.error:
            return  # the terminal is gone, and its end is being noticed
        self.write("\x1b[?1049h\x1b[?25l\x1b[?1004h")
        if not constants.DISABLE_KITTY_KEY:
            self.write("\x1b[<u\x1b[>25u")
        self._enable_mouse_support()
        self._enable_bracketed_paste()
        self._disable_line_wrap()
        self.flush()
        asyncio.get_running_loop().call_soon_threadsafe(self._app.refresh)
