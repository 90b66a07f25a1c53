"""A part of the main screen with a frame and a title. On a small screen one pane is seen at a time."""

from __future__ import annotations

from typing import ClassVar

from textual import events
from textual.containers import Vertical
from textual.content import Content
from textual.widget import Widget


class Pane(Vertical):
    ID: ClassVar[str]
    TITLE: ClassVar[str]
    """Its name, in the frame and on the tab of a small screen."""
    DEFAULT_CSS = """
    Pane {
        border: round $border-blurred;
        border-title-color: $foreground-muted;
        border-title-style: none;
        border-subtitle-color: $foreground-muted;
        padding: 0 1;
        &.-focused { border: round $border; border-title-color: $text-primary; border-title-style: bold; }
    }
    """

    def __init__(self) -> None:
        super().__init__(id=self.ID)
        self.border_title = Content(self.TITLE)
        self._last_focused: Widget | None = None

    def entrance(self) -> Widget | None:
        """Where the focus goes when the user moves to this pane."""
        last = self._last_focused
        if last is not None and last.is_attached and last.focusable and last.display:
            return last
        return next((widget for widget in self.query("*") if widget.focusable and widget.display), None)

    async def enter(self) -> None:
        """The user moves to this pane."""
        entrance = self.entrance()
        if entrance is not None:
            entrance.focus()

    def mark(self, name: str, on: bool) -> None:
        """Set a class that styles only the pane: Textual would restyle every widget in it."""
        if self.has_class(name) != on:
            self.set_class(on, name, update=False)
            self.app.stylesheet.apply(self)

    def on_descendant_focus(self, event: events.DescendantFocus) -> None:
        self._last_focused = event.widget  # the focus may have moved on to another pane
        self.mark("-focused", True)

    def on_descendant_blur(self) -> None:
        self.mark("-focused", self.has_focus_within)
