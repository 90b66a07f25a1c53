"""The request form: authorizer, mode, and a page for each part of the request."""

from __future__ import annotations

from dataclasses import dataclass, replace
from functools import partial
from typing import TYPE_CHECKING, ClassVar

from textual.app import ComposeResult
from textual.content import Content
from textual.message import Message
from textual.reactive import var
from textual.widget import Widget

from authlens.core.request.authorizer import Authorizer
from authlens.core.request.request import Mode
from authlens.ui.model.draft import Draft
from authlens.ui.model.screen_values import Shown
from authlens.ui.text.safe_content import shortened, shown
from authlens.ui.widgets.controls.choices import Choice, Choices
from authlens.ui.widgets.controls.field import Field
from authlens.ui.widgets.controls.form_row import FormRow
from authlens.ui.widgets.controls.pages import Page, Pages
from authlens.ui.widgets.controls.pane import Pane
from authlens.ui.widgets.form.event_page import EventPage
from authlens.ui.widgets.form.headers_table import HeadersTable
from authlens.ui.widgets.form.hints import Hints
from authlens.ui.widgets.form.member_pages import HttpPage, MemberPage, MqttPage, TlsPage, TokenPage

if TYPE_CHECKING:
    from authlens.core.preflight.finding import Finding

_FRAME = 6
"""Cells of the frame's upper edge beside its title."""
_ROOM_FOR_ALL = 45
"""Rows in which every page has room."""
_MODES = (
    Choice(Mode.TOKEN.value, "Token"),
    Choice(Mode.CONTEXT.value, "Contexts"),
    Choice(Mode.BOTH.value, "Both"),
)
_PAGES = (
    ("token", "Token", TokenPage),
    ("http", "HTTP", HttpPage),
    ("mqtt", "MQTT", MqttPage),
    ("tls", "TLS", TlsPage),
)


