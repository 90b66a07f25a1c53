"""The stages of a call on a line, the one sentence why, and the one thing to do next."""

from __future__ import annotations

from typing import TYPE_CHECKING

from textual.content import Content
from textual.reactive import reactive
from textual.widget import Widget

from authlens.ui.text.answer.mask import REVEALED, Mask

if TYPE_CHECKING:
    from authlens.core.compare.compare import Comparison
    from authlens.core.expect.check import Judgement
    from authlens.core.verdict.stages import Verdict as StageVerdict


class StageLine(Widget):
    DEFAULT_CSS = """
    StageLine { height: auto; }
    StageLine.-empty { display: none; }
    """

    verdict: reactive[StageVerdict | None] = reactive["StageVerdict | None"](None, layout=True)

    judgement: reactive[Judgement | None] = reactive["Judgement | None"](None, layout=True)
    """Whether the answer is what the saved request expects."""

    changes: reactive[Comparison | None] = reactive["Comparison | None"](None, layout=True)
    """How the answer differs from the baseline."""

    mask: reactive[Mask] = reactive(REVEALED, layout=True)
    """What is not to be shown."""

    def watch_verdict(self) -> None:
        self.set_class(self.verdict is None, "-empty")

    def on_mount(self) -> None:
        self.watch_verdict()

    def render(self) -> Content:
        if self.verdict is None:
            return Content("")
        from authlens.ui.text.answer import (  # loaded with the first verdict, not before the first paint
            device_text,
            stage_text,
        )

        said = [stage_text.stage_line(self.verdict, self.size.width or 72), stage_text.failure_text(self.verdict)]
        untold = device_text.untold(self.verdict)
        if untold is not None:
            said.append(untold)
        if self.changes is not None:
            said.append(stage_text.change_text(self.changes))
        if self.judgement is not None:
            said.append(stage_text.expectation_text(self.judgement))
        return self.mask.content(Content("\n").join(said))
