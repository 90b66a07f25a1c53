"""The answer: the verdict, and below it the documents, the raw texts, the wire and what the function printed."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime
from typing import ClassVar

from textual.app import ComposeResult
from textual.binding import Binding, BindingType
from textual.message import Message
from textual.reactive import reactive
from textual.widget import Widget

from authlens.core.invocation import Invocation, Wire
from authlens.ui import documents
from authlens.ui.documents import Line
from authlens.ui.widgets.code_view import CodeView
from authlens.ui.widgets.pages import Page, Pages
from authlens.ui.widgets.pane import Pane
from authlens.ui.widgets.search_box import SearchBox
from authlens.ui.widgets.verdict import Verdict

_PAGES = (("documents", "Documents"), ("raw", "Raw"), ("wire", "Wire"), ("log", "Log"))


class AnswerPane(Pane):
    ID: ClassVar[str] = "answer"
    TITLE: ClassVar[str] = "Answer"
    DEFAULT_CSS = """
    AnswerPane > Pages > Choices { margin: 1 0 0 0; }
    AnswerPane CodeView { margin-top: 1; }
    """
    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("slash,ctrl+f", "search", "Search", key_display="/", id="answer.search", tooltip="Search the text"),
        Binding("y", "copy_all", "Copy", id="answer.copy-all", tooltip="Copy the document, or the text in front"),
        Binding("r", "raw", "Raw", show=False, id="answer.raw", tooltip="The documents as strings, and back"),
    ]

    invocation: reactive[Invocation | None] = reactive[Invocation | None](None)
    running_for: reactive[float | None] = reactive[float | None](None)

    @dataclass
    class CopyAsked(Message):
        """A text is to be copied. `what` names it for the person."""

        text: str
        what: str

    def __init__(self, now: Callable[[], datetime]) -> None:
        super().__init__()
        self._now = now

    def compose(self) -> ComposeResult:
        yield Verdict(self._now).data_bind(AnswerPane.invocation, AnswerPane.running_for)
        yield Pages(
            *(Page(name, label, CodeView) for name, label in _PAGES),
            key="texts",
        )
        yield SearchBox()

    def entrance(self) -> Widget | None:
        return self.text if self.query("#texts") else None

    @property
    def pages(self) -> Pages:
        return self.query_one("#texts", Pages)

    @property
    def text(self) -> CodeView:
        """The text in front."""
        return self.open_page(self.pages.chosen)

    def open_page(self, name: str) -> CodeView:
        page = self.pages.open(name) if self.pages.chosen != name else self.pages.page(name)
        assert isinstance(page, CodeView)
        return page

    def watch_invocation(self, invocation: Invocation | None) -> None:
        if not self.query("#texts"):
            return
        outcome = invocation.outcome if invocation else None
        marks = {"documents": str(len(outcome.policy_documents))} if outcome and outcome.policy_documents else {}
        if invocation and invocation.function_log:
            marks["log"] = "•"
        self.pages.mark(marks)
        self._fill(self.pages.chosen)

    def on_pages_opened(self, event: Pages.Opened) -> None:
        event.stop()
        self._fill(self.pages.chosen)

    def _fill(self, name: str) -> None:
        view = self.pages.page(name)
        if isinstance(view, CodeView):
            lines = page_lines(name, self.invocation)
            if lines != view.lines:
                view.lines = lines
            view.sought = self.query_one(SearchBox).text

    # Searching and copying

    def action_search(self) -> None:
        self.query_one(SearchBox).open()

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

    def action_raw(self) -> None:
        self.pages.open("documents" if self.pages.chosen == "raw" else "raw")
        self.text.focus()

    def action_copy_all(self) -> None:
        """The document in which the cursor stands, exactly as it came; elsewhere the whole text in front."""
        outcome = self.invocation.outcome if self.invocation else None
        page = self.pages.chosen
        if outcome is not None and outcome.policy_documents and page in ("documents", "raw"):
            index = self._document_at_cursor()
            text = outcome.policy_documents[index]
            if page == "documents":
                text = "\n".join(
                    line.content.plain for line in self.text.lines if line.document == index and line.number
                )
            self.post_message(self.CopyAsked(text, f"document {index + 1}"))
        else:
            self.post_message(self.CopyAsked("\n".join(line.content.plain for line in self.text.lines), "the text"))

    def _document_at_cursor(self) -> int:
        view = self.text
        line = view.line_at_cursor
        return line.document if line is not None and line.document is not None else 0

    def on_code_view_copy_asked(self, event: CodeView.CopyAsked) -> None:
        event.stop()
        self.post_message(self.CopyAsked(event.text, "the selection"))


def page_lines(page: str, invocation: Invocation | None) -> tuple[Line, ...]:
    """What stands on a page for an invocation."""
    if invocation is None:
        return ()
    outcome = invocation.outcome
    if page in ("documents", "raw"):
        if outcome is None:
            return documents.note("There is no answer to show: the call failed. See the wire.")
        lines = documents.document_lines if page == "documents" else documents.raw_lines
        return lines(outcome.policy_documents)
    if page == "wire":
        return documents.note("Nothing was sent.") if invocation.wire is None else wire_lines(invocation.wire)
    if not invocation.function_log:
        return documents.note("The target tells nothing of what the function printed. A local endpoint does.")
    return tuple(documents.text_lines(invocation.function_log))


def wire_lines(wire: Wire) -> tuple[Line, ...]:
    """The exchange as it went."""
    sent = "\n".join([f"{wire.method} {wire.url}", *(f"{name}: {value}" for name, value in wire.request_headers)])
    status = "no answer" if wire.status is None else f"HTTP {wire.status}"
    came = "\n".join([status, *(f"{name}: {value}" for name, value in wire.response_headers)])
    parts = ((sent, wire.request_body), (came, wire.response_body))
    lines: list[Line] = []
    for head, body in parts:
        lines += [*documents.text_lines(head), *documents.text_lines("")]
        lines += [*documents.body_lines(body.decode("utf-8", "replace")), *documents.text_lines("")]
    return tuple(lines)
