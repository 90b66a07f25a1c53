"""What needs private names of Textual 8.2.8, in this one file.

Memory that would grow with every dialog, a terminal taken again, a crash without secrets, edits that are looked at
before they are made, a palette that bears any key, widgets that learn their size, and what Textual does slowly on the
way to the first paint and with each key, done fast and with the same result. That part comes first and is imported
before Textual's own widgets, because it changes how their classes are made.
"""

# ruff: noqa: E402

from __future__ import annotations

import asyncio
import termios
import tty
from collections.abc import Iterable
from functools import cache, partial
from itertools import pairwise
from typing import Any

from rich.segment import Segment
from textual.cache import FIFOCache
from textual.css.model import RuleSet
from textual.dom import DOMNode
from textual.reactive import Reactive
from textual.strip import Strip


@cache
def _declared(cls: type) -> tuple[dict[str, Reactive[Any]], tuple[str, ...]]:
    """The reactive values of one class without its bases, and the names of those that it computes."""
    own = vars(cls)
    reactive = {name: value for name, value in own.items() if isinstance(value, Reactive)}
    computing = (name.lstrip("_") for name in own if name.startswith(("compute_", "_compute_")))
    return reactive, tuple(name.removeprefix("compute_") for name in computing)


def _make_class(
    cls: Any, inherit_css: bool = True, inherit_bindings: bool = True, inherit_component_classes: bool = True
) -> None:
    """What Textual does with a new class of nodes, but with one look at each of its bases.

    Textual goes through everything of all bases for each class, which takes a twentieth of the time to the first paint.
    """
    super(DOMNode, cls).__init_subclass__()
    cls._inherit_css, cls._inherit_bindings = inherit_css, inherit_bindings
    cls._inherit_component_classes = inherit_component_classes
    cls._reactives, cls._computes = {}, frozenset()
    for base in reversed(cls.__mro__):
        reactive, computed = _declared(base)
        cls._reactives |= reactive
        cls._computes |= set(computed)
    styled_as = [base.__name__ for base in cls._css_bases(cls)]
    cls._css_type_name, cls._css_type_names = styled_as[0], frozenset(styled_as)
    cls._merged_bindings = cls._merge_bindings()


DOMNode.__init_subclass__ = classmethod(_make_class)  # type: ignore[assignment]

# A set of rules is made for each node that is styled; Textual's own hash is the identity too, but in Python.
RuleSet.__hash__ = object.__hash__  # type: ignore[method-assign]


def _begin_strip(self: Any, segments: Iterable[Segment], cell_length: int | None = None) -> None:
    self._segments = list(segments)
    self._cell_length = cell_length
    self._render_cache = self._link_ids = self._cell_count = None


_CACHES = {
    "_divide_cache": 4,
    "_crop_cache": 16,
    "_style_cache": 16,
    "_filter_cache": 4,
    "_line_length_cache": 4,
    "_crop_extend_cache": 4,
    "_offsets_cache": 4,
}
"""The caches of a strip and their sizes. Most are never used: a paint makes strips by the hundred."""


def _begin_cache(self: Strip, name: str) -> FIFOCache[Any, Any]:
    if name not in _CACHES:
        raise AttributeError(name)
    cache: FIFOCache[Any, Any] = FIFOCache(_CACHES[name])
    setattr(self, name, cache)
    return cache


Strip.__init__ = _begin_strip  # type: ignore[method-assign]
Strip.__getattr__ = _begin_cache  # type: ignore[attr-defined]


from rich.console import RenderableType
from rich.style import Style
from textual import constants, events
from textual import screen as textual_screen
from textual._compositor import Compositor, CompositorMap, ReflowResult
from textual._styles_cache import StylesCache
from textual.app import App
from textual.binding import Binding
from textual.command import CommandList, CommandPalette
from textual.content import Content
from textual.document._wrapped_document import WrappedDocument
from textual.drivers import linux_driver
from textual.drivers.linux_driver import LinuxDriver
from textual.geometry import Region, Size
from textual.keys import _character_to_key
from textual.message import Message
from textual.notifications import Notification
from textual.screen import Screen
from textual.widget import Widget
from textual.widgets import TextArea
from textual.widgets.text_area import EditResult
from textual.worker import WorkerFailed

from authlens.core.pasted.bracketed_paste import TerminalDecoder, with_escapes


def _is_disabled(self: Widget) -> bool:
    """Whether the widget or one that it is in is disabled: asked for each widget by most style sheets."""
    node: object = self
    while isinstance(node, Widget):
        if node.__dict__.get("_reactive_disabled"):
            return True
        node = node._parent
    return False


