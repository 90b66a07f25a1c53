"""The outcome of an invocation: the word, the principal, the times, or the error and what to do about it."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime

from textual.content import Content
from textual.geometry import Size
from textual.reactive import var
from textual.widget import Widget

from authlens.ui.model.screen_values import RunningCall
from authlens.ui.text import outcome_text
from authlens.ui.text.answer.answer_view import AnswerView
from authlens.ui.text.answer.mask import REVEALED, Mask
from authlens.ui.text.key_words import Reach, in_own_keys, letter
from authlens.ui.text.safe_content import safe_content

_AGES = 10.0
"""Seconds after which the displayed age needs an update."""
_BEGIN = (
    "Name the authorizer, fill in what the device would send, and press F5.\n"
    "Ctrl+O opens a saved request. F9 chooses where it is sent: an account, a local endpoint, or the samples."
)


class VerdictView(Widget):
    DEFAULT_CSS = """
    VerdictView { height: auto; }
    """

    view: var[AnswerView] = var(AnswerView(is_blank=False))
    running: var[RunningCall | None] = var[RunningCall | None](None)
    mask: var[Mask] = var(REVEALED)
    """What must not be shown."""
    reach: var[Reach] = var[Reach](None)
    """Whether the keys of the answer work."""
    _text = Content("")

    def __init__(self, now: Callable[[], datetime]) -> None:
        super().__init__()
        self._now = now

    def on_mount(self) -> None:
        self.set_interval(_AGES, self.refresh)  # it says how long ago the call was

    def watch_view(self) -> None:
        self._say()

    def watch_running(self) -> None:
        self._say()

    def watch_mask(self) -> None:
        self._say()

    def watch_reach(self) -> None:
        self._say()

    def _say(self) -> None:
        """Lay it out again if it says something else: what is typed seldom changes it."""
        text = self.render()
        if not text.is_same(self._text):
            self._text = text
            self.refresh(layout=True)

    def render(self) -> Content:
        return self._at(self.size.width)

    def get_content_height(self, container: Size, viewport: Size, width: int) -> int:
        return self._at(width).get_height({}, width) if width else 0

    def _at(self, width: int) -> Content:
        if self.running is not None:
            return self._sending(self.running)
        invocation = self.view.invocation
        if invocation is None:
            return Content.assemble(
                ("– NOT SENT YET", "bold $foreground-muted"),
                (f"\n{in_own_keys(_BEGIN if self.view.is_blank else 'F5 sends the request.')}", "$foreground-muted"),
            )
        relation = self.view.relation_parts(letter("c", self.reach))
        headline = outcome_text.headline(invocation, self._now(), width, relation)
        return self.mask.content(headline)

    def _sending(self, running: RunningCall) -> Content:
        """Only the headline changes at once; the result of the previous answer stays below, labelled as such."""
        invocation = self.view.invocation
        printed = [safe_content(f"  {line}", "$foreground-muted") for line in running.printed]
        if invocation is None:
            return Content("\n").join([running.words, running.way_out, *printed])
        parts = [running.words, running.way_out]
        if running.is_long:
            parts.insert(1, Content(f"below is still {outcome_text.invocation_label(invocation, self._now())}"))
        return self.mask.content(Content("\n").join([Content("   ").join(parts), *printed]))
