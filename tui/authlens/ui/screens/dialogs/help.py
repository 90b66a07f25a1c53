"""Help: every key that works now, read from the bindings; those of the focused place come first."""

from __future__ import annotations

from collections.abc import Sequence
from typing import ClassVar

from textual.app import ComposeResult
from textual.binding import ActiveBinding, Binding, BindingType
from textual.containers import Vertical, VerticalScroll
from textual.content import Content
from textual.widgets import Static

from authlens.ui.screens.dialogs.dialog import Dialog
from authlens.ui.text.key_words import EVERYWHERE, place_name
from authlens.ui.widgets.controls.key_line import KeyLine

_ABOUT = (
    "authlens asks an AWS IoT custom authorizer what it would say to a connection.\n"
    "Fill in the form, press F5, read the answer. Ctrl+P lists every action, also those without a key.\n"
    "Hold Shift (Option on macOS) to select text with the mouse as your terminal does.\n"
    "The name at the end of a line changes its key: keymap in config.yaml, see 'authlens help keys'."
)


_MOVING = "Moving and editing"
_SENTENCE = 44
"""Cells of a key's description, so that the names of the bindings line up."""


class HelpScreen(Dialog[None]):
    DEFAULT_CSS = """
    HelpScreen > .box { width: 84; }
    HelpScreen VerticalScroll { height: auto; max-height: 100%; scrollbar-size: 0 1; scrollbar-gutter: stable; }
    HelpScreen Static { height: auto; }
    """
    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("escape,f1,q", "dismiss(None)", "Close", id="help.close"),
    ]

    def __init__(self, bindings: Sequence[ActiveBinding]) -> None:
        super().__init__()
        self._active = bindings

    def compose(self) -> ComposeResult:
        with Vertical(classes="box") as box:
            box.border_title = "Help"
            with VerticalScroll():
                yield Static(Content(_ABOUT), markup=False)
                yield Static(self._keys(), markup=False)
            yield KeyLine()

    def _keys(self) -> Content:
        """The keys of each place where they work: the focused place first, editing text last."""
        places: dict[str, dict[str, tuple[list[str], Binding]]] = {}
        for active in self._active:
            if active.enabled:
                # What has a sentence of its own is ours; how to move and to edit is known to everybody.
                title = place_name(type(active.node).__name__) if active.binding.tooltip else _MOVING
                place = places.setdefault(title, {})
                keys, _ = place.setdefault(active.binding.action, ([], active.binding))
                keys.append(self.app.get_key_display(active.binding))
        lines: list[Content] = []
        for title, entries in sorted(places.items(), key=_here_first):
            lines += [_heading(title), *map(_line, entries.values())]
        return Content("\n").join(lines)


def _here_first(entry: tuple[str, dict[str, tuple[list[str], Binding]]]) -> int:
    """The focused place, what works everywhere, and how to move and edit."""
    return {EVERYWHERE: 1, _MOVING: 2}.get(entry[0], 0)


def _heading(place: str) -> Content:
    return Content.assemble("\n", (place, "bold $text-primary"))


def _line(entry: tuple[list[str], Binding]) -> Content:
    keys, binding = entry
    keys = [key for key in keys if not key.startswith("super")]
    return Content.assemble(
        (f"  {' '.join(dict.fromkeys(keys)):<14} ", "bold"),
        (f"{binding.tooltip or binding.description:<{_SENTENCE}} ", "$foreground-muted"),
        (binding.id or "", "$foreground-disabled"),
    )
