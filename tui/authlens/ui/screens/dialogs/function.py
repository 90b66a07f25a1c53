"""Call the deployed function directly: which version, with the event of a test or of a real connection."""

from __future__ import annotations

from typing import ClassVar

from textual.app import ComposeResult
from textual.binding import Binding, BindingType
from textual.containers import Vertical
from textual.widgets import Static

from authlens.frozen import dataclass
from authlens.function_way import EVENTS, Event
from authlens.ui.screens.dialogs.dialog import Dialog
from authlens.ui.widgets.controls.choices import Choice, Choices
from authlens.ui.widgets.controls.field import Field
from authlens.ui.widgets.controls.form_row import FormRow
from authlens.ui.widgets.controls.key_line import KeyLine

_LABELS = {"test": "Test call", "https": "HTTPS", "mqtt": "MQTT", "wss": "WebSocket"}
_NOTE = (
    "Lambda invokes the function now, with your credentials and all its side effects. AWS IoT is not "
    "involved: nothing checks the token or signature. The answer is checked against AWS IoT's rules."
)


@dataclass(frozen=True, slots=True)
class FunctionCall:
    event: Event = "test"
    version: str = ""
    """A version or alias; empty: the one that the authorizer names."""


class FunctionDialog(Dialog[FunctionCall]):
    DEFAULT_CSS = """
    FunctionDialog Choices { margin-bottom: 1; }
    """
    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("f5,ctrl+j", "accept", "Call it", id="function.accept", priority=True, tooltip="Call the function"),
    ]

    def __init__(self, call: FunctionCall) -> None:
        super().__init__()
        self._call = call

    def compose(self) -> ComposeResult:
        with Vertical(classes="box") as box:
            box.border_title = "Call the function"
            yield FormRow("Event of", Choices([Choice(each, _LABELS[each]) for each in EVENTS], self._call.event))
            placeholder = "the one that the authorizer names"
            yield FormRow("Version", Field("version", self._call.version, placeholder=placeholder))
            yield Static(_NOTE, classes="note", markup=False)
            yield KeyLine()

    def on_mount(self) -> None:
        self.query_one(Field).enter()

    def on_field_left(self, event: Field.Left) -> None:
        event.stop()
        self.action_accept()

    def action_accept(self) -> None:
        chosen: Event = next(each for each in EVENTS if each == self.query_one(Choices).chosen)
        self.dismiss(FunctionCall(chosen, self.query_one(Field).value.strip()))
