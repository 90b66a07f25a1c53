"""The result of an answer, below its headline: the stages, why, what to do next, what changed, what was expected."""

from __future__ import annotations

from textual.content import Content
from textual.reactive import reactive
from textual.widget import Widget

from authlens.ui.model.screen_values import RunningCall
from authlens.ui.text.answer.answer_view import AnswerView
from authlens.ui.text.answer.mask import REVEALED, Mask


class StageLine(Widget):
    DEFAULT_CSS = """
    StageLine { height: auto; }
    StageLine.-empty { display: none; }
    """

    view: reactive[AnswerView] = reactive(AnswerView(), layout=True)
    running: reactive[RunningCall | None] = reactive[RunningCall | None](None)
    in_full: reactive[bool] = reactive(False, layout=True)
    """Whether every stage is shown, even if all passed."""
    mask: reactive[Mask] = reactive(REVEALED, layout=True)
    """What must not be shown."""

    def watch_view(self) -> None:
        self._hide_if_empty()

    def watch_running(self) -> None:
        self._hide_if_empty()

    def on_mount(self) -> None:
        self._hide_if_empty()

    def _hide_if_empty(self) -> None:
        # What preflight foresaw has been acted on once the request is under way.
        is_first = self.running is not None and self.view.invocation is None
        self.set_class(is_first or (self.view.invocation is None and not self.view.findings), "-empty")

    def render(self) -> Content:
        if self.has_class("-empty"):
            return Content("")
        from authlens.ui.text.answer import stage_text  # loaded with the first verdict, not before the first paint

        return self.mask.content(stage_text.verdict_text(self.view, self.size.width or 72, in_full=self.in_full))
