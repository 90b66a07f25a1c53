"""The result of an answer, below its headline: the stages, why, what to do next, what changed, what was expected."""

from __future__ import annotations

from textual.content import Content
from textual.geometry import Size
from textual.reactive import var
from textual.widget import Widget

from authlens.ui.model.screen_values import RunningCall
from authlens.ui.text.answer.answer_view import AnswerView
from authlens.ui.text.answer.mask import REVEALED, Mask
from authlens.ui.text.key_words import Reach

_WIDE = 1000
"""Columns in which nothing is left out: what is said there changes if any of it does, however wide the line is."""


class StageLine(Widget):
    DEFAULT_CSS = """
    StageLine { height: auto; }
    StageLine.-empty { display: none; }
    """

    DEFAULT_CLASSES = "-empty"
    view: var[AnswerView] = var(AnswerView())
    running: var[RunningCall | None] = var[RunningCall | None](None)
    in_full: var[bool] = var(False)
    """Whether every stage is shown, even if all passed."""
    mask: var[Mask] = var(REVEALED)
    """What must not be shown."""
    reach: var[Reach] = var[Reach](None)
    """Whether the keys of the answer work."""
    _text = Content("")

    def watch_view(self) -> None:
        self._say()

    def watch_running(self) -> None:
        self._say()

    def watch_in_full(self) -> None:
        self._say()

    def watch_mask(self) -> None:
        self._say()

    def watch_reach(self) -> None:
        self._say()

    def on_mount(self) -> None:
        self._say()

    def _say(self) -> None:
        """Lay it out again if it says something else: preflight looks at the request after each pause in the typing."""
        self._hide_if_empty()
        text = self._at(_WIDE)
        if not text.is_same(self._text):
            self._text = text
            self.refresh(layout=True)

    def _hide_if_empty(self) -> None:
        # What preflight foresaw has been acted on once the request is under way.
        is_first = self.running is not None and self.view.invocation is None
        self.set_class(is_first or (self.view.invocation is None and not self.view.findings), "-empty")

    def render(self) -> Content:
        return self._at(self.size.width)

    def get_content_height(self, container: Size, viewport: Size, width: int) -> int:
        return self._at(width).get_height({}, width) if width else 0

    def _at(self, width: int) -> Content:
        if self.has_class("-empty"):
            return Content("")
        from authlens.ui.text.answer import stage_text  # loaded with the first verdict, not before the first paint

        return stage_text.verdict_text(self.view, width, self.mask, in_full=self.in_full, with_keys=self.reach == "")
