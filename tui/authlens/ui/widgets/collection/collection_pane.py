"""Saved requests next to the form. The pane is built when it is first shown, so that it costs nothing before."""

from __future__ import annotations

from typing import ClassVar

from textual import events
from textual.binding import Binding, BindingType
from textual.content import Content
from textual.message import Message
from textual.reactive import var
from textual.widget import Widget
from textual.widgets import Static

from authlens.frozen import message
from authlens.ui.model.collection import CollectionNode, CollectionState, filtered
from authlens.ui.runtime.key_queue import KeyHold
from authlens.ui.text.collection_text import node_line
from authlens.ui.text.key_words import in_own_keys
from authlens.ui.text.safe_content import prose
from authlens.ui.widgets.controls.rows import Rows
from authlens.ui.widgets.controls.search_box import SearchBox
from authlens.ui.widgets.controls.searchable_pane import SearchablePane

_READING = "Reading …"


class CollectionRows(Rows):
    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("enter", "ask('open')", "Open", id="saved.open", tooltip="Open the request or case"),
        Binding(
            "r", "ask('run')", "Run all", id="saved.run", tooltip="Send all that are listed, and check their answers"
        ),
        Binding("e", "ask('rename')", "Rename", id="saved.rename", tooltip="Give the file another name"),
        Binding("d", "ask('duplicate')", "Duplicate", id="saved.duplicate", tooltip="Copy the file"),
    ]

    @message
    class Asked(Message):
        """Something is to be done with the node under the cursor, or with all of them."""

        action: str
        node: CollectionNode
        nodes: tuple[CollectionNode, ...]

    def __init__(self) -> None:
        super().__init__()
        self.nodes: tuple[CollectionNode, ...] = ()
        self._opened = ""

    @property
    def row_count(self) -> int:
        return len(self.nodes)

    def show(self, nodes: tuple[CollectionNode, ...], opened: str) -> None:
        if opened != self._opened:
            self.set_reactive(Rows.cursor, _place_of(opened, nodes))
        self.nodes, self._opened = nodes, opened
        self.rows_changed()

    def row(self, index: int, width: int) -> Content:
        node = self.nodes[index]
        return node_line(node, width, bool(node.source) and node.source == self._opened)

    def action_ask(self, action: str) -> None:
        if self.nodes:
            self.post_message(self.Asked(action, self.nodes[self.cursor], self.nodes))

    def on_click(self, event: events.Click) -> None:
        event.prevent_default()
        super().on_click(event)
        if event.chain == 2:
            self.action_ask("open")


class CollectionPane(SearchablePane):
    ID: ClassVar[str] = "saved"
    TITLE: ClassVar[str] = "Saved"
    DEFAULT_CSS = """
    CollectionPane .empty { color: $foreground-muted; height: auto; }
    """
    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("slash,ctrl+f", "search", "Filter", id="saved.filter", tooltip="Filter what is listed"),
    ]

    collection: var[CollectionState] = var(CollectionState(is_read=False), init=False)

    @message
    class Wanted(Message):
        """The pane is visible, so its content is needed."""

    def __init__(self) -> None:
        super().__init__()
        self._search = ""
        self._until_read: KeyHold | None = None
        """Keys that came before there were rows for them."""

    def entrance(self) -> Widget | None:
        return next(iter(self.query(CollectionRows)), None)

    async def enter(self) -> None:
        # What is typed next is for its rows, even if it comes before the Show that builds them.
        await self._build()
        if not self.collection.is_read:
            self._until_read = KeyHold(self)
            self._until_read.take()
        await super().enter()

    async def on_show(self) -> None:
        if self.query(CollectionRows):
            self.post_message(self.Wanted())
        else:
            await self._build()

    async def _build(self) -> None:
        if not self.query(CollectionRows):
            empty = Static(_READING, classes="empty", markup=False)
            await self.mount(SearchBox("name, description …"), empty, CollectionRows())
            self.post_message(self.Wanted())

    def watch_collection(self) -> None:
        for rows in self.query(CollectionRows):
            state = self.collection
            rows.show(filtered(state.nodes, self._search), state.opened)
            empty = self.query_one(".empty", Static)
            empty.display = rows.row_count == 0
            empty.update(prose(state.problem or (_nothing(self._search) if state.is_read else _READING)))
            if state.is_read and self._until_read is not None:
                self._until_read.release()
                self._until_read = None
        files = sum(node.path is not None and not node.case for node in self.collection.nodes)
        self.border_title = Content.assemble("Saved requests", (f"  {files:,}", "$foreground-muted"))

    def on_search_box_sought(self, event: SearchBox.Sought) -> None:
        event.stop()
        self._search = event.text
        self.watch_collection()

    def on_search_box_moved(self, event: SearchBox.Moved) -> None:
        event.stop()
        self.query_one(CollectionRows).focus()

    def on_search_box_closed(self, event: SearchBox.Closed) -> None:
        event.stop()
        self.query_one(CollectionRows).focus()


def _nothing(search: str) -> str:
    return "No saved request matches." if search else in_own_keys("No saved request yet. Ctrl+S saves the form.")


def _place_of(opened: str, nodes: tuple[CollectionNode, ...]) -> int:
    return next((index for index, node in enumerate(nodes) if node.source == opened), 0)
