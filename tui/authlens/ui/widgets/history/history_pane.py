"""The history beside the answer: newest first, searched as one types, loaded page by page."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import TYPE_CHECKING, ClassVar

from textual.app import ComposeResult
from textual.binding import Binding, BindingType
from textual.content import Content
from textual.message import Message
from textual.reactive import var
from textual.widget import Widget
from textual.widgets import Static

from authlens.ui.text.safe_content import shown
from authlens.ui.widgets.controls.pane import Pane
from authlens.ui.widgets.controls.search_box import SearchBox
from authlens.ui.widgets.history.history_rows import HistoryRows

if TYPE_CHECKING:
    from authlens.store.history import Row

PAGE = 100
"""Rows that are loaded at once."""


class HistoryPane(Pane):
    ID: ClassVar[str] = "history"
    TITLE: ClassVar[str] = "History"
    DEFAULT_CSS = """
    HistoryPane .empty { color: $foreground-muted; height: auto; }
    """
    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("slash,ctrl+f", "search", "Search", key_display="/", id="history.search", tooltip="Search the history"),
    ]

    total: var[int | None] = var[int | None](None)
    shown_number: var[int | None] = var[int | None](None)
    """The invocation that the answer shows."""
    problem: var[str] = var("")
    """Why nothing is recorded."""

    @dataclass
    class Wanted(Message):
        """Rows are wanted: those that match, older than `before`."""

        search: str
        before: int | None = None

    def __init__(self, now: Callable[[], datetime]) -> None:
        super().__init__()
        self._now = now
        self._search = ""

    def compose(self) -> ComposeResult:
        yield SearchBox("authorizer, principal, verdict, text …")
        yield Static("Nothing was sent yet.", classes="empty", markup=False)
        yield HistoryRows(self._now)

    def entrance(self) -> Widget | None:
        return self.rows

    @property
    def search(self) -> str:
        return self._search

    @property
    def rows(self) -> HistoryRows:
        return self.query_one(HistoryRows)

    def show(self, rows: Sequence[Row], before: int | None) -> None:
        """Rows that were wanted have come."""
        complete = len(rows) < PAGE
        if before is None:
            self.rows.replace(rows, complete)
        else:
            self.rows.extend(rows, complete)
        empty = self.query_one(".empty", Static)
        empty.display = self.rows.row_count == 0
        empty.update(Content("Nothing found." if self._search else "Nothing was sent yet."))

    def watch_total(self) -> None:
        self._retitle()

    def watch_problem(self) -> None:
        self._retitle()

    def watch_shown_number(self) -> None:
        if self.query(HistoryRows):
            self.rows.mark_shown(self.shown_number)

    def _retitle(self) -> None:
        count = "" if self.total is None else f"  {self.total:,}"
        problem = shown(f"  ! {self.problem}", "$text-warning") if self.problem else Content("")
        self.border_title = Content.assemble(self.TITLE, (count, "$foreground-muted"), problem)

    def action_search(self) -> None:
        self.query_one(SearchBox).open()

    def on_search_box_sought(self, event: SearchBox.Sought) -> None:
        event.stop()
        self._search = event.text
        self.post_message(self.Wanted(event.text))

    def on_search_box_moved(self, event: SearchBox.Moved) -> None:
        event.stop()
        self.rows.action_cursor(event.by)

    def on_search_box_closed(self, event: SearchBox.Closed) -> None:
        event.stop()
        self.rows.focus()

    def on_history_rows_more_wanted(self, event: HistoryRows.MoreWanted) -> None:
        event.stop()
        self.post_message(self.Wanted(self._search, event.before))
