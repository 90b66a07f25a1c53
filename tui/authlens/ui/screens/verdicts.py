"""A table of verdicts: several answers, each with its difference to what it is compared with. Enter opens that."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import ClassVar

from textual.app import ComposeResult
from textual.binding import Binding, BindingType
from textual.containers import Vertical
from textual.content import Content

from authlens.core.compare import compare
from authlens.core.invocation import Invocation
from authlens.ui import present
from authlens.ui.screens.dialog import Dialog
from authlens.ui.shown import shown
from authlens.ui.widgets.items import Item, Items


@dataclass(frozen=True, slots=True)
class Sent:
    label: str
    invocation: Invocation
    against: Invocation | None
    """What it is compared with."""


class VerdictsScreen(Dialog[Sent]):
    DEFAULT_CSS = """
    VerdictsScreen > .box { width: 110; height: 80%; padding: 0 1; }
    """
    BINDINGS: ClassVar[list[BindingType]] = [Binding("q", "dismiss(None)", "Close", show=False, id="verdicts.close")]

    def __init__(self, title: str, sent: Sequence[Sent]) -> None:
        super().__init__()
        self._title = title
        self._sent = sent

    def compose(self) -> ComposeResult:
        with Vertical(classes="box") as box:
            box.border_title = shown(self._title)
            box.border_subtitle = Content("Enter opens the comparison · Esc close")
            yield Items([_item(each) for each in self._sent])

    def on_mount(self) -> None:
        self.query_one(Items).focus()

    def on_items_chosen(self, event: Items.Chosen) -> None:
        event.stop()
        self.dismiss(self._sent[event.index])


def _item(sent: Sent) -> Item:
    invocation = sent.invocation
    took = present.duration(invocation.duration)
    head = Content.assemble(
        present.word(invocation).content, "  ", shown(sent.label, "bold"), (f"  {took}", "$foreground-muted")
    )
    return Item((head, _difference(sent)))


def _difference(sent: Sent) -> Content:
    if sent.against is None:
        return Content.styled("   what the others are compared with", "$foreground-muted")
    comparison = compare(sent.against, sent.invocation)
    if comparison.answer_equal:
        return Content.styled("   = the same outcome by meaning", "$text-success")
    return Content.assemble(
        "   ", ("≠ ", "$text-warning"), shown("; ".join(comparison.differing) or comparison.summary)
    )
