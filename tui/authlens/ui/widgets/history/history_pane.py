"""The history next to the answer: newest first, searched as you type, loaded page by page."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime
from typing import ClassVar

from textual.app import ComposeResult
from textual.binding import Binding, BindingType
from textual.content import Content
from textual.message import Message
from textual.reactive import var
from textual.widget import Widget
from textual.widgets import Static

from authlens.frozen import message
from authlens.ui.model.screen_values import HistoryPage, HistoryState
from authlens.ui.text.answer.answer_view import AnswerView
from authlens.ui.text.history_text import scope_text, why_empty
from authlens.ui.text.safe_content import prose, prose_lines
from authlens.ui.widgets.controls.search_box import SearchBox
from authlens.ui.widgets.controls.searchable_pane import SearchablePane
from authlens.ui.widgets.history.history_rows import HistoryRows


class HistoryPane(SearchablePane):
    ID: ClassVar[str] = "history"
    TITLE: ClassVar[str] = "History"
    DEFAULT_CSS = """
    HistoryPane .empty { color: $foreground-muted; height: auto; }
    HistoryPane .scope { color: $foreground-muted; height: 1; display: none; }
    """
    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("a", "all", "All", id="history.all", tooltip="Show the runs of all projects, or of this one alone"),
    ]

    history: var[HistoryState] = var(HistoryState(), init=False)
    answer: var[AnswerView] = var(AnswerView(), init=False)
    """The invocation that is shown, and the baseline, are marked in the rows."""

    @message
    class Wanted(Message):
        """Rows are needed: those that match, older than `before`."""

        search: str
        before: int | None = None

    @message
    class AllWanted(Message):
        """The runs of all projects are to be listed, or those of this one again."""

    def __init__(self, now: Callable[[], datetime]) -> None:
        super().__init__()
        self._now = now
        self._search = ""

    def compose(self) -> ComposeResult:
        yield SearchBox("authorizer, verdict, yesterday, text …")
        yield Static("Reading …", classes="empty", markup=False)
        yield HistoryRows(self._now)
        yield Static("", classes="scope", markup=False)

    def check_action(self, action: str, parameters: tuple[object, ...]) -> bool | None:
        if action == "all":
            return bool(self.history.project)
        return super().check_action(action, parameters)

    def action_all(self) -> None:
        self.post_message(self.AllWanted())

    def on_history_rows_search_wanted(self, event: HistoryRows.SearchWanted) -> None:
        event.stop()
        self.action_search()

    def entrance(self) -> Widget | None:
        return self.rows

    @property
    def search(self) -> str:
        return self._search

    @property
    def rows(self) -> HistoryRows:
        return self.query_one(HistoryRows)

    def _show(self, page: HistoryPage) -> None:
        """Requested rows have arrived."""
        if page.before is None:
            self.rows.replace(page.rows, page.is_last)
        else:
            self.rows.extend(page.rows, page.is_last)
        empty = self.query_one(".empty", Static)
        empty.display = self.rows.row_count == 0
        if empty.display:
            empty.update(prose_lines("No matches." if self._search else why_empty(self.history)))

    def watch_history(self, before: HistoryState, history: HistoryState) -> None:
        if history.page is not None and (history.page is not before.page or (history.all != before.all)):
            self._show(history.page)
        self._retitle()

    def watch_answer(self, before: AnswerView, answer: AnswerView) -> None:
        if (answer.invocation, answer.baseline) != (before.invocation, before.baseline):
            self.rows.mark(answer.invocation, answer.baseline)

    def _retitle(self) -> None:
        total, problem = self.history.total, self.history.problem
        count = "" if total is None else f"  {total:,}"
        warning = prose(f"  ! {problem}", "$text-warning") if problem else Content("")
        self.border_title = Content.assemble(self.TITLE, (count, "$foreground-muted"), warning)
        self._say_scope()

    def _say_scope(self) -> None:
        """Whose rows are listed, and the key for the others: in the frame, or below the rows where there is none."""
        said = scope_text(self.history)
        self.border_subtitle = said
        line = self.query_one(".scope", Static)
        line.update(said)
        line.set_class(bool(said.plain), "-said")

    def on_search_box_sought(self, event: SearchBox.Sought) -> None:
        event.stop()
        self._search = event.text
        self.post_message(self.Wanted(event.text))

    def on_search_box_moved(self, event: SearchBox.Moved) -> None:
        """Move from the search to its results, if there are any."""
        event.stop()
        if not self.rows.row_count:
            return
        self.rows.focus()
        if event.by < 0 or self.rows.number is None:
            self.rows.action_cursor(event.by)

    def on_search_box_closed(self, event: SearchBox.Closed) -> None:
        event.stop()
        self.rows.focus()

    def on_history_rows_more_wanted(self, event: HistoryRows.MoreWanted) -> None:
        event.stop()
        self.post_message(self.Wanted(self._search, event.before))
