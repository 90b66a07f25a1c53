"""A list of things that take several lines each. The cursor goes from thing to thing."""

from __future__ import annotations

from collections.abc import Sequence
from typing import ClassVar

from textual import events
from textual.binding import Binding, BindingType
from textual.content import Content
from textual.message import Message
from textual.reactive import reactive

from authlens.frozen import message
from authlens.ui.text.page import PageItem, set_in
from authlens.ui.widgets.controls.rows import Rows


class Items(Rows):
    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("enter", "choose", "Go there", id="items.choose", tooltip="Show what this is about"),
    ]

    items: reactive[tuple[PageItem, ...]] = reactive[tuple[PageItem, ...]]((), init=False)

    @message
    class Chosen(Message):
        """Enter was pressed on a thing."""

        items: Items
        index: int

    @message
    class Reached(Message):
        """The cursor came to a thing."""

        items: Items
        index: int

    def __init__(self, items: Sequence[PageItem] = (), start: int = 0) -> None:
        """start: which thing the cursor is on first."""
        super().__init__()
        self._start = start
        self.set_reactive(Items.items, tuple(items))
        self._lines: list[tuple[int, Content]] = []
        self._width = 0

    @property
    def row_count(self) -> int:
        return len(self._lines)

    @property
    def index(self) -> int | None:
        """The selected thing."""
        return self._lines[self.cursor][0] if self._lines else None

    def row(self, index: int, width: int) -> Content:
        return self._lines[index][1]

    def on_mount(self) -> None:
        self._lay_out()

    def on_resize(self) -> None:
        if self.line_width != self._width:
            index = self.index
            self._lay_out()
            self._go_to(self._start if index is None else index)

    def watch_items(self) -> None:
        before = self.index
        self._lay_out()
        self._go_to(before if before is not None and before < len(self.items) else 0)

    def watch_cursor(self) -> None:
        super().watch_cursor()
        if self.index is not None:
            self.post_message(self.Reached(self, self.index))

    def on_click(self, event: events.Click) -> None:
        event.prevent_default()
        super().on_click(event)
        if event.chain == 2:
            self.action_choose()

    def action_cursor(self, by: int) -> None:
        if self.index is not None:
            self._go_to(max(0, min(len(self.items) - 1, self.index + by)))

    def action_choose(self) -> None:
        if self.index is not None:
            self.post_message(self.Chosen(self, self.index))

    def _go_to(self, index: int) -> None:
        rows = [row for row, (item, _) in enumerate(self._lines) if item == index]
        if rows:
            self.cursor = rows[-1]
            self.cursor = rows[0]

    def _lay_out(self) -> None:
        self._width = self.line_width
        width = max(8, self._width)
        self._lines = [
            (index, part)
            for index, item in enumerate(self.items if self._width else ())  # before its first layout it has no width
            for line in item.lines
            for part in set_in(line, width)
        ]
        self.rows_changed()
