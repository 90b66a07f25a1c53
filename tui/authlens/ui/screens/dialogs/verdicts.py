"""A table of verdicts: several answers, each with its difference from what it is compared with.

Enter opens the comparison; of an answer that is compared with nothing, the answer itself.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import ClassVar

from textual.app import ComposeResult
from textual.binding import Binding, BindingType
from textual.containers import Vertical
from textual.content import Content

from authlens.core.compare.compare import Side, compare
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

_ROWS, _AROUND = 3, 4
"""Rows of an answer, and those of the dialog around them."""


@dataclass(frozen=True, slots=True)
class Sent:
    label: str
    invocation: Invocation
    against: Invocation | None
    """What it is compared with."""
    judgement: Judgement | None = None
    """For a saved request, whether the answer meets its expectation."""
    note: Content | None = None
    """Shown instead of the judgement: what there is to do about a sample."""
    is_exercise: bool = False
    """Whether it is a sample that does not pass yet."""


class _Answers(Items):
    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("enter", "choose", "Compare", id="verdicts.compare", tooltip="Compare it with its counterpart"),
        Binding("enter", "show", "Show", id="verdicts.show", tooltip="Show the answer, with its saved request"),
    ]

    def __init__(self, sent: Sequence[Sent]) -> None:
        failed = [index for index, each in enumerate(sent) if each.judgement is not None and not _is_kept(each)]
        super().__init__([_item(each) for each in sent], failed[0] if failed else 0)
        self._sent = sent

    def watch_cursor(self) -> None:
        super().watch_cursor()
        self.screen.refresh_bindings()

    def check_action(self, action: str, parameters: tuple[object, ...]) -> bool | None:
        if action not in ("choose", "show"):
            return super().check_action(action, parameters)
        has_counterpart = self.index is not None and self._sent[self.index].against is not None
        return has_counterpart is (action == "choose")

    def action_show(self) -> None:
        self.action_choose()


class VerdictsScreen(Dialog[int]):
    DEFAULT_CSS = """
    VerdictsScreen > .box { width: 110; max-height: 90%; padding: 0 1; }
    """
    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("escape,q", "dismiss(None)", "Close", id="verdicts.close", tooltip="Close the list"),
    ]

    def __init__(self, title: str, sent: Sequence[Sent], questions: tuple[Question, ...] = ()) -> None:
        super().__init__()
        self._title = title
        self._sent = sent
        self._questions = questions

    def compose(self) -> ComposeResult:
        with Vertical(classes="box") as box:
            box.border_title = safe_content(f"{self._title}: {self._summary()}")
            box.styles.height = _ROWS * len(self._sent) + _AROUND
            yield _Answers(self._sent)
            yield KeyLine()

    def on_mount(self) -> None:
        self.query_one(Items).focus()

    def on_items_chosen(self, event: Items.Chosen) -> None:
        event.stop()
        sent = self._sent[event.index]
        if sent.against is None:
            self.dismiss(event.index)
        else:
            from authlens.ui.screens.dialogs.compare import CompareScreen

            now = max(each.invocation.started_at for each in self._sent)
            sides = [Side.of(each, outcome_text.invocation_name(each, now)) for each in (sent.against, sent.invocation)]
            self.app.push_screen(CompareScreen(compare(sides[0], sides[1], also=self._questions)))

    def _summary(self) -> str:
        judged = [each for each in self._sent if each.judgement is not None]
        if judged:
            exercises = sum(each.is_exercise for each in judged)
            kept = sum(_is_kept(each) and not each.is_exercise for each in judged)
            left = f", {exercises} to fix as an exercise" if exercises else ""
            return f"{kept} of {len(judged)} as expected{left}"
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


def _is_kept(sent: Sent) -> bool:
    return sent.judgement is not None and sent.judgement.state is JudgementState.KEPT


def _judged(judgement: Judgement) -> Content:
    passed = judgement.state is JudgementState.KEPT
    style = "$text-success" if passed else "$text-error"
    return Content.assemble("   ", prose("✓ as expected" if passed else f"✗ {headline(judgement)}", style))


def _difference(sent: Sent) -> Content:
    if sent.note is not None:
        return Content.assemble("   ", sent.note)
    if sent.judgement is not None:
        return _judged(sent.judgement)
    if sent.against is None:
        return Content.styled("   what the others are compared with", "$foreground-muted")
    comparison = compare(sent.against, sent.invocation)
    if comparison.answer_equal:
        return Content.styled("   = the same outcome by meaning", "$text-success")
    shown, more = comparison.differing[:_SHOWN], len(comparison.differing) - _SHOWN
    said = "; ".join(map(_cut, shown))
    left = f" · {more} more" if more > 0 else ""
    return Content.assemble("   ", ("≠ ", "$text-warning"), safe_content(said), (left, "$foreground-muted"))


def _cut(text: str) -> str:
    """Cut between words, where there are any."""
    if len(text) <= _LONGEST:
        return text
    kept = text[:_LONGEST].rpartition(" ")[0]
    return f"{kept if len(kept) > _LONGEST // 2 else text[:_LONGEST]} …"
