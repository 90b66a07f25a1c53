"""The lines that connect each client to the device listener: with the selected connection's request, or the form's."""

from __future__ import annotations

from dataclasses import replace
from typing import ClassVar

from textual.app import ComposeResult
from textual.binding import Binding, BindingType
from textual.containers import Vertical
from textual.content import Content
from textual.widgets import Static

from authlens.core.commands.device_lines import DeviceLine, device_lines
from authlens.core.deployment.transport import DeviceTransport
from authlens.core.request.authorizer import Authorizer
from authlens.core.request.request import AuthorizerRequest, MqttContext
from authlens.endpoint.local_devices import Address
from authlens.ui.screens.dialogs.dialog import Dialog
from authlens.ui.text import page
from authlens.ui.text.safe_content import prose
from authlens.ui.widgets.controls.choices import Choice, Choices
from authlens.ui.widgets.controls.code_view import CodeView
from authlens.ui.widgets.controls.key_line import KeyLine

EXAMPLE = AuthorizerRequest("AUTHORIZER", mqtt_context=MqttContext("user", "password", "client-1"))


class ClientLines(Dialog[None]):
    DEFAULT_CSS = """
    ClientLines > .box { width: 100%; height: 90%; max-width: 100%; padding: 0 1; }
    ClientLines CodeView { height: 1fr; margin-top: 1; }
    """
    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("y", "copy", "Copy", id="client-lines.copy", tooltip="Copy what is shown, with its secrets"),
        Binding("left", "turn(-1)", "Previous", show=False, id="client-lines.previous"),
        Binding("c,right", "turn(1)", "Client", id="client-lines.next", tooltip="The next client"),
        Binding("escape,q", "dismiss(None)", "Close", id="client-lines.close", tooltip="Back to the devices"),
    ]

    def __init__(
        self, address: Address, request: AuthorizerRequest, authorizer: Authorizer | None, *, is_resolved: bool
    ) -> None:
        """is_resolved: the request contains no references. One that holds nothing is a made-up device's."""
        super().__init__()
        self._address = address
        self._is_blank = request == AuthorizerRequest(request.authorizer_name)
        name = request.authorizer_name or EXAMPLE.authorizer_name
        self._request = replace(EXAMPLE, authorizer_name=name) if self._is_blank else request
        self._authorizer = authorizer
        self._is_resolved = is_resolved or self._is_blank

    def compose(self) -> ComposeResult:
        lines = self._lines()
        with Vertical(classes="box") as box:
            box.border_title = Content("Connect a client")
            yield Choices([Choice(line.id, line.title) for line in lines], lines[0].id)
            yield CodeView()
            yield Static("", classes="note", markup=False)
            yield KeyLine()

    def on_mount(self) -> None:
        self._show()
        self.query_one(CodeView).focus()

    def on_choices_chosen(self, event: Choices.Chosen) -> None:
        event.stop()
        self._show()

    def on_code_view_copy_asked(self, event: CodeView.CopyAsked) -> None:
        event.stop()
        self.app.copy_to_clipboard(event.text)

    def action_turn(self, by: int) -> None:
        self.query_one(Choices).action_move(by)

    def action_copy(self) -> None:
        self.app.copy_to_clipboard(self._chosen(reveal=True).text)

    def _show(self) -> None:
        line = self._chosen()
        self.query_one(CodeView).lines = tuple(page.text_lines(line.text))
        self.query_one(".note", Static).update(prose(line.note))

    def _chosen(self, reveal: bool = False) -> DeviceLine:
        chosen = self.query_one(Choices).chosen
        return next(line for line in self._lines(reveal) if line.id == chosen)

    def _lines(self, reveal: bool = False) -> tuple[DeviceLine, ...]:
        transport = DeviceTransport(port=self._address.port, ca_file=self._address.ca_file)
        return device_lines(
            self._request,
            self._authorizer,
            endpoint="localhost",
            transport=transport,
            reveal=reveal or self._is_blank,
            is_resolved=self._is_resolved,
        )
