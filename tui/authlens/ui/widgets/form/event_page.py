"""The event that the function will receive for the request as it stands, or that a real connection would make."""

from __future__ import annotations

from typing import TYPE_CHECKING

from textual.app import ComposeResult
from textual.containers import Vertical
from textual.reactive import reactive

from authlens.core.request.authorizer import Authorizer
from authlens.core.request.request import AuthorizerRequest
from authlens.ui.widgets.controls.choices import Choice, Choices
from authlens.ui.widgets.controls.code_view import CodeView

if TYPE_CHECKING:
    from authlens.core.event.event import Kind

_CHOICES = (Choice("test", "Test"), Choice("http", "HTTPS"), Choice("mqtt", "MQTT"), Choice("wss", "WebSocket"))
_REAL: dict[str, Kind] = {"http": "http", "mqtt": "mqtt", "wss": "wss"}


class EventPage(Vertical):
    DEFAULT_CSS = """
    EventPage > Choices { margin-bottom: 1; }
    """

    request: reactive[AuthorizerRequest | None] = reactive[AuthorizerRequest | None](None, init=False)
    authorizer: reactive[Authorizer | None] = reactive[Authorizer | None](None, init=False)

    def compose(self) -> ComposeResult:
        yield Choices(_CHOICES, "test")
        yield CodeView()

    def on_mount(self) -> None:
        self.show()

    def watch_request(self) -> None:
        self.show()

    def watch_authorizer(self) -> None:
        self.show()

    def on_choices_chosen(self, event: Choices.Chosen) -> None:
        event.stop()
        self.show()

    def show(self) -> None:
        """Draw the chosen event; the marks say what a real connection changes."""
        if self.request is None or not self.query(CodeView):
            return
        from authlens.ui.text import event_text  # loaded when an event is looked at, not before the first paint

        chosen = self.query_one(Choices).chosen
        kind = _REAL.get(chosen) or event_text.likely_kind(self.request)
        test, real = event_text.event_pair(self.request, self.authorizer, kind)
        event, other = (test, real) if chosen == "test" else (real, test)
        view = self.query_one(CodeView)
        lines = event_text.event_lines(event)
        if lines != view.lines:
            view.lines = lines
        view.marks = event_text.event_marks(event, other, chosen == "test")
