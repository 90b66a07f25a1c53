"""A text to read on top of the screen: copied with `y`, shown in the pager with `v`."""

from __future__ import annotations

from typing import ClassVar

from textual.app import ComposeResult
from textual.binding import Binding, BindingType
from textual.containers import Vertical

from authlens.ui.screens.dialogs.dialog import Dialog
from authlens.ui.text.page import text_lines
from authlens.ui.text.safe_content import safe_content
from authlens.ui.widgets.controls.code_view import CodeView
from authlens.ui.widgets.controls.key_line import KeyLine


class DocumentScreen(Dialog[None]):
    DEFAULT_CSS = """
    DocumentScreen > .box { width: 96%; height: 80%; max-width: 120; padding: 0 1; }
    """
    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("y", "copy", "Copy", id="document.copy", tooltip="Copy all of it"),
        Binding("escape,q", "dismiss(None)", "Close", id="document.close", tooltip="Back to the request"),
    ]

    def __init__(self, title: str, text: str) -> None:
        super().__init__()
        self._title = title
        self._text = text

    def compose(self) -> ComposeResult:
        with Vertical(classes="box") as box:
            box.border_title = safe_content(self._title)
            yield CodeView(text_lines(self._text))
            yield KeyLine()

    def on_mount(self) -> None:
        self.query_one(CodeView).focus()

    def on_code_view_copy_asked(self, event: CodeView.CopyAsked) -> None:
        event.stop()
        self.app.copy_to_clipboard(event.text)

    def action_copy(self) -> None:
        self.app.copy_to_clipboard(self._text)
