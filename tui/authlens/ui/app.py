"""The app around the screens: themes, the last filters before the terminal, signals, and a crash without secrets."""

from __future__ import annotations

import asyncio
import gc
import signal
import sys
from collections.abc import Callable, Iterable, Sequence
from dataclasses import replace
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING, Any, ClassVar
from weakref import WeakSet

from rich.text import Text
from textual import events, work
from textual.app import SystemCommand
from textual.binding import Binding, BindingType
from textual.command import Provider
from textual.dom import DOMNode
from textual.driver import Driver
from textual.drivers.linux_driver import LinuxDriver
from textual.filter import LineFilter
from textual.screen import ModalScreen, Screen

from authlens.store.settings import problems_text
from authlens.ui.runtime import background, clipboard, hangup
from authlens.ui.runtime.host import quoted
from authlens.ui.runtime.key_queue import OrderedKeysApp
from authlens.ui.runtime.mfa import MfaAsker
from authlens.ui.runtime.services import AppServices
from authlens.ui.runtime.textual_internals import ContinuedDriver, close_at_once
from authlens.ui.runtime.themes import DEFAULT, BrokenTheme, read_theme, read_themes
from authlens.ui.text.key_words import in_own_keys, place_name, use_keymap
from authlens.ui.text.safe_content import AsciiGlyphs, TerminalGuard
from authlens.ui.widgets.controls.key_line import KeyLine

if TYPE_CHECKING:
    from authlens.sending import Sender
    from authlens.store.settings import Settings
    from authlens.ui.widgets.controls.code_view import CodeView

_APP = Binding.Group("App")
_SIGNALS = (signal.SIGTERM, signal.SIGHUP, signal.SIGINT)
LONGEST_PASTE = 262_144
"""Characters. Everything AWS accepts is shorter, and a longer text would hold up the keys."""


def run(services: AppServices) -> object:
    """Run the app until the user leaves it. Returns what `__main__` must do next: a request, or an exit code."""
    # Nothing of what is loaded before the first paint is garbage, and looking for it takes a tenth of that time.
    gc.disable()
    asker = MfaAsker()
    with services.build_sender(asker) as sender:
        asker.app = app = AuthlensApp(services, sender)
        left = app.run()
        return app.return_code if left is None else left


def _look_for_garbage() -> None:
    """From now on, but not in what the start has made, and not at Python's own pace.

    Painting makes values by the thousand: at that pace every few dialogs would hold up a key for a tenth of a second.
    """
    gc.freeze()
    gc.set_threshold(2_000, 10, 5)
    gc.enable()


def _commands() -> type[Provider]:
    from authlens.ui.screens.dialogs.palette import Commands  # with the first palette

    return Commands


