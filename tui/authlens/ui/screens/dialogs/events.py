"""The events of the test call and of a real connection side by side, with the differences and their reasons."""

from __future__ import annotations

import json
from typing import Any, ClassVar

from textual.app import ComposeResult
from textual.binding import Binding, BindingType
from textual.containers import Horizontal, Vertical
from textual.content import Content

from authlens.core.event.differences import KINDS
from authlens.core.event.event import Kind, Presented
from authlens.core.request.authorizer import Authorizer
from authlens.core.request.request import AuthorizerRequest
from authlens.ui.screens.dialogs.dialog import Dialog
from authlens.ui.text import event_text
from authlens.ui.widgets.controls.choices import Choice, Choices
from authlens.ui.widgets.controls.code_view import CodeView
from authlens.ui.widgets.controls.key_line import KeyLine


class EventsScreen(Dialog[None]):
    DEFAULT_CSS = """
    EventsScreen > .box { width: 100%; height: 100%; max-width: 100%; max-height: 100%; padding: 0 1; }
    EventsScreen Horizontal { height: 1fr; margin-top: 1; }
    EventsScreen .side { width: 1fr; border: round $border-blurred; border-title-color: $foreground-muted; }
    EventsScreen .side:focus-within { border: round $border; }
    """
    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("y", "copy(False)", "Copy", id="events.copy", tooltip="Copy the event as a Lambda test event"),
        Binding("Y,shift+y", "copy(True)", "With secrets", id="events.copy-secrets", tooltip="Copy it with secrets"),
        Binding("left", "turn(-1)", "Previous", show=False, id="events.previous", tooltip="The previous connection"),
        Binding("c,right", "turn(1)", "Connection", id="events.next", tooltip="The next kind of connection"),
        Binding("tab", "app.focus_next", "Other side", id="events.side", tooltip="Go to the other event"),
        Binding("escape,q", "dismiss(None)", "Close", id="events.close", tooltip="Back to the request"),
    ]

    def __init__(
        self, request: AuthorizerRequest, authorizer: Authorizer | None, presented: Presented | None = None
    ) -> None:
        super().__init__()
        self._request = request
        self._authorizer = authorizer
        self._presented = presented

    def compose(self) -> ComposeResult:
        with Vertical(classes="box") as box:
            box.border_title = Content("Events")
            yield Choices([Choice(kind, title) for kind, title in KINDS.items()], event_text.likely_kind(self._request))
            with Horizontal():
                for name, title in (("test", "This test call"), ("real", "A real connection")):
                    with Vertical(classes="side", id=name) as side:
                        side.border_title = Content(title)
                        yield CodeView()
            yield KeyLine()

    @property
    def kind(self) -> Kind:
        chosen = self.query_one(Choices).chosen
        return next(kind for kind in KINDS if kind == chosen)

    def on_mount(self) -> None:
        self._show()
        self.query_one("#real CodeView").focus()

    def on_choices_chosen(self, event: Choices.Chosen) -> None:
        event.stop()
        self._show()

    def action_turn(self, by: int) -> None:
        self.query_one(Choices).action_move(by)

    def _show(self) -> None:
        test, real = self._pair()
        for name, event, other in (("test", test, real), ("real", real, test)):
            view = self.query_one(f"#{name} CodeView", CodeView)
            view.lines = event_text.event_lines(event)
            view.marks = event_text.event_marks(event, other, name == "test")

    def _pair(self, reveal: bool = False) -> tuple[dict[str, Any], dict[str, Any]]:
        return event_text.event_pair(self._request, self._authorizer, self.kind, reveal, self._presented)

    def action_copy(self, reveal: bool) -> None:
        """Copy the event of the side that has the cursor."""
        test, real = self._pair(reveal)
        chosen = test if self.query_one("#test CodeView").has_focus else real
        self.app.copy_to_clipboard(json.dumps(chosen, indent=2, ensure_ascii=False))

    def on_code_view_copy_asked(self, event: CodeView.CopyAsked) -> None:
        event.stop()
        self.app.copy_to_clipboard(event.text)
