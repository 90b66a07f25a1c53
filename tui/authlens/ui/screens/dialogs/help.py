"""Help: every key, read from the bindings: those of the focused place first, then those of everywhere and elsewhere."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, ClassVar

from textual.app import ComposeResult
from textual.binding import ActiveBinding, Binding, BindingType
from textual.containers import Vertical, VerticalScroll
from textual.content import Content
from textual.geometry import Size
from textual.screen import Screen
from textual.widget import Widget
from textual.widgets import Static

from authlens.ui.runtime.textual_internals import bindings_of
from authlens.ui.screens.dialogs.dialog import Dialog
from authlens.ui.text.key_words import EVERYWHERE, in_own_keys, place_name
from authlens.ui.text.page import wrapped
from authlens.ui.widgets.controls.key_line import KeyLine
from authlens.ui.widgets.controls.pane import Pane

_ABOUT = "Fill in the form, press F5, read the answer. Ctrl+P lists every action, also those without a key."
_MORE = (
    "\nHold Shift (Option on macOS) to select text with the mouse as your terminal does.\n"
    "The name at the end of a line changes its key: keymap in config.yaml, see 'authlens help keys'."
)

_MOVING = "Moving and editing"
_KEYS, _LEAST_SENTENCE = 15, 22
"""Cells that keys take at most, and that a sentence needs at least to have the name of its binding next to it."""
_GAP = 2

Entries = dict[str, tuple[list[str], Binding]]
"""By action: the keys of a binding."""


class HelpScreen(Dialog[None]):
    DEFAULT_CSS = """
    HelpScreen > .box { width: 110; }
    HelpScreen VerticalScroll { height: auto; max-height: 100%; scrollbar-size: 0 1; scrollbar-gutter: stable; }
    HelpScreen Static { height: auto; }
    """
    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("escape,f1,q", "dismiss(None)", "Close", id="help.close"),
    ]

    def __init__(self, bindings: Sequence[ActiveBinding], elsewhere: Sequence[ActiveBinding] = ()) -> None:
        """bindings: those that work now. elsewhere: those of the panes that the focus is not in."""
        super().__init__()
        self._active = bindings
        self._elsewhere = elsewhere

    def compose(self) -> ComposeResult:
        with Vertical(classes="box") as box:
            box.border_title = "Help"
            with VerticalScroll():
                yield Static(Content(in_own_keys(_ABOUT)), markup=False)
                yield _KeyTable(self._places())
                yield Static(Content(_MORE), markup=False)
            yield KeyLine()

    def _places(self) -> dict[str, Entries]:
        """The keys of each place where they work: the focused place first, then the others, editing text last."""
        places: dict[str, Entries] = {}
        for active in self._active:
            if active.enabled:
                # What has a sentence of its own is ours; how to move and to edit is known to everybody.
                title = place_name(type(active.node).__name__) if active.binding.tooltip else _MOVING
                place = places.setdefault(title, {})
                keys, _ = place.setdefault(active.binding.action, ([], active.binding))
                keys.append(self.app.get_key_display(active.binding))
        here = dict(sorted(places.items(), key=_here_first))
        moving = here.pop(_MOVING, {})
        for active in self._elsewhere:
            title = place_name(type(active.node).__name__)
            if active.binding.tooltip and title not in here:
                keys, _ = places.setdefault(title, {}).setdefault(active.binding.action, ([], active.binding))
                keys.append(self.app.get_key_display(active.binding))
        others = {title: entries for title, entries in places.items() if title not in here and title != _MOVING}
        return {**here, **others, **({_MOVING: moving} if moving else {})}


def bindings_elsewhere(screen: Screen[Any]) -> list[ActiveBinding]:
    """What works in the panes, with the cursor where one enters them."""
    found = []
    for pane in screen.query(Pane):
        entrance = pane.entrance()
        nodes = [node for node in entrance.ancestors_with_self if pane in node.ancestors] if entrance else []
        found += [
            ActiveBinding(node, binding, True, binding.tooltip)
            for node in (*nodes, pane)
            for binding in bindings_of(node)
        ]
    return found


class _KeyTable(Widget):
    """In three columns: the keys, what they do, and the names of their bindings."""

    DEFAULT_CSS = "_KeyTable { height: auto; }"

    def __init__(self, places: dict[str, Entries]) -> None:
        super().__init__()
        self._places = places
        self._drawn: tuple[int, list[Content]] = 0, []
        """For a width: each layout asks for the number of lines several times."""

    def render(self) -> Content:
        return Content("\n").join(self._lines(self.size.width))

    def get_content_height(self, container: Size, viewport: Size, width: int) -> int:
        return len(self._lines(width))

    def _lines(self, width: int) -> list[Content]:
        if width != self._drawn[0]:
            self._drawn = width, self._draw(width)
        return self._drawn[1]

    def _draw(self, width: int) -> list[Content]:
        names = [binding.id or "" for entries in self._places.values() for _, binding in entries.values()]
        room = width - _KEYS - max(map(len, names), default=0) - 2 * _GAP
        lines: list[Content] = []
        for title, entries in self._places.items():
            lines += [Content(""), Content.styled(title, "bold $text-primary")]
            for keys, binding in entries.values():
                lines += _lines(keys, binding, room, width)
        return lines


def _here_first(entry: tuple[str, Entries]) -> int:
    """The focused place, and what works everywhere."""
    return {EVERYWHERE: 1}.get(entry[0], 0)


def _lines(keys: Sequence[str], binding: Binding, room: int, width: int) -> list[Content]:
    """A binding in as many lines as it needs; room: cells of its sentence next to its name."""
    shown = dict.fromkeys(key for key in keys if not key.startswith("super"))
    parts = wrapped(Content.styled("  ".join(shown), "bold"), _KEYS - _GAP)
    sentence = binding.tooltip or binding.description
    is_beside = room >= _LEAST_SENTENCE
    said = wrapped(Content.styled(sentence, "$foreground-muted"), room if is_beside else width - _KEYS - _GAP)
    name = Content.styled(binding.id or "", "$foreground-disabled")
    if not is_beside and binding.id:
        said.append(name)
    lines = []
    for number in range(max(len(parts), len(said))):
        left = parts[number] if number < len(parts) else Content("")
        middle = said[number] if number < len(said) else Content("")
        line: list[str | Content] = [" " * _GAP, left.pad_right(_KEYS - left.cell_length), middle]
        if is_beside and number == 0:
            line += [" " * (room - middle.cell_length + _GAP), name]
        lines.append(Content.assemble(*line))
    return lines
