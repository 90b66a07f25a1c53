"""What preflight says of the request as it is typed, below the form. Warnings never block."""

from __future__ import annotations

from typing import TYPE_CHECKING

from textual.app import ComposeResult
from textual.containers import VerticalScroll
from textual.content import Content
from textual.reactive import reactive
from textual.widgets import Static

if TYPE_CHECKING:
    from authlens.core.preflight.finding import Finding


class Hints(VerticalScroll, can_focus=False):
    DEFAULT_CSS = """
    Hints {
        height: auto;
        max-height: 40%;
        scrollbar-size: 0 1;
        scrollbar-gutter: stable;
        border-top: solid $border-blurred;
        border-title-align: right;
        Static { height: auto; }
        &.-empty { display: none; }
    }
    """

    findings: reactive[tuple[Finding, ...]] = reactive["tuple[Finding, ...]"]((), init=False)
    pointed: reactive[Finding | None] = reactive["Finding | None"](None, init=False)
    """The one that the person went to."""

    def compose(self) -> ComposeResult:
        yield Static("", markup=False)

    def on_mount(self) -> None:
        self._say()

    def watch_findings(self) -> None:
        self._say()

    def watch_pointed(self) -> None:
        self._say()

    def _say(self) -> None:
        self.set_class(not self.findings, "-empty")
        if not self.findings or not self.query(Static):
            return
        from authlens.ui.text.answer import (
            finding_text,  # loaded when there is something to say, not before the first paint
        )

        lines = finding_text.hint_lines(self.findings, self.pointed)
        self.border_title = finding_text.hint_keys(self.findings, self.pointed)
        self.query_one(Static).update(Content("\n").join(lines))
        self.scroll_to(y=self._rows_above(), animate=False)

    def _rows_above(self) -> int:
        """Rows that stand above the finding that is pointed at."""
        from authlens.ui.model.finding_target import told
        from authlens.ui.text.answer import finding_text

        findings = told(self.findings, self.pointed)
        above = findings[: findings.index(self.pointed)] if self.pointed in findings else []
        width = max(8, self.size.width)
        return sum(len(line.wrap(width)) for line in finding_text.hint_lines(above, self.pointed))
