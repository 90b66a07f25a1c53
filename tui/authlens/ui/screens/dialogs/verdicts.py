"""A table of verdicts: several answers, each with its difference from what it is compared with.

Enter opens the comparison.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import ClassVar

from textual.app import ComposeResult
from textual.binding import Binding, BindingType
from textual.containers import Vertical
from textual.content import Content

from authlens.core.compare.compare import compare
from authlens.core.expect.check import Judgement, JudgementState
from authlens.core.expect.judgement_text import headline
from authlens.core.invocation.invocation import Invocation
from authlens.core.saved.expectation import Question
from authlens.frozen import dataclass
from authlens.ui.screens.dialogs.dialog import Dialog
from authlens.ui.text import outcome_text
from authlens.ui.text.page import PageItem
from authlens.ui.text.safe_content import prose, safe_content
from authlens.ui.widgets.controls.items import Items
from authlens.ui.widgets.controls.key_line import KeyLine

_SHOWN = 2
_LONGEST = 120
"""How many changes, and characters of each, the table shows; Enter shows them all."""


@dataclass(frozen=True, slots=True)
class Sent:
    label: str
    invocation: Invocation
    against: Invocation | None
    """What it is compared with."""
    judgement: Judgement | None = None
    """For a saved request, whether the answer meets its expectation."""


class _Answers(Items):
    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("enter", "choose", "Compare", id="verdicts.compare", tooltip="Compare it with its counterpart"),
    ]


class VerdictsScreen(Dialog[None]):
    DEFAULT_CSS = """
    VerdictsScreen > .box { width: 110; height: 80%; padding: 0 1; }
    """
    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("escape,q", "dismiss(None)", "Close", id="verdicts.close", tooltip="Back to the history"),
    ]

    def __init__(self, title: str, sent: Sequence[Sent], questions: tuple[Question, ...] = ()) -> None:
        super().__init__()
        self._title = title
        self._sent = sent
        self._questions = questions

    def compose(self) -> ComposeResult:
        with Vertical(classes="box") as box:
            box.border_title = safe_content(f"{self._title}: {self._summary()}")
            yield _Answers([_item(each) for each in self._sent])
            yield KeyLine()

    def on_mount(self) -> None:
        self.query_one(Items).focus()

    def on_items_chosen(self, event: Items.Chosen) -> None:
        event.stop()
        sent = self._sent[event.index]
        if sent.against is not None:
            from authlens.ui.screens.dialogs.compare import CompareScreen

            self.app.push_screen(CompareScreen(compare(sent.against, sent.invocation, self._questions or None)))

    def _summary(self) -> str:
        judged = [each.judgement for each in self._sent if each.judgement is not None]
        if judged:
            return f"{sum(each.state is JudgementState.KEPT for each in judged)} of {len(judged)} as expected"
        same = sum(self._is_same(each) for each in self._sent if each.against is not None)
        compared = sum(each.against is not None for each in self._sent)
        return f"{same} of {compared} the same by meaning"

    @staticmethod
    def _is_same(sent: Sent) -> bool:
        return sent.against is not None and compare(sent.against, sent.invocation).answer_equal


def _item(sent: Sent) -> PageItem:
    invocation = sent.invocation
    took = outcome_text.duration(invocation.duration)
    head = Content.assemble(
        outcome_text.outcome_word(invocation).content,
        "  ",
        safe_content(sent.label, "bold"),
        (f"  {took}", "$foreground-muted"),
    )
    return PageItem((head, _difference(sent)))


def _judged(judgement: Judgement) -> Content:
    passed = judgement.state is JudgementState.KEPT
    style = "$text-success" if passed else "$text-error"
    return Content.assemble("   ", prose("✓ as expected" if passed else f"✗ {headline(judgement)}", style))


def _difference(sent: Sent) -> Content:
    if sent.judgement is not None:
        return _judged(sent.judgement)
    if sent.against is None:
        return Content.styled("   what the others are compared with", "$foreground-muted")
    comparison = compare(sent.against, sent.invocation)
    if comparison.answer_equal:
        return Content.styled("   = the same outcome by meaning", "$text-success")
    shown, more = comparison.differing[:_SHOWN], len(comparison.differing) - _SHOWN
    said = "; ".join(each if len(each) <= _LONGEST else f"{each[:_LONGEST]}…" for each in shown)
    left = f" · {more} more" if more > 0 else ""
    return Content.assemble("   ", ("≠ ", "$text-warning"), safe_content(said), (left, "$foreground-muted"))
