"""What the client may do, at a glance, and below it the open questions: each asked again of every answer.

A letter that is not a key of the list begins a question: `p` of `publish sensors/7`.
"""

from __future__ import annotations

from typing import ClassVar

from textual import events
from textual.app import ComposeResult
from textual.binding import Binding, BindingType
from textual.containers import Vertical
from textual.content import Content
from textual.message import Message
from textual.widgets import Input, Static

from authlens.core.saved.expectation import Question
from authlens.frozen import message
from authlens.ui.text.page import PageItem
from authlens.ui.text.safe_content import prose
from authlens.ui.widgets.controls.items import Items

_OF_THE_LIST = "adjk"
"""Letters that are keys here: ask, drop, down and up."""


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

    @message
    class Asked(Message):
        """The user asked a question."""

        question: Question

    @message
    class Dropped(Message):
        """The user removed the question at this place."""

        index: int

    _permissions = 0
    """Items that are permissions; those after them are questions."""

    def compose(self) -> ComposeResult:
        yield Items()
        yield Static("", classes="problem", markup=False)
        yield Input(
            select_on_focus=False,
            placeholder="ask: publish sensors/7 · connect device-1 · subscribe alarms/#",
            compact=True,
        )

    @property
    def items(self) -> Items:
        return self.query_one(Items)

    def show(self, permissions: list[PageItem], questions: list[PageItem]) -> None:
        self._permissions = len(permissions)
        self.items.items = (*permissions, *questions)

    def question_at(self, index: int) -> int | None:
        """Which question an item is; `None` for one of the permissions."""
        return index - self._permissions if index >= self._permissions else None

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
        note.update(prose(problem) if problem else Content(""))
        note.set_class(bool(problem), "-said")

    def ask(self) -> None:
        self.query_one(Input).focus()

    def on_key(self, event: events.Key) -> None:
        """What is typed on the page goes into the field; other keys keep their meaning."""
        character = event.character or ""
        if not self.items.has_focus or not character.isalpha() or character in _OF_THE_LIST:
            return
        event.stop()
        event.prevent_default()
        field = self.query_one(Input)
        field.value, field.cursor_position = character, 1
        self._say("")
        field.focus()

    def action_ask(self) -> None:
        """Ask, starting from the row under the cursor."""
        index, field = self.items.index, self.query_one(Input)
        suggested = self.items.items[index].question if index is not None else ""
        if suggested and not field.value:
            field.value = suggested
            field.select_all()
        self.ask()

    def action_drop(self) -> None:
        question = self.question_at(self.items.index) if self.items.index is not None else None
        if question is not None:
            self.post_message(self.Dropped(question))
