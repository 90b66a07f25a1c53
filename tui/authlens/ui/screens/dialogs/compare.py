"""Two invocations compared: a summary of the changes, then request, answer and documents side by side."""

from __future__ import annotations

import json
from collections.abc import Callable
from typing import ClassVar

from textual.app import ComposeResult
from textual.binding import Binding, BindingType
from textual.containers import Vertical
from textual.content import Content

from authlens.core.compare import export
from authlens.core.compare.compare import Comparison
from authlens.ui.screens.dialogs.dialog import Ask, Dialog, Way
from authlens.ui.text.safe_content import safe_content, shortened
from authlens.ui.widgets.controls.compare_view import CompareView
from authlens.ui.widgets.controls.key_line import KeyLine

_EXPORTS: dict[str, Callable[[Comparison], str]] = {
    "unified": export.as_unified,
    "markdown": export.as_markdown,
    "json": lambda comparison: json.dumps(export.as_json(comparison), indent=2),
}
_BETWEEN = "  →  "
_FRAME = 6


class CompareScreen(Dialog[None]):
    DEFAULT_CSS = """
    CompareScreen > .box { width: 100%; height: 100%; max-width: 100%; max-height: 100%; padding: 0 1; }
    CompareScreen .sides { height: 1; color: $foreground-muted; }
    """
    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("y", "export", "Copy as", id="compare.export", tooltip="Copy it as a unified diff, Markdown or JSON"),
        Binding("escape,q", "dismiss(None)", "Close", id="compare.close", tooltip="Back to where it was opened"),
    ]

    def __init__(self, comparison: Comparison) -> None:
        super().__init__()
        self._comparison = comparison

    def compose(self) -> ComposeResult:
        with Vertical(classes="box") as box:
            box.border_title = self._title()
            yield CompareView(self._comparison)
            yield KeyLine()

    def _title(self) -> Content:
        """Both sides, each with as much of its name as half the frame has room for."""
        room = (self.app.size.width - len(_BETWEEN) - _FRAME) // 2
        sides = (self._comparison.left.label, self._comparison.right.label)
        return Content(_BETWEEN).join(shortened(safe_content(label), room) for label in sides)

    def on_mount(self) -> None:
        self.query_one(CompareView).focus()

    def on_resize(self) -> None:
        self.query_one(".box").border_title = self._title()

    def action_export(self) -> None:
        ways = (Way("unified", "Unified diff"), Way("markdown", "Markdown"), Way("json", "JSON"))
        self.app.push_screen(Ask("Copy the comparison", "Secrets are redacted in it.", ways), self._export)

    def _export(self, way: str | None) -> None:
        if way is not None:
            self.app.copy_to_clipboard(_EXPORTS[way](self._comparison))
