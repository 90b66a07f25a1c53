"""Browse the saved requests of a folder and choose one."""

from __future__ import annotations

from os.path import commonpath
from pathlib import Path
from typing import TYPE_CHECKING, ClassVar

from textual import events, work
from textual.app import ComposeResult
from textual.binding import Binding, BindingType
from textual.containers import Vertical
from textual.content import Content
from textual.message import Message
from textual.widgets import Static

from authlens.ui.runtime import background
from authlens.ui.runtime.key_queue import KeyHold
from authlens.ui.screens.dialogs.dialog import Dialog
from authlens.ui.text.key_words import in_own_keys
from authlens.ui.text.safe_content import prose, safe_content, shortened
from authlens.ui.widgets.controls.field import Field
from authlens.ui.widgets.controls.key_line import KeyLine
from authlens.ui.widgets.controls.rows import Rows

if TYPE_CHECKING:
    from authlens.store.requests import Entry


class RequestRows(Rows):
    class Chosen(Message):
        """The file under the cursor was clicked twice."""

    def __init__(self, folder: Path) -> None:
        super().__init__()
        self.folder = folder
        """What the names start from."""
        self.entries: list[Entry] = []
        self._longest = 0

    @property
    def row_count(self) -> int:
        return len(self.entries)

    def show(self, entries: list[Entry]) -> None:
        self.entries = entries
        self._longest = max((self._title_of(entry).cell_length for entry in entries), default=0)
        self.rows_changed()

    def _title_of(self, entry: Entry) -> Content:
        return safe_content(str(entry.path.relative_to(self.folder).with_suffix("")), "bold")

    def row(self, index: int, width: int) -> Content:
        entry = self.entries[index]
        name = self._title_of(entry)
        if entry.error is not None:
            return Content.assemble(name, "  ", ("✗ ", "$text-error"), prose(entry.error, "$text-error"))
        room = max(20, min(self._longest, width * 2 // 3))
        name = shortened(name, room)
        about = safe_content(entry.description or entry.authorizer or "", "$foreground-muted")
        return Content.assemble(name.pad_right(room - name.cell_length), "  ", about)

    def on_click(self, event: events.Click) -> None:
        event.prevent_default()
        super().on_click(event)
        if event.chain == 2:
            self.post_message(self.Chosen())


class RequestsScreen(Dialog[Path]):
    DEFAULT_CSS = """
    RequestsScreen > .box { width: 96%; max-width: 150; height: 80%; }
    RequestsScreen .folder { height: 1; color: $foreground-muted; }
    RequestsScreen .about { height: auto; min-height: 2; max-height: 4; margin-top: 1; }
    RequestsScreen Field { margin-bottom: 1; }
    """
    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("enter", "choose", "Open", priority=True, id="requests.choose", tooltip="Open the selected request"),
        Binding("down", "cursor(1)", "Down", show=False, priority=True, id="requests.down"),
        Binding("up", "cursor(-1)", "Up", show=False, priority=True, id="requests.up"),
    ]

    def __init__(self, folder: Path) -> None:
        super().__init__()
        self._folder = folder
        self._all: list[Entry] = []

    def compose(self) -> ComposeResult:
        with Vertical(classes="box") as box:
            box.border_title = "Open a saved request"
            yield Field("search", placeholder="type to search")
            yield RequestRows(self._folder)
            yield Static("", classes="about", markup=False)
            yield Static(safe_content(str(self._folder)), classes="folder", markup=False)
            yield KeyLine()

    @property
    def rows(self) -> RequestRows:
        return self.query_one(RequestRows)

    def on_mount(self) -> None:
        self.query_one(Field).focus()
        self._reading = KeyHold(self)
        self._reading.take()  # Enter is for what will be listed
        self._list()

    @work(exclusive=True)
    async def _list(self) -> None:
        from authlens.store.requests import RequestFileError, listing

        try:
            self._all = await background.call(lambda: listing(self._folder))
        except RequestFileError as error:
            self.query_one(".folder", Static).update(prose(str(error), "$text-warning"))
        self._start_below_what_is_common()
        self._filter(self.query_one(Field).value)
        self._reading.release()

    def _start_below_what_is_common(self) -> None:
        """Names start below the folder that all of them share."""
        if self._all:
            folder = Path(commonpath([entry.path.parent for entry in self._all]))
            self.rows.folder = folder
            self.query_one(".folder", Static).update(safe_content(str(folder)))

    def _searched(self, entry: Entry) -> str:
        """What the search looks at: not the path of the folder, which all rows share."""
        path = entry.path.relative_to(self._folder)
        return " ".join((str(path), entry.description or "", entry.authorizer or "")).casefold()

    def _filter(self, text: str) -> None:
        words = text.casefold().split()
        found = [entry for entry in self._all if all(word in self._searched(entry) for word in words)]
        self.rows.show(found)
        self._show_about()
        if not found:
            none = "No saved request matches" if self._all else "No saved request yet; Ctrl+S saves the form"
            self.query_one(".folder", Static).update(safe_content(f"{in_own_keys(none)} in {self._folder}"))

    def on_field_edited(self, event: Field.Edited) -> None:
        event.stop()
        self._filter(event.text)

    def on_rows_moved(self, event: Rows.Moved) -> None:
        event.stop()
        self._show_about()

    def _show_about(self) -> None:
        """What there is to say of the selected one, whole: its row may have no room for it."""
        rows = self.rows
        entry = rows.entries[rows.cursor] if rows.entries else None
        said = Content("") if entry is None else prose(entry.error or entry.description or "")
        self.query_one(".about", Static).update(said)

    def on_request_rows_chosen(self) -> None:
        self.action_choose()

    def action_cursor(self, by: int) -> None:
        self.rows.action_cursor(by)

    def action_choose(self) -> None:
        rows = self.rows
        if not rows.entries:
            return
        entry = rows.entries[rows.cursor]
        if entry.error is None:
            self.dismiss(entry.path)
        else:
            self.notify(f"{entry.path.name}, {entry.error}", severity="error", timeout=15, markup=False)
