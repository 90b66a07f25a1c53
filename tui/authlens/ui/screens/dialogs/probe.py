"""Connect as a device would: over which protocol, to which endpoint, and what to try.

It describes what it will do before doing it.
"""

from __future__ import annotations

from dataclasses import replace
from typing import ClassVar

from textual.app import ComposeResult
from textual.binding import Binding, BindingType
from textual.containers import Vertical
from textual.content import Content
from textual.widgets import Static

from authlens.ui.model.probe_form import PROTOCOLS, ProbeForm
from authlens.ui.screens.dialogs.dialog import Dialog
from authlens.ui.text.safe_content import prose_lines
from authlens.ui.widgets.controls.choices import Choice, Choices
from authlens.ui.widgets.controls.field import Field
from authlens.ui.widgets.controls.form_row import FormRow
from authlens.ui.widgets.controls.key_line import KeyLine

_FIELDS = (
    ("endpoint", "Endpoint", "host, or host:port"),
    ("server_name", "Server name", "the host"),
    ("client_id", "Client ID", "authlens-probe"),
    ("subscribe", "Subscribe to", "nothing"),
    ("publish", "Publish to", "nothing"),
    ("payload", "Payload", "an empty message"),
    ("ca_file", "CA file", "the system's certificates"),
)


class ProbeDialog(Dialog[ProbeForm]):
    DEFAULT_CSS = """
    ProbeDialog {
        & > .box { border: round $warning; border-title-color: $text-warning; }
        Choices { margin-bottom: 1; }
        .confirmation { height: auto; min-height: 3; margin-top: 1; color: $text-warning; }
    }
    """
    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("f5,ctrl+j", "accept", "Connect", id="probe.accept", priority=True, tooltip="Connect now"),
    ]

    def __init__(self, form: ProbeForm, note: str = "") -> None:
        super().__init__()
        self.form = form
        self._note = note

    def compose(self) -> ComposeResult:
        with Vertical(classes="box") as box:
            box.border_title = "Connect as a device"
            yield Choices([Choice(key, label) for key, (label, *_) in PROTOCOLS.items()], self.form.protocol)
            for member, label, placeholder in _FIELDS:
                yield FormRow(label, Field(member, getattr(self.form, member), placeholder=placeholder))
            yield Static(self._said, classes="confirmation", markup=False)
            if self._note:
                yield Static(prose_lines(self._note), classes="note", markup=False)
            yield KeyLine()

    def on_mount(self) -> None:
        self.query(Field).first().enter()

    @property
    def _said(self) -> Content:
        return prose_lines(self.form.problem or self.form.confirmation)

    def on_field_edited(self, event: Field.Edited) -> None:
        event.stop()
        self._change(replace(self.form, **{event.member: event.text}))

    def on_choices_chosen(self, event: Choices.Chosen) -> None:
        event.stop()
        self._change(replace(self.form, protocol=event.id))

    def on_field_left(self, event: Field.Left) -> None:
        event.stop()
        if event.field.member == _FIELDS[-1][0]:
            self.action_accept()
        else:
            self.app.action_focus_next()

    def _change(self, form: ProbeForm) -> None:
        self.form = form
        self.query_one(".confirmation", Static).update(self._said)

    def action_accept(self) -> None:
        if self.form.problem:
            self.notify(self.form.problem, severity="warning", markup=False)
        else:
            self.dismiss(self.form)
