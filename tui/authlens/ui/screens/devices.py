"""Real devices on a local target: who connects, what each may do, and why, as it happens.

The rule: the first change after a pause is painted at once, further ones at most twenty times a second; everything is
counted.
"""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime
from pathlib import Path
from typing import ClassVar

from textual import work
from textual.app import ComposeResult
from textual.binding import Binding, BindingType
from textual.containers import Vertical
from textual.content import Content
from textual.message import Message
from textual.widgets import Static

from authlens.core.devices.ledger import Watched
from authlens.core.event.event import presented_in
from authlens.core.invocation.invocation import Invocation
from authlens.core.request.authorizer import Authorizer
from authlens.core.request.request import AuthorizerRequest
from authlens.endpoint.local_devices import Address, DevicesSnapshot, LocalDevices
from authlens.frozen import dataclass
from authlens.ui.runtime import background
from authlens.ui.screens.dialogs.dialog import Dialog
from authlens.ui.text import device_rows
from authlens.ui.text.safe_content import safe_content
from authlens.ui.widgets.controls.items import Items
from authlens.ui.widgets.controls.key_line import KeyLine
from authlens.ui.widgets.controls.rows import Rows

PAINT_EVERY = 0.05
"""Seconds after a paint in which nothing more is painted."""


@dataclass(frozen=True, slots=True)
class Chosen:
    """What to do with a connection, on the main screen."""

    action: str
    """`load`, `test`, `compare` or `save`; `probe` connects with the request in the form."""
    invocation: Invocation | None = None


class ConnectionRows(Rows):
    """The connections, newest first. The cursor stays on its connection while others come."""

    def __init__(self, now: Callable[[], datetime]) -> None:
        super().__init__()
        self._now = now
        self._watched: tuple[Watched, ...] = ()

    @property
    def row_count(self) -> int:
        return len(self._watched)

    @property
    def current(self) -> Watched | None:
        return self._watched[self.cursor] if self._watched else None

    def row(self, index: int, width: int) -> Content:
        return device_rows.connection_row(self._watched[index], self._now(), width)

    def replace(self, watched: tuple[Watched, ...]) -> None:
        current = self.current
        self._watched = watched
        self.rows_changed()
        if current is not None and self.cursor:
            ids = [each.device.id for each in watched]
            if current.device.id in ids:
                self.cursor = ids.index(current.device.id)


