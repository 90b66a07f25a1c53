"""Which panes are seen: all beside each other, or one at a time when there is no room or one is zoomed."""

from __future__ import annotations

from typing import ClassVar

from textual.app import ComposeResult
from textual.reactive import var
from textual.widget import Widget

from authlens.ui.screens.main.form import MainState
from authlens.ui.text.safe_content import shortened, shown
from authlens.ui.widgets.controls.choices import Choice, Choices
from authlens.ui.widgets.controls.pane import Pane

_SHORTEST, _LONGEST = 12, 32
"""Cells of a file's name that are shown on a tab."""


class Layout(MainState):
    PANES: ClassVar[tuple[type[Pane], ...]]
    """In the order in which they are visited."""

    zoomed: var[bool] = var(False, toggle_class="-zoomed")
    front: var[str] = var("request")
    """The pane that is seen when only one is."""

    def sized(self, width: int, height: int) -> None:
        """Take the classes of a size before the first layout, which then styles every widget once."""
        self.set_classes(
            name
            for size, points in ((width, self.app.HORIZONTAL_BREAKPOINTS), (height, self.app.VERTICAL_BREAKPOINTS))
            for name in [name for least, name in points or () if least <= size][-1:]
        )

    @property
    def panes(self) -> list[Pane]:
        return list(self.query(Pane))

    def compose_tabs(self) -> ComposeResult:
        yield Choices(self._tabs(), self.front, key="pane-tabs")

    def _tabs(self) -> tuple[Choice, ...]:
        """A name for each pane; that of the form tells of its file, whose frame is not seen on a small screen."""
        mark = " ● unsaved" if self.unsaved else ""
        rest = sum(len(f" {pane.TITLE} ") for pane in self.PANES) + len(f" {mark}")
        room = max(_SHORTEST, min(_LONGEST, self.size.width - rest))
        file = shortened(shown(self.source), room).plain + mark
        return tuple(Choice(pane.ID, pane.TITLE, file if pane.ID == "request" else "") for pane in self.PANES)

    def watch_unsaved(self) -> None:
        self._retitle()

    def watch_source(self) -> None:
        self._retitle()

    def on_resize(self) -> None:
        self._retitle()

    def _retitle(self) -> None:
        for tabs in self.query("#pane-tabs").results(Choices):
            tabs.choices = self._tabs()

    def watch_front(self) -> None:
        for pane in self.query(Pane):
            pane.mark("-front", pane.id == self.front)
        for tabs in self.query("#pane-tabs").results(Choices):
            tabs.chosen = self.front

    def bring(self, pane: str, *, focus: bool = True) -> None:
        """Bring a pane to the front where only one is seen, and go there."""
        self.front = pane
        if focus:
            self.call_after_refresh(self._enter, pane)

    def bring_if_hidden(self, pane: str) -> None:
        """Bring a pane to the front where only one is seen; the focus stays where all are."""
        if self.has_class("-narrow") or self.zoomed:
            self.bring(pane)

    def _enter(self, pane: str) -> None:
        entrance = self.query_one(f"#{pane}", Pane).entrance()
        if entrance is not None:
            entrance.focus()

    def on_descendant_focus(self) -> None:
        pane = self._pane_of(self.focused)
        if pane is not None and pane.id is not None:
            self.front = pane.id

    def _pane_of(self, widget: Widget | None) -> Pane | None:
        return next((node for node in widget.ancestors_with_self if isinstance(node, Pane)), None) if widget else None

    def action_next_pane(self, by: int = 1) -> None:
        panes = [pane.id or "" for pane in self.panes]
        self.bring(panes[(panes.index(self.front) + by) % len(panes)])

    def action_zoom(self) -> None:
        """The pane in front over the whole screen, and back."""
        self.zoomed = not self.zoomed

    def on_choices_chosen(self, event: Choices.Chosen) -> None:
        if event.choices.id == "pane-tabs":
            event.stop()
            self.bring(event.id)