class AuthlensApp(OrderedKeysApp):
    COMMANDS: ClassVar[set[type[Provider] | Callable[[], type[Provider]]]] = {_commands}
    CSS_PATH = "app.tcss"
    TITLE = "authlens"
    HORIZONTAL_BREAKPOINTS = [  # noqa: RUF012 - as Textual declares it
        (0, "-narrow"),
        (100, "-wide"),
        (140, "-roomy"),
        (180, "-huge"),
    ]
    VERTICAL_BREAKPOINTS = [(0, "-low"), (30, "-tall")]  # noqa: RUF012 - as Textual declares it
    BINDINGS: ClassVar[list[BindingType]] = [
        Binding(
            "f1,question_mark",
            "help",
            "Help",
            id="help",
            key_display="F1",
            tooltip="Show all keys, those that work here first",
            group=_APP,
        ),
        Binding("ctrl+q", "quit", "Quit", id="quit", priority=True, tooltip="Quit authlens", group=_APP),
        Binding("ctrl+c", "how_to_quit", show=False, id="how-to-quit"),
    ]

    def __init__(self, services: AppServices, sender: Sender) -> None:
        super().__init__()
        self.services = services
        self.sender = sender
        self._resumed: WeakSet[DOMNode] = WeakSet()
        self._guards: tuple[LineFilter, ...] = (TerminalGuard(), *(() if _speaks_utf8() else (AsciiGlyphs(),)))
        self._use_one_theme()

    def get_driver_class(self) -> type[Driver]:
        driver = super().get_driver_class()
        return ContinuedDriver if driver is LinuxDriver else driver

    def get_line_filters(self) -> Sequence[LineFilter]:
        return [*super().get_line_filters(), *self._guards]

    def get_default_screen(self) -> Screen[object]:
        from authlens.ui.runtime.start import start
        from authlens.ui.screens.main.screen import MainScreen

        use_keymap((*MainScreen.BINDINGS, *self.BINDINGS), self.services.settings.keymap)
        screen = MainScreen(self.services, self.sender)
        screen.begin(start(self.services))
        screen.set_classes(self._classes_of_size())
        return screen

    def _classes_of_size(self) -> Iterable[str]:
        """What Textual gives a screen at its first layout; before that every widget is styled once."""
        sizes = ((self.size.width, self.HORIZONTAL_BREAKPOINTS), (self.size.height, self.VERTICAL_BREAKPOINTS))
        return [name for size, points in sizes for name in [name for least, name in points if least <= size][-1:]]

    def update_styles(self, node: DOMNode, animate: bool = True) -> None:
        """As Textual does, but not what mounting styles anyway: nodes without a parent, and a screen's first resume."""
        if isinstance(node, Screen) and not animate and node not in self._resumed:
            self._resumed.add(node)
        elif node.is_attached:
            super().update_styles(node, animate=animate)

    def notify(self, message: str, *, markup: bool = False, **how: Any) -> None:
        """As Textual does, but never with markup; code in a sentence is in quotation marks, keys are the user's own."""
        super().notify(in_own_keys(quoted(message)), markup=False, **how)

    def on_messages(self) -> None:
        for screen in self.screen_stack:
            for line in screen.query(KeyLine):
                line.messages_changed()

    # Themes

    def get_theme_variable_defaults(self) -> dict[str, str]:
        return {"foreground-disabled": "ansi_bright_black"}

    def _use_one_theme(self) -> None:
        """The one that the first paint needs; one of Textual's if none can be read."""
        own, wanted = self.services.places.themes, self.services.settings.theme
        theme = (read_theme(wanted, own) if wanted else None) or read_theme(DEFAULT, own)
        if theme is not None:
            for name in list(self.available_themes):
                self.unregister_theme(name)
            self.register_theme(theme)
            self.theme = theme.name
            self.stylesheet.set_variables(self.get_css_variables())

    def refresh_css(self, animate: bool = True) -> None:
        """As Textual does, but not for the theme of the first paint: nothing was styled before it was set."""
        if self.screen_stack:
            super().refresh_css(animate)

    @work(group="themes")
    async def _read_themes(self) -> None:
        wanted, path = self.services.settings.theme, self.services.places.settings
        for theme in await background.call(lambda: list(read_themes(self.services.places.themes))):
            if isinstance(theme, BrokenTheme):
                self._warn(f"{theme.path}, {theme.reason}")
                wanted = "" if theme.path.stem == wanted else wanted
            else:
                self.register_theme(theme)
        if wanted and wanted not in self.available_themes:
            names = ", ".join(sorted(self.available_themes))
            self._warn(f"{path}, theme: there is no theme '{wanted}'; there are {names}.")

    @work(group="keymap")
    async def _check_keymap(self) -> None:
        """What is wrong in the user's keymap, and which keys others keep: that takes every screen to know."""
        from authlens.ui.runtime.keymap import keymap_problems, with_turns

        settings, path = self.services.settings, self.services.places.settings
        self.set_keymap(await background.call(lambda: with_turns(settings.keymap)))
        found = await background.call(lambda: keymap_problems(settings.keymap))
        self._warn("\n".join(f"{path}, {problem}" for problem in found))

    def watch_theme(self, name: str) -> None:
        """Store the choice."""
        if self.is_running and name != self.services.settings.theme:
            self._remember(replace(self.services.settings, theme=name))

    @work(exclusive=True, group="settings")
    async def _remember(self, settings: Settings) -> None:
        try:
            await background.call(lambda: self.services.save_settings(settings))
        except OSError as error:
            self.notify(f"The setting could not be saved: {error}", severity="warning", markup=False)

    # What every screen can do

    def get_system_commands(self, screen: Screen[Any]) -> Iterable[SystemCommand]:
        """The palette: every action that works now, by its group, and the themes."""
        seen, titles = set(), set()
        for node, binding, enabled, tooltip in screen.active_bindings.values():
            is_ours = bool(binding.description) and binding.action != "command_palette" and (binding.show or tooltip)
            if enabled and is_ours and binding.action not in seen:
                seen.add(binding.action)
                run = partial(self.run_action, binding.action, node)
                own = binding.group
                group = own.description if own and not own.compact else place_name(type(node).__name__)
                title = f"{group}: {binding.description}"
                titles.add(title)
                yield SystemCommand(title, f"{tooltip or ''}  ({self.get_key_display(binding)})", run)
        for command in getattr(screen, "without_keys", ()):
            if command.title not in titles:
                yield SystemCommand(command.title, command.tooltip, partial(self.run_action, command.action, screen))
        for name in self.available_themes:
            yield SystemCommand(f"Theme: {name}", "Change the colours", partial(setattr, self, "theme", name))

    def action_command_palette(self) -> None:
        from authlens.ui.screens.dialogs.palette import Palette

        if not Palette.is_open(self):
            self.push_screen(Palette())

    def get_key_display(self, binding: Binding) -> str:
        if binding.key_display:
            return binding.key_display
        key = binding.key
        if key.startswith("f") and key[1:].isdigit():
            return key.upper()
        shown = super().get_key_display(binding).replace("upper_", "")
        return shown.replace("pgup", "PgUp").replace("pgdn", "PgDn")

    def export_screenshot(self, *, title: str | None = None, simplify: bool = False) -> str:
        """As Textual's, but every viewer keeps the blanks around a text: librsvg would drop even no-break spaces."""
        drawn = super().export_screenshot(title=title, simplify=simplify)
        return drawn.replace("<svg ", '<svg xml:space="preserve" ', 1)

    async def on_event(self, event: events.Event) -> None:
        if isinstance(event, events.Paste):
            # Terminals send a line end of a bracketed paste as CR, as the Enter key does.
            event.text = event.text.replace("\r\n", "\n").replace("\r", "\n")
            if len(event.text) > LONGEST_PASTE:
                self.notify(
                    f"The pasted text is too long: {len(event.text):,} characters; the limit is {LONGEST_PASTE:,}.",
                    severity="warning",
                )
                return
        await super().on_event(event)

    def action_focus_next(self) -> None:
        super().action_focus_next()
        self._select_entered()

    def action_focus_previous(self) -> None:
        super().action_focus_previous()
        self._select_entered()

    def _select_entered(self) -> None:
        """A field that is entered by a key is selected whole, as everywhere: typing replaces, and End appends."""
        from authlens.ui.widgets.controls.field import Field

        if isinstance(self.focused, Field):
            self.focused.select_all()

    def on_code_view_pager_asked(self, event: CodeView.PagerAsked) -> None:
        """Of whatever document, in a pane or a dialog."""
        from authlens.ui.screens.main.screen import MainScreen

        screen = self.screen_stack[0]
        if isinstance(screen, MainScreen):
            screen.editing.show(event.text)

    def action_help(self) -> None:
        from authlens.ui.screens.dialogs.help import HelpScreen, bindings_elsewhere

        self.push_screen(HelpScreen(list(self.screen.active_bindings.values()), bindings_elsewhere(self.screen)))

    async def action_quit(self) -> None:
        """Leave; unsaved changes are asked about first."""
        from authlens.ui.screens.main.screen import MainScreen

        while isinstance(self.screen, ModalScreen):
            await self.pop_screen()
        if isinstance(self.screen, MainScreen):
            self.screen.files.leave()

    def action_how_to_quit(self) -> None:
        self.notify("Ctrl+C copies where text is selected. Ctrl+Q quits.", markup=False)

    async def ask_mfa_code(self, serial: str) -> str:
        """Ask for the code of an MFA device."""
        from authlens.ui.screens.dialogs.dialog import AskText

        answer: asyncio.Future[str] = asyncio.get_running_loop().create_future()
        self.push_screen(
            AskText("MFA code", note=f"AWS asks for the code of the device {serial}.", secret=True),
            lambda code: None if answer.done() else answer.set_result(code or ""),
        )
        return await answer

    # Copying

    def copy_to_clipboard(self, text: str) -> None:
        self.copy(text)

    @work(group="copy")
    async def copy(self, text: str) -> None:
        """Copy, and claim no more than is known."""
        text = clipboard.encodable(text)
        self.keep_copied(text)
        copied = await background.call(
            lambda: clipboard.copy(text, self.services.environ, self.services.settings.clipboard)
        )
        size = f"{len(text):,} character{'' if len(text) == 1 else 's'}"
        if copied is clipboard.Copied.CONFIRMED:
            self.notify(f"Copied {size}.", markup=False)
        else:
            super().copy_to_clipboard(text)
            self.notify(f"Sent {size} to the terminal's clipboard; terminals do not confirm it.", markup=False)

    # Leaving and failing

    def on_load(self) -> None:
        """Before the terminal is taken, so that a signal finds it given back at any moment."""
        loop = asyncio.get_running_loop()
        for number in _SIGNALS:
            loop.add_signal_handler(number, self._on_signal, number)

    def on_mount(self) -> None:
        if not self.is_headless:
            loop = asyncio.get_running_loop()
            hangup.watch(sys.stdin.fileno(), partial(loop.call_soon_threadsafe, self._on_signal, signal.SIGHUP))
        self.set_keymap(dict(self.services.settings.keymap))
        self._warn(problems_text(self.services.settings, self.services.places.settings))
        self.call_after_refresh(self._after_first_paint)

    def _after_first_paint(self) -> None:
        if not gc.isenabled():  # `run` holds it back
            _look_for_garbage()
        self._read_themes()
        self._remove_left_behind()
        if self.services.settings.keymap:
            self._check_keymap()

    @work(group="left behind")
    async def _remove_left_behind(self) -> None:
        from authlens.ui.runtime.programs import remove_left_behind

        await background.call(lambda: remove_left_behind(self.services.places.history.parent))

    def _warn(self, problem: str) -> None:
        if problem:
            self.notify(problem, severity="warning", timeout=15, markup=False)

    _is_ended_by_signal = False

    def _on_signal(self, number: signal.Signals) -> None:
        self._is_ended_by_signal = True
        self.exit(return_code=128 + number)

    def on_fault(self, error: Exception) -> None:
        """Report what failed and where, and write a report."""
        if self._is_ended_by_signal:
            # Widgets that are taken down half made, before the first paint, stumble over what they lack.
            close_at_once(self)
            return
        from authlens.ui.runtime import crash

        if not self.note_fault(error, crash.EXIT_CODE):
            return
        self.bell()
        self.print_at_the_end(Text(crash.message(error, self._keep_report(error))))
        close_at_once(self)

    def on_failed_work(self, error: Exception) -> None:
        """Report it in a sentence; the app goes on."""
        if self._is_ended_by_signal:
            return
        from authlens.ui.runtime import crash

        self.notify(crash.sentence(error, self._keep_report(error)), severity="error", timeout=15, markup=False)

    def _keep_report(self, error: Exception) -> Path | None:
        from authlens.ui.runtime import crash

        report = self.services.places.crash_report
        return report if crash.keep(crash.report(error, self.services.now()), report) else None


def _speaks_utf8() -> bool:
    """What Textual writes to is a copy of standard error's descriptor, in the encoding of standard output."""
    encoding = getattr(sys.__stdout__, "encoding", None) or "utf-8"
    return encoding.lower().replace("-", "") in ("utf8", "utf16")
