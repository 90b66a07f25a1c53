"""The open questions: may this client do that? Each with its decision, asked again of every answer."""

from __future__ import annotations

from dataclasses import dataclass
from typing import ClassVar

from textual.app import ComposeResult
from textual.binding import Binding, BindingType
from textual.containers import Vertical
from textual.content import Content
from textual.message import Message
from textual.widgets import Input, Static

from authlens.core.saved.expectation import Question
from authlens.ui.text.page import Item
from authlens.ui.text.safe_content import safe_content
from authlens.ui.widgets.controls.items import Items


class AccessPage(Vertical):
    DEFAULT_CSS = """
    AccessPage {
        padding-top: 1;
        Items { height: 1fr; }
        Input { height: 1; border: none; padding: 0 1; background: $surface; }
        Input:focus { background: $panel; }
        .problem { height: auto; color: $text-error; display: none; }
        .problem.-said { display: block; }
    }
    """
    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("a", "ask", "Ask", id="access.ask", tooltip="Ask whether this client may do something"),
        Binding("d,delete", "drop", "Drop", id="access.drop", tooltip="Stop asking this question"),
    ]

    @dataclass
    class Asked(Message):
        """The person asked a question."""

        question: Question

    @dataclass
    class Dropped(Message):
        """The person no longer asks the question at this place."""

        index: int

    def compose(self) -> ComposeResult:
        yield Items()
        yield Static("", classes="problem", markup=False)
        yield Input(placeholder="ask: publish sensors/7/data · connect device-1 · subscribe alarms/#", compact=True)

    @property
    def items(self) -> Items:
        return self.query_one(Items)

    def show(self, items: list[Item]) -> None:
        self.items.items = tuple(items)

    def on_input_submitted(self, event: Input.Submitted) -> None:
        from authlens.core.saved.question import read_question  # loaded with the first question

        event.stop()
        try:
            question = read_question(event.value)
        except ValueError as error:
            self._say(str(error))
            return
        self._say("")
        event.input.clear()
        self.post_message(self.Asked(question))

    def _say(self, problem: str) -> None:
        note = self.query_one(".problem", Static)
        note.update(safe_content(problem) if problem else Content(""))
        note.set_class(bool(problem), "-said")

    def action_ask(self) -> None:
        self.query_one(Input).focus()

    def action_drop(self) -> None:
        if self.items.index is not None:
            self.post_message(self.Dropped(self.items.index))
