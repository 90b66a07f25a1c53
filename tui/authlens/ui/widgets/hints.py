"""What preflight says of the request as it is typed, below the form. Warnings never block."""

from __future__ import annotations

from typing import TYPE_CHECKING

from textual.app import ComposeResult
from textual.containers import VerticalScroll
from textual.content import Content
from textual.reactive import reactive
from textual.widgets import Static

if TYPE_CHECKING:
    from authlens.core.finding import Finding


class Hints(VerticalScroll, can_focus=False):
    DEFAULT_CSS = """
    Hints {
        height: auto;
        max-height: 40%;
        scrollbar-size: 1 1;
        border-top: solid $border-blurred;
        Static { height: auto; }
        &.-empty { display: none; }
    }
    """

    findings: reactive[tuple[Finding, ...]] = reactive["tuple[Finding, ...]"]((), init=False)
    with_notes: reactive[bool] = reactive(False, init=False)
    """Whether notes, which are no warnings, are told too."""

    def compose(self) -> ComposeResult:
        yield Static("", markup=False)

    def on_mount(self) -> None:
        self.watch_findings()

    def watch_findings(self) -> None:
        self.set_class(not self.findings, "-empty")
        if not self.findings or not self.query(Static):
            return
        from authlens.ui import why  # loaded when there is something to say, not before the first paint

        self.query_one(Static).update(Content("\n").join(why.hint_lines(self.findings, self.with_notes)))
        self.scroll_home(animate=False)

    def watch_with_notes(self) -> None:
        self.watch_findings()