Widget.is_disabled = property(_is_disabled)  # type: ignore[assignment, method-assign]


def forget_watcher(watcher: DOMNode, watched: DOMNode) -> None:
    """Stop watching a value that outlives its watcher; Textual does so only when the value changes."""
    for watchers in getattr(watched, "__watchers", {}).values():
        watchers[:] = [each for each in watchers if each[0] is not watcher]


def set_title(widget: Widget, title: Content) -> None:
    """Set the title in a widget's frame, and paint that line alone; Textual paints the widget and all that it holds."""
    widget._border_title = title.expand_tabs(4).split()[0]
    left, top = widget.content_offset
    widget.refresh(Region(-left, -top, widget.outer_size.width, 1))


def forget_styles() -> None:
    """Free the colours of closed widgets: Textual caches them together with the widget."""
    StylesCache.get_inner_outer.cache_clear()


def key_name(character: str) -> str:
    """Textual's name for the key of a character: `question_mark`."""
    return _character_to_key(character)


async def until_complete(screen: Screen[object]) -> None:
    """Wait until the widgets of a screen are there."""
    await screen._mounted_event.wait()


def close_at_once(app: App[object]) -> None:
    """End the app without waiting for pending work."""
    app._close_messages_no_wait()


class FaultApp(App[object]):
    """An app that reports its own faults: Textual would print the local variables, secrets included.

    Textual ends the app for any of them. Only what fails inside a widget's own loop has to: that widget is dead.
    """

    def on_fault(self, error: Exception) -> None:
        """An exception was not caught, and the app cannot go on."""

    def on_failed_work(self, error: Exception) -> None:
        """An exception ended some background work, or what a key started, and nothing else."""

    def _handle_exception(self, error: Exception) -> None:
        if isinstance(error, WorkerFailed) and isinstance(error.error, Exception):
            self.on_failed_work(error.error)
        else:
            self.on_fault(error)

    async def _dispatch_action(self, namespace: DOMNode, action_name: str, params: Any) -> bool:
        try:
            return await super()._dispatch_action(namespace, action_name, params)
        except Exception as error:  # noqa: BLE001  # a key press never ends the app
            self.on_failed_work(error)
            return True

    def note_fault(self, error: Exception, code: int) -> bool:
        """The app will end with this code. Whether this is the first fault; the pilot of the tests raises it again."""
        self._return_code = code
        if self._exception is not None:
            return False
        self._exception = error
        self._exception_event.set()
        return True

    def print_at_the_end(self, what: RenderableType) -> None:
        """Once the terminal is given back."""
        self._exit_renderables.append(what)

    def __init__(self) -> None:
        super().__init__()
        self._said_on: dict[str, int] = {}
        """By the identity of a message that is to be shown: that of the screen that it was said on, which may close."""

    def on_messages(self) -> None:
        """There is a message more, or one less."""

    def messages_of(self, screen: Screen[Any]) -> list[Notification]:
        """What `notify` said on a screen, the oldest first; once it is closed, the one that is left says it.

        The title of a message is its kind: of several of a kind the newest is left.
        """
        said, is_left = self._said_on, screen.is_current
        open_ones = {id(each) for each in self.screen_stack}
        newest = {message.title: message for message in self._notifications if message.title}
        kept = [each for each in self._notifications if newest.get(each.title, each) is each]
        where = [(message, said.get(message.identity)) for message in kept]
        return [each for each, on in where if on == id(screen) or (is_left and on not in open_ones)]

    def forget_message(self, message: Notification) -> None:
        self._unnotify(message)

    def forget_kind(self, kind: str) -> None:
        for message in [each for each in self._notifications if each.title == kind]:
            self.forget_message(message)

    def _refresh_notifications(self) -> None:
        """In place of Textual's toasts, which cover what is below them."""
        if not self.screen_stack:
            return
        before = self._said_on
        messages = {message.identity: message for message in self._notifications}
        for identity in messages.keys() - before.keys():
            self.set_timer(messages[identity].time_left, partial(self.forget_message, messages[identity]))
        self._said_on = {identity: before.get(identity, id(self.screen)) for identity in messages}
        self.on_messages()

    def keep_copied(self, text: str) -> None:
        """Set the content of `clipboard`."""
        self._clipboard = text


