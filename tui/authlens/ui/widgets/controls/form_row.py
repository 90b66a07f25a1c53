"""A label, its field and, below, what there is to say about the value."""

from __future__ import annotations

from textual.app import ComposeResult
from textual.containers import Horizontal, Vertical
from textual.content import Content
from textual.widget import Widget
from textual.widgets import Static


class FormRow(Vertical):
    DEFAULT_CSS = """
    FormRow {
        height: auto;
        Horizontal { height: auto; }
        .label { width: 13; color: $foreground-muted; }
        .note { height: auto; padding-left: 14; color: $text-warning; display: none; }
        &.-noted .note { display: block; }
        .label.-current { color: $text-primary; }
        &.-below > Horizontal { layout: vertical; }
    }
    """

    def __init__(self, label: str, *widgets: Widget, below: bool = False) -> None:
        """below: the widgets get the whole width, below the label."""
        super().__init__(classes="-below" if below else None)
        self._label = label
        self._widgets = widgets

    def compose(self) -> ComposeResult:
        with Horizontal():
            yield Static(Content(self._label), classes="label", markup=False)
            yield from self._widgets

    def on_descendant_focus(self) -> None:
        self._mark()

    def on_descendant_blur(self) -> None:
        self._mark()

    def _mark(self) -> None:
        for label in self.query(".label"):
            label.set_class(self.has_focus_within, "-current")

    def note(self, text: Content | None) -> None:
        """Say something about the value, or nothing."""
        self.set_class(text is not None, "-noted")
        notes = self.query(".note")
        if text is not None and not notes:
            self.mount(Static(text, classes="note", markup=False))
        elif text is not None:
            notes.only_one(Static).update(text)
