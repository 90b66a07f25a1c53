"""Help: every key that works now, read from the bindings, in the order of where it works."""

from __future__ import annotations

from collections.abc import Sequence
from typing import ClassVar

from textual.app import ComposeResult
from textual.binding import ActiveBinding, Binding, BindingType
from textual.containers import Vertical, VerticalScroll
from textual.content import Content
from textual.widgets import Static

from authlens.ui.screens.dialogs.dialog import Dialog
from authlens.ui.widgets.controls.key_line import KeyLine

_ABOUT = (
    "authlens asks an AWS IoT custom authorizer what it would say to a connection.\n"
    "Fill the form, press F5, read the answer. Every action is also in the command palette (Ctrl+P); "
    "only there: rename, duplicate or delete the open file, change the theme.\n"
    "Hold Shift (Option on macOS) to select text with the mouse as your terminal does."
)


_EVERYWHERE = "Everywhere"


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
        """The keys of each place where they work, the innermost first."""
        places: dict[str, dict[str, tuple[list[str], Binding]]] = {}
        for active in self._active:
            place = places.setdefault(_place(active), {})
            keys, _ = place.setdefault(active.binding.action, ([], active.binding))
            keys.append(self.app.get_key_display(active.binding))
        lines: list[Content] = []
        for title, entries in sorted(places.items(), key=_ours_first):
            # What has a sentence of its own is ours; moving the cursor is known to everybody.
            entry_list = sorted(entries.values(), key=lambda entry: not entry[1].tooltip)
            lines += [_heading(title), *map(_line, entry_list)]
        return Content("\n").join(lines)


def _place(active: ActiveBinding) -> str:
    name = type(active.node).__name__
    words = "".join(f" {letter}" if letter.isupper() else letter for letter in name).strip()
    if words in ("Main Screen", "Authlens App"):
        return _EVERYWHERE
    return words.removesuffix(" Screen").removesuffix(" Rows")


def _ours_first(entry: tuple[str, dict[str, tuple[list[str], Binding]]]) -> tuple[bool, bool]:
    """What works everywhere, then the places with keys of their own; how a field is edited is known to everybody."""
    title, entries = entry
    return title != _EVERYWHERE, not any(binding.tooltip for _, binding in entries.values())


def _heading(place: str) -> Content:
    return Content.assemble("\n", (place, "bold $text-primary"))


def _line(entry: tuple[list[str], Binding]) -> Content:
    keys, binding = entry
    keys = [key for key in keys if not key.startswith("super")]
    return Content.assemble(
        (f"  {' '.join(dict.fromkeys(keys)):<18}", "bold"),
        (binding.tooltip or binding.description, "$foreground-muted"),
    )
