"""The request in other formats, to read and copy: commands, code, device lines, events."""

from __future__ import annotations

from functools import partial
from typing import ClassVar

from textual.app import ComposeResult
from textual.binding import Binding, BindingType
from textual.containers import Horizontal, Vertical
from textual.content import Content
from textual.reactive import reactive
from textual.widgets import Static

from authlens.core.deployment.transport import DeviceTransport
from authlens.core.event.event import Presented
from authlens.core.request.authorizer import Authorizer
from authlens.core.request.request import AuthorizerRequest
from authlens.core.request.target import Target
from authlens.ui.screens.dialogs.dialog import Dialog
from authlens.ui.text import page
from authlens.ui.text.page import PageItem
from authlens.ui.text.request_formats import Rendering, renderings
from authlens.ui.text.safe_content import prose, safe_content
from authlens.ui.widgets.controls.code_view import CodeView
from authlens.ui.widgets.controls.items import Items
from authlens.ui.widgets.controls.key_line import KeyLine


class _Forms(Items):
    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("enter", "choose", "Copy", show=False, id="request-as.enter", tooltip="Copy it with secrets masked"),
    ]


class RequestAs(Dialog[None]):
    DEFAULT_CSS = """
    RequestAs > .box { width: 96%; height: 96%; max-width: 140; padding: 0 1; }
    RequestAs Items { width: 18; margin-right: 1; }
    RequestAs CodeView { width: 1fr; }
    RequestAs Horizontal { height: 1fr; margin-top: 1; }
    RequestAs .note { margin: 0; }
    """
    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("y", "copy(False)", "Copy", id="request-as.copy", tooltip="Copy it with secrets masked"),
        Binding(
            "Y,shift+y",
            "copy(True)",
            "Copy with secrets",
            id="request-as.copy-secrets",
            tooltip="Copy it with secrets",
        ),
        Binding("escape,q", "dismiss(None)", "Close", id="request-as.close", tooltip="Back to the request"),
    ]

    chosen: reactive[int] = reactive(0, init=False)

    def __init__(
        self,
        request: AuthorizerRequest,
        target: Target,
        authorizer: Authorizer | None,
        endpoint: str = "",
        transport: DeviceTransport | None = None,
        presented: Presented | None = None,
    ) -> None:
        super().__init__()
        self._renderings = partial(
            renderings, request, target, authorizer, endpoint=endpoint, transport=transport, presented=presented
        )
        self._masked = self._renderings(reveal=False)

    def compose(self) -> ComposeResult:
        with Vertical(classes="box") as box:
            box.border_title = Content("Request as …")
            with Horizontal():
                yield _Forms([PageItem((safe_content(each.label),)) for each in self._masked])
                yield CodeView(page.text_lines(self._masked[0].text))
            yield Static(prose(self._masked[0].note), classes="note", markup=False)
            yield KeyLine()

    def on_mount(self) -> None:
        self.query_one(Items).focus()

    def on_items_reached(self, event: Items.Reached) -> None:
        event.stop()
        self.chosen = event.index

    def on_items_chosen(self, event: Items.Chosen) -> None:
        event.stop()
        self.action_copy(False)

    def watch_chosen(self) -> None:
        rendering = self._rendering(False)
        self.query_one(CodeView).lines = tuple(page.text_lines(rendering.text))
        self.query_one(".note", Static).update(prose(rendering.note))

    def on_code_view_copy_asked(self, event: CodeView.CopyAsked) -> None:
        event.stop()
        self.app.copy_to_clipboard(event.text)

    def action_copy(self, reveal: bool) -> None:
        masked, whole = self._rendering(False).text, self._rendering(True).text
        self.app.copy_to_clipboard(whole if reveal else masked)
        if masked != whole:
            said = "Its secrets are copied with it." if reveal else "Its secrets are masked; Y copies them too."
            self.notify(said, markup=False)

    def _rendering(self, reveal: bool) -> Rendering:
        return (self._renderings(reveal=True) if reveal else self._masked)[self.chosen]
