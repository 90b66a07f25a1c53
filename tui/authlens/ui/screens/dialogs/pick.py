"""Pick some of several things, marked with the space bar, or one of them; Enter accepts."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from typing import ClassVar

from textual import events
from textual.app import ComposeResult
from textual.binding import Binding, BindingType
from textual.containers import Vertical
from textual.content import Content
from textual.reactive import reactive

from authlens.ui.runtime.key_queue import after_refresh
from authlens.ui.screens.dialogs.dialog import Dialog
from authlens.ui.text.page import PageItem
from authlens.ui.text.safe_content import safe_content
from authlens.ui.widgets.controls.field import Field
from authlens.ui.widgets.controls.items import Items
from authlens.ui.widgets.controls.key_line import KeyLine
from authlens.ui.widgets.controls.rows import Rows

_AROUND, _SEARCH = 4, 4
"""Rows of a dialog around its list, and those that the search adds."""


class _Things(Items):
    """A click marks, and the screen's key accepts."""

    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("enter", "choose", "Accept", show=False, id="pick.enter", tooltip="Continue with what is marked"),
    ]

    def on_click(self, event: events.Click) -> None:
        event.prevent_default()
        Rows.on_click(self, event)
        self.call_later(self.screen.run_action, "mark")


class PickScreen(Dialog[tuple[str, ...]]):
    DEFAULT_CSS = """
    PickScreen > .box { max-height: 80%; padding: 0 1; }
    """
    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("space", "mark", "Mark", id="pick.mark", tooltip="Mark it, or take the mark away"),
        Binding("f5,ctrl+s", "accept", "Accept", id="pick.accept", tooltip="Continue with what is marked"),
    ]

    picked: reactive[frozenset[int]] = reactive(frozenset(), init=False)

    def __init__(self, title: str, things: Sequence[tuple[str, str]], unmarked: Collection[str] = ()) -> None:
        """unmarked: the ids of those that the user has to mark; the others are marked."""
        super().__init__()
        self._title = title
        self._things = things
        """Ids and what they are called."""
        marked = frozenset(index for index, (id_, _) in enumerate(things) if id_ not in unmarked)
        self.set_reactive(PickScreen.picked, marked)

    def compose(self) -> ComposeResult:
        with Vertical(classes="box") as box:
            box.border_title = safe_content(self._title)
            box.styles.height = len(self._things) + _AROUND
            yield _Things(self._items())
            yield KeyLine()

    def on_mount(self) -> None:
        self.query_one(Items).focus()

    def watch_picked(self) -> None:
        self.query_one(Items).items = tuple(self._items())

    def _items(self) -> list[PageItem]:
        return [
            PageItem((Content.assemble("[x] " if index in self.picked else "[ ] ", safe_content(title)),))
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


class PickOne(Dialog[str]):
    """One of several; what is typed filters them."""

    DEFAULT_CSS = """
    PickOne > .box { max-height: 60%; }
    PickOne Field { margin-bottom: 1; }
    """
    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("enter", "accept", "Choose", priority=True, id="pick-one.accept", tooltip="Choose the selected one"),
        Binding("down", "cursor(1)", "Down", show=False, priority=True, id="pick-one.down"),
        Binding("up", "cursor(-1)", "Up", show=False, priority=True, id="pick-one.up"),
    ]

    def __init__(self, title: str, things: Sequence[tuple[str, str, str]], chosen: str = "") -> None:
        """things: their ids, titles and descriptions. chosen: the id of the current one."""
        super().__init__()
        self._title = title
        self._things = things
        self._found = list(things)
        self._chosen = chosen

    def compose(self) -> ComposeResult:
        with Vertical(classes="box") as box:
            box.border_title = safe_content(self._title)
            box.styles.height = len(self._things) + _AROUND + _SEARCH
            yield Field("search", placeholder="type to filter")
            yield Items(self._items())
            yield KeyLine()

    def on_mount(self) -> None:
        self.query_one(Field).focus()
        place = next((place for place, (name, *_) in enumerate(self._things) if name == self._chosen), 0)
        after_refresh(self, self.action_cursor, place)

    def _items(self) -> list[PageItem]:
        return [
            PageItem(
                (
                    Content.assemble(
                        ("✓ " if name == self._chosen else "  ", "$text-success"),
                        safe_content(title, "bold"),
                        "  ",
                        safe_content(about, "$foreground-muted"),
                    ),
                )
            )
            for name, title, about in self._found
        ]

    def on_field_edited(self, event: Field.Edited) -> None:
        event.stop()
        words = event.text.casefold().split()
        self._found = [
            thing for thing in self._things if all(word in f"{thing[1]} {thing[2]}".casefold() for word in words)
        ]
        self.query_one(Items).items = tuple(self._items())

    def on_items_chosen(self, event: Items.Chosen) -> None:
        event.stop()
        self.action_accept()

    def action_cursor(self, by: int) -> None:
        self.query_one(Items).action_cursor(by)

    def action_accept(self) -> None:
        index = self.query_one(Items).index
        if index is not None and self._found:
            self.dismiss(self._found[index][0])
