"""One line to search with. It is out of sight until it is opened; Escape closes it and ends the search."""

from __future__ import annotations

from typing import ClassVar

from textual.app import ComposeResult
from textual.binding import Binding, BindingType
from textual.containers import Horizontal
from textual.content import Content
from textual.message import Message
from textual.reactive import var
from textual.widgets import Static

from authlens.frozen import message
from authlens.ui.runtime.key_queue import after_refresh
from authlens.ui.widgets.controls.field import Field


class SearchBox(Horizontal):
    DEFAULT_CSS = """
    SearchBox {
        height: 1;
        display: none;
        &.-open { display: block; }
        .label { width: 2; color: $text-primary; }
        .found { width: auto; color: $foreground-muted; padding-left: 1; }
    }
    """
    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("escape", "close", "End search", id="search.close"),
        Binding("down,f3", "move(1)", "Next", show=False, priority=True, id="search.next"),
        Binding("up,shift+f3", "move(-1)", "Previous", show=False, priority=True, id="search.previous"),
    ]

    found: var[int | None] = var[int | None](None)
    """The number of matches; `None` shows nothing."""

    @message
    class Sought(Message):
        text: str

    @message
    class Moved(Message):
        by: int

    @message
    class Closed(Message):
        pass

    def __init__(self, placeholder: str = "search") -> None:
        super().__init__()
        self._placeholder = placeholder

    @property
    def text(self) -> str:
        fields = self.query(Field)
        return fields.first().value if fields else ""

    def compose(self) -> ComposeResult:
        yield Static("/", classes="label", markup=False)

    @property
    def is_open(self) -> bool:
        return self.has_class("-open")

    def open(self) -> None:
        """Search for something, or for something else."""
        self.add_class("-open")
        if not self.query(Field):
            self.mount(Field("search", placeholder=self._placeholder), Static("", classes="found", markup=False))
        after_refresh(self, self._enter)

    def _enter(self) -> None:
        field = self.query_one(Field)
        field.select_all()
        field.focus()

    def watch_found(self) -> None:
        for label in self.query(".found").results(Static):
            label.update(Content("" if self.found is None or not self.text else f"{self.found or 'none'} found"))

    def on_field_edited(self, event: Field.Edited) -> None:
        event.stop()
        self.post_message(self.Sought(event.text))

    def on_field_left(self, event: Field.Left) -> None:
        event.stop()
        self.post_message(self.Moved(1))

    def action_move(self, by: int) -> None:
        self.post_message(self.Moved(by))

    def action_close(self) -> None:
        self.remove_class("-open")
        for field in self.query(Field):
            field.show("")
        self.screen.refresh_bindings()
        self.post_message(self.Sought(""))
        self.post_message(self.Closed())
