"""The event that the function will receive for the request as it is now, or that a real connection would cause."""

from __future__ import annotations

from typing import TYPE_CHECKING

from textual.app import ComposeResult
from textual.containers import Vertical
from textual.reactive import reactive

from authlens.ui.model.screen_values import HintState
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

    hints: reactive[HintState] = reactive(HintState(), init=False)
    """With the request, as preflight checked it."""

    def __init__(self, hints: HintState) -> None:
        super().__init__()
        self.set_reactive(EventPage.hints, hints)

    def compose(self) -> ComposeResult:
        yield Choices(_CHOICES, "test")
        yield CodeView()

    def on_mount(self) -> None:
        self.show()

    def watch_hints(self) -> None:
        self.show()

    def on_choices_chosen(self, event: Choices.Chosen) -> None:
        event.stop()
        self.show()

    def show(self) -> None:
        """Draw the chosen event; the marks say what a real connection changes."""
        if not self.query(CodeView):
            return
        from authlens.ui.text import event_text  # loaded when an event is looked at, not before the first paint

        chosen = self.query_one(Choices).chosen
        kind = _REAL.get(chosen) or event_text.likely_kind(self.hints.request)
        hints = self.hints
        test, real = event_text.event_pair(hints.request, hints.authorizer, kind, presented=hints.presented)
        event, other = (test, real) if chosen == "test" else (real, test)
        view = self.query_one(CodeView)
        lines = event_text.event_lines(event)
        if lines != view.lines:
            view.lines = lines
        view.marks = event_text.event_marks(event, other, chosen == "test")