def _sections(self: WrappedDocument, line_index: int) -> list[str]:
    """The parts of a wrapped line. Textual makes a styled text of each, several times for each key."""
    line, cuts = self.document[line_index], self._wrap_offsets[line_index]
    return [line[start:end] for start, end in pairwise((0, *cuts, len(line)))]


WrappedDocument.get_sections = _sections  # type: ignore[method-assign]

Location = tuple[int, int]


class WatchedArea(TextArea):
    """A text area whose edits can be moved before they are applied."""

    def edit_begins(self, *locations: Location) -> list[Location]:
        """The user is about to edit between these places. Returns the places to edit instead."""
        return list(locations)

    def edit_ends(self) -> None:
        """The edit is done, and nothing has been painted since it began."""

    def replace_as_typed(self, insert: str, start: Location, end: Location) -> EditResult | None:
        return self._replace_via_keyboard(insert, start, end)

    def delete_as_typed(self, start: Location, end: Location) -> EditResult | None:
        return self._delete_via_keyboard(start, end)

    @property
    def drawn_cursor_style(self) -> Style | None:
        """`None` where no cursor is drawn."""
        return self._theme.cursor_style if self._theme is not None and self._draw_cursor else None

    def _replace_via_keyboard(self, insert: str, start: Location, end: Location) -> EditResult | None:
        result = super()._replace_via_keyboard(insert, *self.edit_begins(start, end))
        self.edit_ends()
        return result

    def _delete_via_keyboard(self, start: Location, end: Location) -> EditResult | None:
        result = super()._delete_via_keyboard(*self.edit_begins(start, end))
        self.edit_ends()
        return result


class SteadyPalette(CommandPalette):
    """Turns a page of its list only where the list has been laid out and has room for a line."""

    def _action_command_list(self, action: str) -> None:
        if self.query_one(CommandList)._lines:
            super()._action_command_list(action)


class NotifyingCompositor(Compositor):
    """Every widget is sent a Show and a Resize for what a layout gives it.

    Textual compares a layout with the last map of where widgets are. If something asks where one is between its display
    and that layout, the map is made early, the layout finds nothing new, and the widget gets neither.
    """

    def __init__(self) -> None:
        super().__init__()
        self._last_layout: CompositorMap = {}

    def reflow(self, parent: Widget, size: Size) -> ReflowResult:
        hidden, *_ = super().reflow(parent, size)
        before, self._last_layout = self._last_layout, self._full_map
        shown = self._last_layout.keys() - before.keys()
        resized = {
            widget
            for widget, geometry in self._last_layout.items()
            if widget in before and before[widget].region.size != geometry.region.size
        }
        return ReflowResult(hidden, shown, resized)

    def clear(self) -> None:
        super().clear()
        self._last_layout = {}


textual_screen.Compositor = NotifyingCompositor  # type: ignore[attr-defined]


_LARGEST_TERMINAL = 2000
"""Columns and rows. What claims to be larger would take minutes to draw."""


linux_driver.getincrementaldecoder = lambda encoding: TerminalDecoder  # type: ignore[attr-defined, assignment]


class ContinuedDriver(LinuxDriver):
    """Reads whatever a terminal sends, and takes the terminal back after SIGSTOP, which no program can catch.

    Textual would start a second thread that reads keys: both wake up for a key, one reads it, and the other waits for
    the next, which blocks leaving. It would also restore the app's modes when it ends.
    """

    def run_input_thread(self) -> None:
        while not self.exit_event.is_set():
            try:
                super().run_input_thread()
            except OSError:
                raise  # the terminal is gone
            except Exception:  # noqa: BLE001  # Textual cannot read some sequences, such as keys with huge codes
                continue

    def process_message(self, message: Message) -> None:
        if isinstance(message, events.Resize) and not all(0 < side <= _LARGEST_TERMINAL for side in message.size):
            return
        if isinstance(message, events.Paste):
            message.text = with_escapes(message.text)
        super().process_message(message)

    def _sigcont_application(self, *_: object) -> None:
        reader = self._key_thread
        if reader is None:  # the terminal is still to be taken
            return
        if not reader.is_alive():  # the terminal was given back for SIGTSTP
            super()._sigcont_application()
        elif self._auto_restart:
            self._take_again()
        else:
            return
        asyncio.get_running_loop().call_soon_threadsafe(self._app.refresh)

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


def bindings_of(node: DOMNode) -> list[Binding]:
    """The bindings of a node with the user's keys, whether or not the focus is in it; one for each key."""
    bindings = node._bindings.copy()
    bindings.apply_keymap(node.app._keymap)
    return [binding for _, binding in bindings]