class DevicesScreen(Dialog[Chosen]):
    DEFAULT_CSS = """
    DevicesScreen > .box { width: 100%; height: 100%; max-width: 100%; max-height: 100%; padding: 0 1; }
    DevicesScreen .columns { height: 1; color: $foreground-muted; }
    DevicesScreen ConnectionRows { height: 2fr; }
    DevicesScreen .one { height: 3fr; border-top: solid $border-blurred; border-title-color: $text-primary; }
    DevicesScreen .one Items { height: 1fr; }
    DevicesScreen .wait { height: auto; margin: 1 0; }
    """
    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("l", "choose('load')", "Load", id="devices.load", tooltip="Load the connection as a request"),
        Binding(
            "t",
            "choose('test')",
            "Test call",
            id="devices.test",
            tooltip="Send the same request as a test call; the form stays as it is",
        ),
        Binding(
            "d",
            "choose('compare')",
            "Compare",
            id="devices.compare",
            tooltip="Compare it with a test call of the same request; the form stays as it is",
        ),
        Binding("s", "choose('save')", "Save", id="devices.save", tooltip="Save the connection as a request"),
        Binding("e", "event", "Events", id="devices.event", tooltip="Compare its event with that of a test call"),
        Binding("x", "denied_only", "✗ only", id="devices.denied", tooltip="Show denials only, or everything"),
        Binding("b", "lines", "Client lines", id="devices.lines", tooltip="Lines that connect a client or a board"),
        Binding("y", "copy_path", "Copy CA path", id="devices.copy-path", tooltip="Copy the path of the CA file"),
        Binding("Y,shift+y", "copy_pem", "PEM", id="devices.copy-pem", tooltip="Copy the CA certificate itself"),
        Binding(
            "f11,ctrl+l",
            "probe",
            "Connect",
            id="devices.probe",
            tooltip="Connect as a device with the request in the form, and see it here",
        ),
        Binding("tab", "app.focus_next", "Other list", show=False, id="devices.next"),
        Binding("escape,q", "dismiss(None)", "Close", id="devices.close", tooltip="Back; devices stay connected"),
    ]

    class News(Message):
        """Something happened; posted by the thread that reads the listener's reports."""

    def __init__(
        self,
        devices: LocalDevices,
        address: Address,
        now: Callable[[], datetime],
        request: AuthorizerRequest,
        authorizer: Authorizer | None = None,
    ) -> None:
        """request: the one in the form, for the lines of a client while no device has connected."""
        super().__init__()
        self._of_form = (request, authorizer)
        self._devices = devices
        self._address = address
        self._now = now
        self._seen: DevicesSnapshot | None = None
        self._rests = False
        self._has_news = False
        self._denied_only = False

    def compose(self) -> ComposeResult:
        with Vertical(classes="box") as box:
            box.border_title = self._title()
            yield Static(classes="columns", markup=False)
            yield ConnectionRows(self._now)
            with Vertical(classes="one"):
                yield Static(self._waiting(), classes="wait")
                yield Items()
            yield KeyLine(most_lines=2)

    def on_mount(self) -> None:
        self.query_one(ConnectionRows).focus()
        self._devices.on_change(lambda: self.post_message(self.News()))
        self.set_interval(1.0, self._age)
        self._look()

    def on_unmount(self) -> None:
        super().on_unmount()
        self._devices.on_change(None)

    def on_devices_screen_news(self) -> None:
        """Paint it now, or at the end of the rest after the last paint."""
        if self._rests:
            self._has_news = True
            return
        self._look()
        self._rests = True
        self.set_timer(PAINT_EVERY, self._rested)

    def _rested(self) -> None:
        self._rests = False
        if self._has_news:
            self._has_news = False
            self.on_devices_screen_news()

    def _waiting(self) -> Content:
        return Content.assemble(
            f"No device has connected yet. Connect an MQTT client to localhost, port {self._address.port},\n",
            "with TLS and this CA file (b shows the lines):\n",
            safe_content(self._address.ca_file),
            "\nOr F11 connects as a device with the request in the form.",
        )

    def _look(self) -> None:
        """Paint what happened since the last look."""
        seen = self._devices.seen(self._seen.changes if self._seen else -1)
        if seen is None:
            return
        self._seen = seen
        self.query_one(ConnectionRows).replace(seen.connections)
        self._show_current()

    def _age(self) -> None:
        """Connections grow older while nothing happens."""
        rows = self.query_one(ConnectionRows)
        if rows.row_count:
            rows.rows_changed()

    def on_rows_moved(self, event: Rows.Moved) -> None:
        if isinstance(event.rows, ConnectionRows):
            self._show_current()

    def _show_current(self) -> None:
        watched = self.query_one(ConnectionRows).current
        self.query_one(".wait").display = watched is None
        items = self.query_one(Items)
        items.display = watched is not None
        if watched is not None:
            stages = device_rows.stage_items(watched)
            items.items = (*stages, *device_rows.decision_items(watched, self._denied_only))
            title = device_rows.connection_title(watched, self._denied_only)
            self.query_one(".one").border_title = Content.assemble(" ", title, " ")
        self.query_one(".box").border_title = self._title()

    def _title(self) -> Content:
        seen = self._seen
        some = "decision" if seen is not None and seen.decisions == 1 else "decisions"
        counts = ""
        if seen is not None:
            counts = f" · {seen.refusals:,} refused · {seen.decisions:,} {some}, {seen.denials:,} denied"
        return safe_content(f"Devices  {self._address.url}{counts}")

    def on_resize(self) -> None:
        rows = self.query_one(ConnectionRows)
        self.query_one(".columns", Static).update(Content(device_rows.header(rows.line_width)))

    def action_denied_only(self) -> None:
        self._denied_only = not self._denied_only
        self._show_current()

    def action_choose(self, action: str) -> None:
        watched = self.query_one(ConnectionRows).current
        if watched is None:
            self.notify("No device has connected yet.", markup=False)
        elif not device_rows.loadable(watched.invocation):
            self.notify("The client sent nothing that can be resent.", markup=False)
        else:
            self.dismiss(Chosen(action, watched.invocation))

    def action_probe(self) -> None:
        self.dismiss(Chosen("probe"))

    def action_event(self) -> None:
        from authlens.ui.screens.dialogs.events import EventsScreen

        watched = self.query_one(ConnectionRows).current
        if watched is not None:
            invocation, event = watched.invocation, watched.device.event
            presented = presented_in(event) if event else None
            self.app.push_screen(EventsScreen(invocation.request, invocation.authorizer, presented))

    def action_lines(self) -> None:
        from authlens.ui.screens.dialogs.client_lines import ClientLines

        watched = self.query_one(ConnectionRows).current
        (request, authorizer), is_resolved = self._of_form, False
        if watched is not None:
            request, authorizer, is_resolved = watched.invocation.request, watched.invocation.authorizer, True
        self.app.push_screen(ClientLines(self._address, request, authorizer, is_resolved=is_resolved))

    def action_copy_path(self) -> None:
        self.app.copy_to_clipboard(self._address.ca_file)
        self.notify("Copied the path of the CA file.", markup=False)

    @work(exclusive=True, group="copy")
    async def action_copy_pem(self) -> None:
        try:
            pem = await background.call(lambda: Path(self._address.ca_file).read_text("ascii"))
        except (OSError, UnicodeDecodeError):
            self.notify("The CA file cannot be read.", severity="warning", markup=False)
            return
        self.app.copy_to_clipboard(pem)
        self.notify("Copied the CA certificate.", markup=False)
