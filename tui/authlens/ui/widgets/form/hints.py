"""The findings of preflight as the request is typed, below the form. Warnings never block."""

from __future__ import annotations

from typing import TYPE_CHECKING

from textual.app import ComposeResult
from textual.containers import VerticalScroll
from textual.content import Content
from textual.reactive import var
from textual.widgets import Static

from authlens.ui.model.screen_values import HintState

if TYPE_CHECKING:
    from authlens.core.preflight.finding import Finding

_FRAME = 1


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

    DEFAULT_CLASSES = "-empty"
    hints: var[HintState] = var(HintState(), init=False)
    room: var[int] = var(0, init=False)
    """Rows that it may take, with its frame: notes are shown in words as far as they fit."""
    _text = _keys = Content("")

    def compose(self) -> ComposeResult:
        yield Static("", markup=False)

    def on_mount(self) -> None:
        self._say()

    def watch_hints(self, before: HintState, hints: HintState) -> None:
        if (hints.findings, hints.target, hints.said) != (before.findings, before.target, before.said):
            self._say()

    def watch_room(self) -> None:
        self._say()

    def on_resize(self) -> None:
        self._say()  # how many rows it takes depends on its width

    def _say(self) -> None:
        findings, target = self._findings, self.hints.target
        self.set_class(not findings, "-empty")
        if not findings or not self.query(Static):
            return
        from authlens.ui.text.answer import (
            finding_text,  # loaded when there is something to say, not before the first paint
        )

        notes = finding_text.notes_in(findings, target, self._width, self.room - _FRAME)
        rows = finding_text.hint_lines(findings, target, notes)
        if self.scrollable_content_region.width:  # not before its first layout
            rows = finding_text.hint_rows(rows, self._width)
            # Textual would count the rows of a text as wide as it is with the scrollbar's place.
            self.styles.height = len(rows) + _FRAME
        text = Content("\n").join(rows)
        keys = finding_text.hint_keys(findings, target)
        if text.is_same(self._text) and keys.is_same(self._keys):
            return  # what is typed changes what a finding is about, and seldom what it says
        self._text, self._keys = text, keys
        self.border_title = Content.assemble(" ", keys, " ")
        self.query_one(Static).update(text)
        self.scroll_to(y=self._rows_above(), animate=False)

    def _rows_above(self) -> int:
        """Rows above the finding that the user went to."""
        from authlens.ui.model.finding_target import notable
        from authlens.ui.text.answer import finding_text

        findings = notable(self._findings, self.hints.target)
        above = findings[: findings.index(self.hints.target)] if self.hints.target in findings else []
        return len(finding_text.hint_rows(finding_text.hint_lines(above, self.hints.target), self._width))

    @property
    def _findings(self) -> list[Finding]:
        from authlens.ui.model.finding_target import unsaid

        return unsaid(self.hints.findings, self.hints.target, self.hints.said)

    @property
    def _width(self) -> int:
        return max(8, self.scrollable_content_region.width)
