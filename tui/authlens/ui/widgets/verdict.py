"""What an invocation came to: the word, the principal, the times, or the error and what to do about it."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime

from textual.content import Content
from textual.reactive import reactive
from textual.widget import Widget

from authlens.core.invocation import Invocation
from authlens.ui import present
from authlens.ui.veil import LIFTED, Veil

_AGES = 10.0
"""Seconds after which what is shown has got older in words."""
_BEGIN = (
    "Name the authorizer, fill in what the device would send, and press F5.\n"
    "Ctrl+O opens a saved request. F9 chooses where it is sent: an account, a local endpoint, or the samples."
)


@dataclass(frozen=True, slots=True)
class Running:
    """A call that has not been answered yet."""

    seconds: float = 0.0
    """Since the person sent it."""
    seeks_credentials: bool = False

    @property
    def words(self) -> Content:
        waiting = "Looking for credentials. " if self.seeks_credentials else ""
        return Content.assemble(
            ("● SENDING", "bold $text-primary"),
            (f"   {self.seconds:.0f} s", "$foreground-muted"),
            (f"\n{waiting}Esc gives up waiting", "$foreground-muted"),
        )


class Verdict(Widget):
    DEFAULT_CSS = """
    Verdict { height: auto; }
    """

    invocation: reactive[Invocation | None] = reactive[Invocation | None](None, layout=True)
    running: reactive[Running | None] = reactive[Running | None](None, layout=True)
    veil: reactive[Veil] = reactive(LIFTED, layout=True)
    """What is not to be shown."""
    blank: reactive[bool] = reactive(False, layout=True)
    """Whether there is nothing to send yet."""

    def __init__(self, now: Callable[[], datetime]) -> None:
        super().__init__()
        self._now = now

    def on_mount(self) -> None:
        self.set_interval(_AGES, self.refresh)  # it says how long ago the call was

    def render(self) -> Content:
        if self.running is not None:
            return self.running.words
        if self.invocation is None:
            return Content.assemble(
                ("– NOT SENT YET", "bold $foreground-muted"),
                (f"\n{_BEGIN if self.blank else 'F5 sends the request.'}", "$foreground-muted"),
            )
        headline = present.headline(self.invocation, self._now(), self.size.width)
        return self.veil.content(Content.assemble(headline, "\n", present.details(self.invocation)))
