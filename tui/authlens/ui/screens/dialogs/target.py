"""Where requests are sent: AWS by profile and region, another endpoint, a local file, or the demo."""

from __future__ import annotations

from dataclasses import replace
from typing import ClassVar

from textual.app import ComposeResult
from textual.binding import Binding, BindingType
from textual.containers import Vertical
from textual.widgets import Static

from authlens.core.request.target import DEMO, Target
from authlens.ui.screens.dialogs.dialog import Dialog
from authlens.ui.widgets.controls.field import Field
from authlens.ui.widgets.controls.form_row import FormRow
from authlens.ui.widgets.controls.key_line import KeyLine

_FIELDS = (
    ("profile", "Profile", "from the AWS configuration"),
    ("region", "Region", "from the AWS configuration"),
    ("endpoint_url", "Endpoint", "AWS's own"),
    ("local", "Local file", "a file such as authorizers.yaml, or demo"),
)


class TargetScreen(Dialog[Target]):
    BINDINGS: ClassVar[list[BindingType]] = [Binding("f5,ctrl+s", "accept", "Use", id="target.accept")]

    def __init__(self, target: Target) -> None:
        super().__init__()
        self._target = target

    def compose(self) -> ComposeResult:
        with Vertical(classes="box") as box:
            box.border_title = "Target"
            for member, label, placeholder in _FIELDS:
                yield FormRow(label, Field(member, getattr(self._target, member) or "", placeholder=placeholder))
            yield Static(
                "Enter goes to the next field; in the last one it accepts. "
                f"A local file overrides the rest; '{DEMO}' is the samples.",
                classes="note",
                markup=False,
            )
            yield KeyLine()

    def on_mount(self) -> None:
        self.query(Field).first().enter()

    def on_field_left(self, event: Field.Left) -> None:
        event.stop()
        if event.field.member == _FIELDS[-1][0]:
            self.action_accept()
        else:
            self.app.action_focus_next()

    def action_accept(self) -> None:
        changes = {field.member: field.value.strip() or None for field in self.query(Field)}
        self.dismiss(replace(self._target, **changes))  # type: ignore[arg-type]  # the members in _FIELDS are texts
