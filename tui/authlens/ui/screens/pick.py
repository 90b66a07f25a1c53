"""Pick some of several things: the space bar marks, Enter accepts."""

from __future__ import annotations

from collections.abc import Sequence
from typing import ClassVar

from textual.app import ComposeResult
from textual.binding import Binding, BindingType
from textual.containers import Vertical
from textual.content import Content
from textual.reactive import reactive

from authlens.ui.screens.dialog import Dialog
from authlens.ui.shown import shown
from authlens.ui.widgets.items import Item, Items


class PickScreen(Dialog[tuple[str, ...]]):
    DEFAULT_CSS = """
    PickScreen > .box { height: 80%; padding: 0 1; }
    """
    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("space", "mark", "Mark", id="pick.mark"),
        Binding("f5,ctrl+s", "accept", "Accept", id="pick.accept"),
    ]

    picked: reactive[frozenset[int]] = reactive(frozenset(), init=False)

    def __init__(self, title: str, things: Sequence[tuple[str, str]]) -> None:
        super().__init__()
        self._title = title
        self._things = things
        """Ids and what they are called."""
        self.set_reactive(PickScreen.picked, frozenset(range(len(things))))

    def compose(self) -> ComposeResult:
        with Vertical(classes="box") as box:
            box.border_title = shown(self._title)
            box.border_subtitle = Content("Space marks · Enter accepts · Esc cancels")
            yield Items(self._items())

    def on_mount(self) -> None:
        self.query_one(Items).focus()

    def watch_picked(self) -> None:
        self.query_one(Items).items = tuple(self._items())

    def _items(self) -> list[Item]:
        return [
            Item((Content.assemble("[x] " if index in self.picked else "[ ] ", shown(title)),))
            for index, (_, title) in enumerate(self._things)
        ]

    def action_mark(self) -> None:
        index = self.query_one(Items).index
        if index is not None:
            self.picked ^= {index}

    def on_items_chosen(self, event: Items.Chosen) -> None:
        event.stop()
        self.action_accept()

    def action_accept(self) -> None:
        self.dismiss(tuple(self._things[index][0] for index in sorted(self.picked)))
