"""The answer: the verdict, and below it the documents, the raw texts, the wire and what the function printed."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from datetime import datetime
from typing import ClassVar

from textual import events
from textual.app import ComposeResult
from textual.binding import BindingType
from textual.message import Message
from textual.reactive import var
from textual.widget import Widget
from textual.widgets import Input, TextArea

from authlens.core.invocation.invocation import Invocation
from authlens.frozen import message
from authlens.ui.model.screen_values import RunningCall
from authlens.ui.runtime.key_queue import after_refresh
from authlens.ui.text.answer import documents
from authlens.ui.text.answer.answer_view import AnswerView
from authlens.ui.text.answer.cloud_log_lines import CloudLog, log_lines
from authlens.ui.text.answer.first_steps import first_steps
from authlens.ui.text.answer.mask import REVEALED, Mask, mask_for
from authlens.ui.text.key_words import Reach, in_own_keys
from authlens.ui.text.page import MOST_SHOWN, Line
from authlens.ui.widgets.answer.access_page import AccessPage
from authlens.ui.widgets.answer.answer_keys import ANSWER_KEYS, LETTERS
from authlens.ui.widgets.answer.stage_line import StageLine
from authlens.ui.widgets.answer.verdict import VerdictView
from authlens.ui.widgets.answer.verdict_header import VerdictHeader
from authlens.ui.widgets.controls.code_view import CodeView
from authlens.ui.widgets.controls.compare_view import CompareView
from authlens.ui.widgets.controls.items import Items
from authlens.ui.widgets.controls.pages import Page, Pages
from authlens.ui.widgets.controls.search_box import SearchBox
from authlens.ui.widgets.controls.searchable_pane import SearchablePane

_TEXTS = (("raw", "Raw"), ("wire", "Wire"), ("log", "Log"))


class AnswerPane(SearchablePane):
    ID: ClassVar[str] = "answer"
    TITLE: ClassVar[str] = "Answer"
    DEFAULT_CSS = """
    AnswerPane > Pages > Choices { margin: 1 0 0 0; }
    AnswerPane CodeView { margin-top: 1; }
    AnswerPane VerdictHeader.-other {
        opacity: 60%;
        &:ansi VerdictView, &:ansi StageLine { text-style: dim; }
    }
    AnswerPane.-older {
        StageLine, Pages { opacity: 50%; }
        &:ansi StageLine, &:ansi CodeView, &:ansi Rows { text-style: dim; }
    }
    """
    BINDINGS: ClassVar[list[BindingType]] = ANSWER_KEYS

    view: var[AnswerView] = var(AnswerView(is_blank=False), init=False)
    running: var[RunningCall | None] = var[RunningCall | None](None, init=False)
    mask: var[Mask] = var(REVEALED, init=False)
    """What the form hides is hidden here too, until it is revealed."""
    cloud_log: var[CloudLog | None] = var[CloudLog | None](None, init=False)
    is_next: var[bool] = var(True, init=False)
    """Whether the key for the next pane leads here."""
    reach: var[Reach] = var[Reach](None, init=False)

    @message
    class LogAsked(Message):
        """What the deployed function logged is to be read."""

    @message
    class FormComparisonAsked(Message):
        """The request of the answer is to be compared with the form."""

    @message
    class ExpectationAsked(Message):
        """The answer is to be compared with what was expected."""

    @message
    class CopyAsked(Message):
        """A text is to be copied. `what` names it for the user."""

        text: str
        what: str

    @message
    class WriteAsked(CopyAsked):
        """A text is to be written to a file, whole, also where it is too long to be shown."""

    def __init__(self, now: Callable[[], datetime]) -> None:
        super().__init__()
        self._now = now

    def compose(self) -> ComposeResult:
        with VerdictHeader():
            yield VerdictView(self._now).data_bind(
                AnswerPane.view, AnswerPane.running, AnswerPane.mask, AnswerPane.reach
            )
            yield StageLine().data_bind(AnswerPane.view, AnswerPane.running, AnswerPane.mask, AnswerPane.reach)
        yield Pages(
            Page("documents", "Documents", CodeView),
            Page("access", "Access", AccessPage),
            Page("device", "Device", Items),
            Page("lint", "Lint", Items),
            Page("changes", "Changes", CompareView),
            *(Page(name, label, CodeView) for name, label in _TEXTS),
            key="texts",
        )
        yield SearchBox()

    def entrance(self) -> Widget | None:
        if not self.query("#texts"):
            return None
        page = self.pages.page(self.pages.chosen)
        return page.items if isinstance(page, AccessPage) else page

    @property
    def pages(self) -> Pages:
        return self.query_one("#texts", Pages)

    @property
    def text(self) -> CodeView:
        """The text in front; where the front page is none, the documents come to the front."""
        page = self.pages.page(self.pages.chosen)
        return page if isinstance(page, CodeView) else self.open_page("documents")

    def open_page(self, name: str) -> CodeView:
        page = self.pages.open(name) if self.pages.chosen != name else self.pages.page(name)
        assert isinstance(page, CodeView)
        return page

    @property
    def invocation(self) -> Invocation | None:
        return self.view.invocation

    def watch_view(self, before: AnswerView, view: AnswerView) -> None:
        if view.invocation is not before.invocation:
            self._asked_about = None
            self.mask = REVEALED if view.invocation is None else mask_for(view.invocation)
        self.query_one(VerdictHeader).set_class(not view.is_of_now, "-other")
        if replace(view, relation=before.relation, changed_file=before.changed_file) != before:
            self._explain_and_fill()

    def watch_cloud_log(self, before: CloudLog | None, log: CloudLog | None) -> None:
        if log is not None and self.pages.chosen != "log":
            self.pages.open("log")
        self._explain_and_fill()

    def watch_mask(self) -> None:
        if self.query("#texts"):
            self._fill(self.pages.chosen)

    def watch_running(self, running: RunningCall | None) -> None:
        # A quick call changes nothing but the headline: dimming for a moment would be a flash.
        is_older = running is not None and running.is_long and self.invocation is not None
        if self.has_class("-older") != is_older:
            self.set_class(is_older, "-older")
        if self.invocation is None:
            self._explain()

    def _explain_and_fill(self) -> None:
        self._explain()
        if self.query("#texts"):
            self._fill(self.pages.chosen)

    def ask(self) -> None:
        """Go where questions are asked."""
        page = self.pages.open("access")
        if isinstance(page, AccessPage):
            after_refresh(self, page.ask)

    def action_turn(self, by: int) -> None:
        """Go to the adjacent page, with the cursor in it."""
        self.pages.turn(by)
        after_refresh(self, self._enter)

    # What is hidden

    def action_reveal(self) -> None:
        if self.invocation is not None:
            self.mask = mask_for(self.invocation) if self.mask is REVEALED else REVEALED

    def check_action(self, action: str, parameters: tuple[object, ...]) -> bool | None:
        if action in LETTERS and self.query("#texts") and self.pages.chosen == "access":
            return False  # there letters are the beginning of a question
        if action != "reveal":
            return super().check_action(action, parameters)
        return self.invocation is not None and (self.mask is REVEALED or self.mask.has_hidden)

    def _look_at_reach(self) -> None:
        """Letters are keys here, unless the focus is where they are typed: in a field, or where questions are asked."""
        types = self.pages.chosen == "access" or isinstance(self.screen.focused, TextArea | Input)
        if self.has_focus_within:
            self.reach = None if types else ""
        else:
            self.reach = in_own_keys("F6, ") if self.is_next and self.pages.chosen != "access" else None

    def watch_is_next(self) -> None:
        self._look_at_reach()

    def on_descendant_focus(self, event: events.DescendantFocus) -> None:
        self._look_at_reach()

    def on_descendant_blur(self) -> None:
        self._look_at_reach()
        if not self.has_focus_within and self.invocation is not None:
            self.mask = mask_for(self.invocation)

    # Why

    _asked_about: int | None = None
    """The question whose statements are marked in the documents."""

    def _explain(self) -> None:
        if not self.query("#texts"):
            return
        view = self.view
        self.query_one(VerdictHeader).set_class(view.has_failed, "-failed")
        self.pages.mark(view.marks(self.cloud_log))

    def on_pages_opened(self, event: Pages.Opened) -> None:
        event.stop()
        self._fill(self.pages.chosen)
        self._look_at_reach()

    def _fill(self, name: str) -> None:
        self._show(name)
        self.refresh_bindings()

    def _show(self, name: str) -> None:
        view = self.pages.page(name)
        if isinstance(view, CodeView):
            self._fill_text(name, view)
        elif isinstance(view, CompareView):
            view.comparison = self.view.changes
        elif self.invocation is not None or isinstance(view, AccessPage):
            from authlens.ui.text.answer import (  # loaded with the first answer, not before the first paint
                access_text,
                device_text,
            )

            reasons = self.view.explanation
            if isinstance(view, AccessPage):
                view.show(
                    self.mask.items(access_text.permission_items(reasons)),
                    self.mask.items(access_text.access_items(reasons, self.view.questions)),
                )
            elif isinstance(view, Items):
                view.items = tuple(self.mask.items(device_text.page_items(name, reasons, self.view.deployment)))

    def _fill_text(self, name: str, view: CodeView) -> None:
        read = log_lines(self.invocation, self.cloud_log) if name == "log" else None
        lines = self.mask.lines(read or self._page_lines(name))
        if lines != view.lines:
            view.lines = lines
        view.sought = self.query_one(SearchBox).text
        reasons = self.view.explanation if name == "documents" else None
        if reasons is not None and self.invocation is not None:
            from authlens.ui.text.answer.finding_text import all_marks

            marks = {**all_marks(reasons, self._asked_about), **documents.returned_marks(self.invocation.local_run)}
            view.marks = self.mask.marks(marks)

    def _page_lines(self, name: str) -> tuple[Line, ...]:
        if self.invocation is not None or name != "documents":
            return documents.page_lines(name, self.invocation)
        active = self.screen.active_bindings.values()
        keys = {
            each.binding.id: self.app.get_key_display(each.binding) for each in reversed([*active]) if each.binding.id
        }
        return first_steps(keys, self.view.is_demo)

    def on_items_chosen(self, event: Items.Chosen) -> None:
        """Show the line of a finding, or the statements that decided a question."""
        event.stop()
        reasons, item = self.view.explanation, event.items.items[event.index]
        if reasons is None:
            return
        place = item.place
        page = self.pages.page("access")
        question = page.question_at(event.index) if isinstance(page, AccessPage) else None
        if self.pages.chosen == "access" and question is not None:
            from authlens.ui.text.answer.access_text import deciding_places

            self._asked_about = question
            place = min(deciding_places(reasons, question), default=None)
        if place is not None:
            view = self.open_page("documents")
            view.goto(*place)
            view.focus()

    # Searching and copying

    def on_search_box_sought(self, event: SearchBox.Sought) -> None:
        event.stop()
        self.text.sought = event.text
        self.query_one(SearchBox).found = self.text.match_count

    def on_search_box_moved(self, event: SearchBox.Moved) -> None:
        event.stop()
        self.text.action_match(event.by)

    def on_search_box_closed(self, event: SearchBox.Closed) -> None:
        event.stop()
        self.text.focus()

    def action_read_log(self) -> None:
        self.post_message(self.LogAsked())

    def action_compare_form(self) -> None:
        self.post_message(self.FormComparisonAsked())

    def action_expectation(self) -> None:
        self.post_message(self.ExpectationAsked())

    def action_stages(self) -> None:
        line = self.query_one(StageLine)
        line.in_full = not line.in_full

    def action_changes(self) -> None:
        self.focus_page("changes")

    def focus_page(self, name: str) -> None:
        """Bring a page to the front, with the cursor in it."""
        self.pages.open(name)
        after_refresh(self, self._enter)

    def _enter(self) -> None:
        page = self.entrance()
        if page is not None:
            page.focus()

    def action_raw(self) -> None:
        self.pages.open("documents" if self.pages.chosen == "raw" else "raw")
        self.text.focus()

    def action_copy_all(self) -> None:
        """The document that the cursor is in, or the text in front."""
        self.post_message(self.CopyAsked(*self._in_front()))

    def action_write(self) -> None:
        """As copying, into a file. Of the wire it is the body that came."""
        invocation, page = self.invocation, self.pages.chosen
        if invocation is None:
            return
        if page == "wire" and invocation.wire is not None:
            text, what = invocation.wire.response_body.decode("utf-8", "replace"), "the body"
        elif page == "log" and invocation.function_log:
            text, what = invocation.function_log, "the log"
        else:
            text, what = self._in_front()
        self.post_message(self.WriteAsked(self.mask.text(text), what))

    def _in_front(self) -> tuple[str, str]:
        """A text and what it is called."""
        outcome = self.invocation.outcome if self.invocation else None
        page = self.pages.chosen
        if outcome is not None and outcome.policy_documents and page in ("documents", "raw"):
            index = self._document_at_cursor()
            text = outcome.policy_documents[index]
            if page == "documents" and len(text) <= MOST_SHOWN:
                text = "\n".join(
                    line.content.plain for line in self.text.lines if line.document == index and line.number
                )
            return self.mask.text(text), f"document {index + 1}"
        return "\n".join(line.content.plain for line in self.text.lines), "the text"

    def _document_at_cursor(self) -> int:
        view = self.text
        line = view.line_at_cursor
        return line.document if line is not None and line.document is not None else 0

    def on_code_view_copy_asked(self, event: CodeView.CopyAsked) -> None:
        event.stop()
        self.post_message(self.CopyAsked(event.text, "the selection"))
