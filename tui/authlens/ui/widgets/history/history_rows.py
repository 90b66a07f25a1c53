"""The rows of the history that are loaded so far; asks for more when its end comes in sight."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from datetime import date, datetime
from typing import TYPE_CHECKING, ClassVar

from textual import events
from textual.binding import Binding, BindingType
from textual.content import Content
from textual.message import Message

from authlens.core.invocation.invocation import Invocation
from authlens.frozen import message
from authlens.ui.text.history_text import day_text, history_row, word_cells
from authlens.ui.widgets.controls.rows import Rows

if TYPE_CHECKING:
    from authlens.store.history.history import HistoryRow

_AHEAD = 40
"""Rows below the cursor that should be loaded."""


class HistoryRows(Rows):
    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("enter", "show", "Show", id="history.show", tooltip="Show this invocation"),
        Binding(
            "d",
            "several('last_allowed')",
            "Diff",
            id="history.last-allowed",
            tooltip="What differs from the last allowed run of the same request, or of its authorizer",
        ),
        Binding("space", "mark", "Mark", id="history.mark", tooltip="Mark it, to compare or resend several"),
        Binding("r", "resend", "Resend", id="history.resend", tooltip="Send its request, or those marked, again"),
        Binding("c", "several('compare')", "Compare", id="history.compare", tooltip="Compare what is marked"),
        Binding("slash,ctrl+f", "search", "Search", id="history.search", tooltip="Search the history"),
        Binding("l", "load", "Load", id="history.load", tooltip="Load its request into the form"),
        Binding("b", "several('pin')", "Baseline", id="history.pin", tooltip="Compare all later answers with it"),
    ]

    @message
    class Asked(Message):
        """The user wants to do something with an invocation of the history."""

        number: int
        action: str
        """`show`, `load` or `resend`."""

    @message
    class Several(Message):
        """The user wants to do something with the marked rows, or with the selected one."""

        numbers: tuple[int, ...]
        action: str
        """`compare`, `last_allowed`, `pin` or `replay`."""

    @message
    class SearchWanted(Message):
        """The user wants to search."""

    @message
    class MoreWanted(Message):
        """The rows older than this number are needed."""

        before: int

    def __init__(self, now: Callable[[], datetime]) -> None:
        super().__init__()
        self._now = now
        self._rows: list[HistoryRow] = []
        self._lines: list[HistoryRow | date] = []
        """The rows below the day that they are of; today needs no heading."""
        self._word_width = 0
        self._complete = True
        self._asked_before: int | None = None
        self.shown_number: int | None = None
        self.baseline_number: int | None = None
        self.marked: tuple[int, ...] = ()

    @property
    def row_count(self) -> int:
        return len(self._lines)

    def _lay_out(self) -> None:
        self._lines, day = [], self._now().astimezone().date()
        for row in self._rows:
            if row.started_at.astimezone().date() != day:
                day = row.started_at.astimezone().date()
                self._lines.append(day)
            self._lines.append(row)
        self._word_width = word_cells(self._rows)
        self.rows_changed()

    def replace(self, rows: Sequence[HistoryRow], complete: bool) -> None:
        """The newest rows."""
        at = self.number
        is_first = self.cursor <= self._first
        self._rows, self._complete, self._asked_before = list(rows), complete, None
        self._lay_out()
        lines = [index for index, line in enumerate(self._lines) if not isinstance(line, date) and line.number == at]
        self.cursor = lines[0] if lines and not is_first else self._first

    @property
    def _first(self) -> int:
        """The line of the newest row."""
        return 1 if self._lines and isinstance(self._lines[0], date) else 0

    def action_cursor(self, by: int) -> None:
        """Over the headings."""
        at = self.cursor + by
        while 0 < at < len(self._lines) and isinstance(self._lines[at], date):
            at += 1 if by > 0 else -1
        self.cursor = max(at, self._first)

    def action_page(self, by: int) -> None:
        super().action_page(by)
        if self._lines and isinstance(self._lines[self.cursor], date):
            self.action_cursor(1)

    def action_first(self) -> None:
        self.cursor = self._first

    def extend(self, rows: Sequence[HistoryRow], complete: bool) -> None:
        """Older rows below those that are there."""
        self._rows += rows
        self._complete, self._asked_before = complete, None
        self._lay_out()

    def mark(self, shown: Invocation | None, baseline: Invocation | None) -> None:
        """The rows of what the answer shows, and of what it is compared with."""
        self.shown_number = shown.number if shown is not None else None
        self.baseline_number = baseline.number if baseline is not None else None
        self.rows_changed()

    @property
    def number(self) -> int | None:
        """The invocation under the cursor."""
        line = self._lines[self.cursor] if self._lines else None
        return None if line is None or isinstance(line, date) else line.number

    def row(self, index: int, width: int) -> Content:
        line = self._lines[index]
        if isinstance(line, date):
            return Content.styled(day_text(line, self._now().astimezone().date()), "$foreground-muted")
        return history_row(line, width, self._sign(line.number), self._word_width)

    def _sign(self, number: int) -> str:
        """What is special about a row, in one cell."""
        if number in self.marked:
            return "*"
        if number == self.shown_number:
            return "▸"
        return "◆" if number == self.baseline_number else " "

    def watch_cursor(self) -> None:
        super().watch_cursor()
        self._want_more(self.cursor)

    def watch_scroll_y(self, old_value: float, new_value: float) -> None:
        super().watch_scroll_y(old_value, new_value)
        self._want_more(int(new_value) + self.size.height)

    def _want_more(self, bottom: int) -> None:
        if not self._rows or self._complete or bottom + _AHEAD < self.row_count:
            return
        before = self._rows[-1].number
        if before != self._asked_before:
            self._asked_before = before
            self.post_message(self.MoreWanted(before))

    def _ask(self, action: str) -> None:
        if self.number is not None:
            self.post_message(self.Asked(self.number, action))

    def action_search(self) -> None:
        self.post_message(self.SearchWanted())

    def action_show(self) -> None:
        self._ask("show")

    def action_load(self) -> None:
        self._ask("load")

    def action_resend(self) -> None:
        if self.marked:
            self.action_several("replay")
        else:
            self._ask("resend")

    def action_mark(self) -> None:
        """Mark the row, or take the mark away, and go on to the next."""
        number = self.number
        if number is not None:
            others = tuple(each for each in self.marked if each != number)
            self.marked = others if number in self.marked else (*others, number)
            self.rows_changed()
            self.action_cursor(1)

    def action_several(self, action: str) -> None:
        """Compare, pin or send again what is marked; unmarked, the row under the cursor."""
        marked = self.marked if action in ("compare", "replay") else ()
        numbers = marked or (() if self.number is None else (self.number,))
        if numbers:
            self.marked = ()
            self.rows_changed()
            self.post_message(self.Several(numbers, action))

    def on_click(self, event: events.Click) -> None:
        event.prevent_default()
        super().on_click(event)
        self._ask("show")
