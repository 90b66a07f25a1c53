"""The keys that matter now, on one line or a few, below what the app has just said, which covers nothing here.

Read from the active bindings: there is no other table of keys. Behind a dialog, whose own line has the keys that work,
it is empty.
"""

from __future__ import annotations

from dataclasses import replace

from textual import events
from textual.binding import Binding
from textual.content import Content
from textual.dom import DOMNode
from textual.geometry import Size
from textual.notifications import Notification
from textual.widget import Widget
from textual.widgets import Input, TextArea

from authlens.frozen import dataclass
from authlens.ui.runtime.textual_internals import FaultApp
from authlens.ui.text.safe_content import safe_lines

_WAY_OUT = "escape"
_WAY_ON = frozenset({"next-pane"})
"""Stays in view, as the keys of the app do."""
_CHARACTERS = frozenset({"slash", "question_mark", "space"})
"""Besides single characters: what a field that has the focus takes as text."""
_SEVERITIES = {"error": ("✗ ", "bold $text-error"), "warning": ("! ", "bold $text-warning")}
_SAID = ("● ", "bold $text-success")
_LEAST, _PART = 4, 4
"""Lines that the newest message may take, and the part of the screen's height where that is more."""
_PILED, _PART_OF_PILE = 3, 8
"""The same of all messages, where the newest alone does not take more."""


@dataclass(frozen=True, slots=True)
class _Key:
    display: str
    """Of all keys of a compact group, such as the two for the pages on either side."""
    binding: Binding
    comes_first: bool
    node: DOMNode
    """Whose action it is."""

    @property
    def label(self) -> str:
        group = self.binding.group
        return group.description if group is not None and group.compact else self.binding.description


class KeyLine(Widget):
    DEFAULT_CSS = """
    KeyLine { dock: bottom; height: auto; padding: 0 1; background: $panel; color: $foreground-muted; }
    """

    def __init__(self, most_lines: int = 1) -> None:
        super().__init__()
        self._most_lines = most_lines
        self._content = Content("")
        """As it was painted last."""
        self._height = 1
        """Lines of keys while they worked."""
        self._is_to_look = False

    def on_mount(self) -> None:
        self.screen.bindings_updated_signal.subscribe(self, lambda _: self._say())
        self.app.screen_change_signal.subscribe(self, lambda _: self._say())

    def on_unmount(self) -> None:
        self.screen.bindings_updated_signal.unsubscribe(self)
        self.app.screen_change_signal.unsubscribe(self)

    def messages_changed(self) -> None:
        """The app has said something, or a message has had its time."""
        self._say()

    def _say(self) -> None:
        """Look at the keys and messages once, however many of them change meanwhile."""
        if not self._is_to_look:
            self._is_to_look = True
            self.call_next(self._look)

    def _look(self) -> None:
        self._is_to_look = False
        drawn = self._drawn()
        if not drawn.is_same(self._content):
            self.refresh(layout=self._most_lines > 1 or _rows(drawn) + 1 != self.size.height)

    def render(self) -> Content:
        self._content = self._drawn()
        return self._content

    def _drawn(self) -> Content:
        width = self.content_size.width
        keys = [Content("  ").join(map(_shown, line)) for line in self._lines(width)]
        return Content("\n").join([*(line for line, _ in self._said(width)), *keys])

    def get_content_height(self, container: Size, viewport: Size, width: int) -> int:
        return len(self._said(width)) + len(self._lines(width))

    def _said(self, width: int) -> list[tuple[Content, Notification]]:
        """The lines of the messages, the newest last. If there are too many, the newest stay."""
        if width < 1 or not isinstance(self.app, FaultApp):
            return []
        height = self.screen.size.height
        most, piled = max(_LEAST, height // _PART), max(_PILED, height // _PART_OF_PILE)
        said: list[tuple[Content, Notification]] = []
        for message in reversed(self.app.messages_of(self.screen)):
            mark, style = _SEVERITIES.get(message.severity, _SAID)
            lines = safe_lines(message.message).wrap(max(1, width - len(mark)))
            marks = [Content.styled(mark, style), *[Content(" " * len(mark))] * (len(lines) - 1)]
            drawn = [Content.assemble(*pair).stylize("$foreground") for pair in zip(marks, lines, strict=True)]
            room = piled - len(said) if said else most
            said = [*((line, message) for line in drawn[: max(0, room)]), *said]
        return said

    def on_click(self, event: events.Click) -> None:
        said, lines = self._said(self.content_size.width), self._lines(self.content_size.width)
        if event.y < len(said):
            if isinstance(self.app, FaultApp):
                self.app.forget_message(said[event.y][1])
            return
        end = self.gutter.left
        for key in lines[min(event.y - len(said), len(lines) - 1)]:
            end += _width(key)
            if event.x < end:
                self.call_later(self.app.run_action, key.binding.action, key.node)
                return

    def _lines(self, width: int) -> list[list[_Key]]:
        top = self.app.screen
        if top is not self.screen and top.query(KeyLine):
            return [[] for _ in range(self._height)]
        found = [self._fitting(width)] if self._most_lines == 1 else self._broken(width)
        self._height = len(found)
        return found

    def _broken(self, width: int) -> list[list[_Key]]:
        lines: list[list[_Key]] = [[]]
        for key in self._keys():
            if lines[-1] and sum(map(_width, (*lines[-1], key))) > width + 2:
                lines.append([])
            lines[-1].append(key)
        return lines[: self._most_lines]

    def _fitting(self, width: int) -> list[_Key]:
        """Those that fit, in the order of the bindings: a widget's own come before the screen's.

        Those of the app stay, because one of them leads to all the others, and so does the way to the other panes.
        """
        keys = self._keys()
        room = width + 2 - sum(_width(key) for key in keys if self._stays(key))
        fitting = []
        for key in keys:
            if self._stays(key):
                fitting.append(key)
            elif _width(key) <= room:
                room -= _width(key)
                fitting.append(key)
        return fitting

    def _stays(self, key: _Key) -> bool:
        return key.node is self.app or key.binding.id in _WAY_ON

    def _keys(self) -> list[_Key]:
        shown: dict[str, _Key] = {}
        actions = set()
        is_typing = isinstance(self.app.screen.focused, Input | TextArea)
        for node, binding, enabled, _ in self.app.screen.active_bindings.values():
            is_typed = is_typing and (len(binding.key) == 1 or binding.key in _CHARACTERS)
            if binding.show and enabled and binding.action not in actions and not is_typed:
                actions.add(binding.action)
                comes_first = node is self.app.screen and (binding.priority or binding.key == _WAY_OUT)
                key = _Key(self.app.get_key_display(binding), binding, comes_first, node)
                group = binding.group
                name = f"{id(node)} {group.description}" if group is not None and group.compact else binding.action
                if name in shown:  # a click does what the last of them does: it goes on
                    key = replace(key, display=_both(shown[name].display, key.display))
                shown[name] = key
        return sorted(shown.values(), key=lambda key: not key.comes_first)


def _both(first: str, second: str) -> str:
    """Two keys of a group: `←→`, and `PgUp/PgDn` where they are words."""
    return f"{first}{'/' if len(first) > 1 else ''}{second}"


def _shown(key: _Key) -> Content:
    return Content.assemble((key.display, "bold $footer-key-foreground"), f" {key.label}")


def _rows(content: Content) -> int:
    return content.plain.count("\n")


def _width(key: _Key) -> int:
    return len(key.display) + len(key.label) + 3