class RequestPane(Pane):
    ID: ClassVar[str] = "request"
    TITLE: ClassVar[str] = "Request"
    DEFAULT_CSS = """
    /* As wide as the fields of the pages, which keep a column for a scrollbar. */
    RequestPane > FormRow { padding-right: 1; }
    RequestPane > Pages > Choices { margin: 1 0; }
    """

    draft: var[Draft] = var(Draft())
    """What the form holds now."""
    shown: var[Shown] = var(Shown(Draft()))
    """What was last put into it from elsewhere: opened, undone, taken from the history."""
    source: var[str] = var("")
    """The name of the file it belongs to."""
    unsaved: var[bool] = var(False)
    findings: var[tuple[Finding, ...]] = var["tuple[Finding, ...]"](())
    """What preflight says of the request."""
    authorizer: var[Authorizer | None] = var[Authorizer | None](None)
    """What is known of the one that the form names."""
    token_names: var[frozenset[str]] = var[frozenset[str]](frozenset())
    """Under which the contexts carry the token, whatever they tell."""
    pointed: var[Finding | None] = var["Finding | None"](None)
    """The finding that the person went to."""

    @dataclass
    class Edited(Message):
        """The person changed one value. `where` is the field that was typed in, if it was typed."""

        changes: dict[str, object]
        where: str | None

    def __init__(self, shown: Shown) -> None:
        super().__init__()
        # What is bound arrives only after the first composing.
        self.set_reactive(RequestPane.shown, shown)
        self.set_reactive(RequestPane.draft, shown.draft)
        # A small screen shows it first; set here, the class costs no restyling of all its fields.
        self.add_class("-front")

    def compose(self) -> ComposeResult:
        draft = self.shown.draft
        authorizer = Field("authorizer_name", draft.authorizer_name, placeholder="name", key="authorizer")
        authorizer.set_class(not draft.authorizer_name, "-wanted")
        yield FormRow("Authorizer", authorizer)
        yield FormRow("Send", Choices(_MODES, draft.mode.value, key="mode"))
        yield Pages(
            *(Page(name, label, partial(self._page, kind)) for name, label, kind in _PAGES),
            Page("event", "Event", self._event_page),
            chosen=_first_page(draft),
            key="members",
        )
        yield Hints().data_bind(RequestPane.findings, RequestPane.pointed)

    def _page(self, kind: type[MemberPage]) -> Widget:
        return kind(self.draft if self.is_mounted else self.shown.draft, self.token_names)

    def _event_page(self) -> Widget:
        page = EventPage()
        page.set_reactive(EventPage.request, self.draft.request)
        page.set_reactive(EventPage.authorizer, self.authorizer)
        return page

    def on_mount(self) -> None:
        self._mark()

    def on_resize(self) -> None:
        self._retitle()
        self.query_one("#members", Pages).stacked = self.size.height >= _ROOM_FOR_ALL

    def watch_shown(self) -> None:
        if not self.is_mounted or not self.query("#members"):
            return
        draft = self.shown.draft
        self.query_one("#authorizer", Field).show(draft.authorizer_name)
        self.query_one("#mode", Choices).chosen = draft.mode.value
        for page in self.query(MemberPage):
            page.show(draft)
        self._reveal_field(self.shown)

    def _reveal_field(self, shown: Shown) -> None:
        """Open the page of the changed field and go there; without one, the first page that holds something."""
        pages = self.query_one("#members", Pages)
        page = next((name for name, _, kind in _PAGES if shown.focus in _fields(kind)), None)
        if page is not None:
            pages.open(page)
        elif shown.focus is None and not _is_filled(pages.chosen, shown.draft):
            pages.open(_first_page(shown.draft))
        if shown.focus is not None:
            # A page that was never seen has its fields only after the next refresh.
            self.call_after_refresh(self._go_to, shown.focus)

    def _go_to(self, member: str) -> None:
        for field in self.query(Field):
            if field.member == member:
                field.focus()

    def watch_draft(self) -> None:
        if self.is_mounted and self.query("#members"):
            self._mark()

    def watch_token_names(self) -> None:
        for page in self.query(MemberPage):
            page.know(self.token_names)

    def watch_source(self) -> None:
        self._retitle()

    def watch_unsaved(self) -> None:
        self._retitle()

    def _retitle(self) -> None:
        mark = Content.styled("● unsaved  ", "$text-warning") if self.unsaved else Content("")
        before = Content.assemble(self.TITLE, "  ", mark)
        room = self.outer_size.width - _FRAME - before.cell_length
        name = shown(self.source or "new")
        self.border_title = Content.assemble(before, shortened(name, room) if self.outer_size.width else name)

    def _mark(self) -> None:
        """Show on the tabs what is filled, and faint what the mode leaves out."""
        draft = self.draft
        marks = {name: "•" for name, _, _ in _PAGES if _is_filled(name, draft)}
        left_out = {Mode.TOKEN: {"http", "mqtt", "tls"}, Mode.CONTEXT: {"token"}}.get(draft.mode, set())
        self.query_one("#members", Pages).mark(marks, frozenset(left_out))
        for page in self.query(MqttPage):
            page.say(draft.problem)

    # What the person does

    def on_field_edited(self, event: Field.Edited) -> None:
        event.stop()
        self._edit({event.member: event.text}, event.member)

    def on_headers_table_edited(self, event: HeadersTable.Edited) -> None:
        event.stop()
        self._edit({"headers": event.headers}, "headers" if event.typed else None)

    def on_choices_chosen(self, event: Choices.Chosen) -> None:
        event.stop()
        if event.choices.id == "mode":
            mode = Mode(event.id)
            self._edit({"mode": mode}, None)
            if mode is Mode.TOKEN:
                self.query_one("#members", Pages).open("token")
            elif mode is Mode.CONTEXT and self.query_one("#members", Pages).chosen == "token":
                self.query_one("#members", Pages).open(_first_page(replace(self.draft, mode=mode)))

    def _edit(self, changes: dict[str, object], where: str | None) -> None:
        self.post_message(self.Edited(changes, where))


def _is_filled(page: str, draft: Draft) -> bool:
    return any(getattr(draft, field) for name, _, kind in _PAGES if name == page for field in _fields(kind))


def _fields(page: type[MemberPage]) -> list[str]:
    return [member.field for member in page.members()]


def _first_page(draft: Draft) -> str:
    """The page to open on: the first that is sent and holds something."""
    if draft.mode is Mode.TOKEN:
        return "token"
    return next((name for name in ("mqtt", "http", "tls") if _is_filled(name, draft)), "mqtt")
