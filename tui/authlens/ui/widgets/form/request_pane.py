"""The request form: authorizer, mode, and a page for each part of the request."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from functools import partial
from typing import TYPE_CHECKING, ClassVar

from textual.app import ComposeResult
from textual.binding import Binding, BindingType
from textual.content import Content
from textual.message import Message
from textual.reactive import var
from textual.widget import Widget
from textual.widgets import Static

from authlens.core.invocation.local_run import Unresolved
from authlens.core.request.members import header_path
from authlens.core.request.request import Mode
from authlens.frozen import message
from authlens.ui.model.draft import Draft
from authlens.ui.model.finding_target import member_of
from authlens.ui.model.screen_values import FormContent, FormState, HintState
from authlens.ui.runtime.key_queue import after_refresh
from authlens.ui.runtime.textual_internals import set_title
from authlens.ui.text.safe_content import prose, safe_content, shortened
from authlens.ui.widgets.controls.choices import Choice, Choices
from authlens.ui.widgets.controls.field import Field
from authlens.ui.widgets.controls.form_row import FormRow
from authlens.ui.widgets.controls.pages import Page, Pages
from authlens.ui.widgets.controls.pane import Pane
from authlens.ui.widgets.controls.picker import Picker
from authlens.ui.widgets.form.event_page import EventPage
from authlens.ui.widgets.form.headers_table import HeaderRow, HeadersTable
from authlens.ui.widgets.form.hints import Hints
from authlens.ui.widgets.form.member_pages import PLACES, HttpPage, MemberPage, MqttPage, TlsPage, TokenPage

if TYPE_CHECKING:
    from authlens.core.preflight.finding import Finding

_FRAME = 6
"""Cells of the frame's upper edge outside its title."""
_ROOM_FOR_ALL = 45
"""Rows in which every page has room."""
_MOST_OF_HINTS = 0.4
"""As their style has it."""
_MODES = (
    Choice(Mode.TOKEN.value, "Token"),
    Choice(Mode.CONTEXT.value, "Contexts"),
    Choice(Mode.BOTH.value, "Both"),
)
_STEP = Binding.Group("Page", compact=True)
_PAGES = (
    ("token", "Token", TokenPage),
    ("http", "HTTP", HttpPage),
    ("mqtt", "MQTT", MqttPage),
    ("tls", "TLS", TlsPage),
)


def _not_opened(problem: str) -> Content:
    return prose(f"✗ Not opened. {problem}") if problem else Content("")


class RequestPane(Pane):
    ID: ClassVar[str] = "request"
    TITLE: ClassVar[str] = "Request"
    DEFAULT_CSS = """
    /* As wide as the fields of the pages, which keep a column for a scrollbar. */
    RequestPane > FormRow { padding-right: 1; }
    RequestPane > Pages > Choices { margin: 1 0; }
    RequestPane > .not-opened { height: auto; max-height: 50%; color: $text-error; display: none; margin-bottom: 1; }
    RequestPane.-not-opened > .not-opened { display: block; }
    """

    BINDINGS: ClassVar[list[BindingType]] = [
        Binding(
            "pageup,ctrl+pageup",
            "turn(-1)",
            "Previous page",
            id="request.previous-page",
            tooltip="Go to the previous page of the form",
            group=_STEP,
        ),
        Binding(
            "pagedown,ctrl+pagedown",
            "turn(1)",
            "Next page",
            id="request.next-page",
            tooltip="Go to the next page of the form",
            group=_STEP,
        ),
    ]

    form: var[FormState] = var(FormState(), init=False)
    hints: var[HintState] = var(HintState(), init=False)
    missing: var[tuple[Unresolved, ...]] = var[tuple[Unresolved, ...]]((), init=False)
    """What the function of the authorizer is missing on this machine."""
    environments: var[tuple[str, ...]] = var[tuple[str, ...]]((), init=False)
    """The names of those that the request can be sent in."""

    @message
    class Edited(Message):
        """The user changed one value. `where` is the field that was typed in, if it was typed."""

        changes: dict[str, object]
        where: str | None

    @message
    class VariantWanted(Message):
        """Another case or environment is to be taken: one to choose, or the one this many steps on."""

        kind: str
        """`case` or `environment`."""
        by: int = 0

    def __init__(self, form: FormState) -> None:
        super().__init__()
        self._shown_in_title: tuple[str, bool, int] | None = None
        # The screen asks for what is typed: a query for each key would take most of its time.
        self._members: Pages | None = None
        self._pickers: dict[str, tuple[FormRow, Picker]] = {}
        """Of the case and the environment, once there were any."""
        # What is bound arrives only after the first composing.
        self.set_reactive(RequestPane.form, form)
        # A small screen shows it first; set here, the class costs no restyling of all its fields.
        self.add_class("-front")
        self.set_class(bool(form.not_opened), "-not-opened")

    def compose(self) -> ComposeResult:
        draft = self.draft
        yield Static(_not_opened(self.form.not_opened), classes="not-opened", markup=False)
        if self.form.file.cases:
            yield self._variant_row("case")
        authorizer = Field("authorizer_name", draft.authorizer_name, placeholder="name", key="authorizer")
        authorizer.set_class(not draft.authorizer_name, "-wanted")
        self._authorizer_row = FormRow("Authorizer", authorizer)
        yield self._authorizer_row
        self._mode_row = FormRow("Send", Choices(_MODES, draft.mode.value, key="mode"))
        yield self._mode_row
        self._members = Pages(
            *(Page(name, label, partial(self._page, kind)) for name, label, kind in _PAGES),
            Page("event", "Event", self._event_page),
            chosen=_first_page(draft),
            key="members",
        )
        yield self._members
        self._hints = Hints()
        yield self._hints.data_bind(RequestPane.hints)

    def _page(self, kind: type[MemberPage]) -> Widget:
        return kind(self.draft, self.hints.token_names)

    def _event_page(self) -> Widget:
        return EventPage(replace(self.hints, request=self.draft.request))

    @property
    def draft(self) -> Draft:
        """What the form holds now."""
        return self.form.draft

    def on_mount(self) -> None:
        self._mark()
        self.screen.screen_layout_refresh_signal.subscribe(self, self._give_room)

    def on_resize(self) -> None:
        self._retitle()
        self.query_one("#members", Pages).stacked = self.size.height >= _ROOM_FOR_ALL

    def _give_room(self, _: object) -> None:
        """To the hints: the rows that the page in front leaves free, but no more than they may take.

        After every layout. What they take the page loses, so that the sum depends on nothing that was there before.
        """
        if self._members is None or not self.size:
            return
        hints = self._hints
        taken = hints.outer_size.height if hints.display else 0
        hints.room = min(taken + self._members.rows_free, int(self.size.height * _MOST_OF_HINTS))

    def watch_form(self, before: FormState, form: FormState) -> None:
        if not self.is_mounted or self._members is None:
            return
        if form.content is not before.content:
            self._fill(form.content)
        if form.draft is not before.draft:
            self._mark()
        if (form.file, form.environment_name) != (before.file, before.environment_name):
            self._show_variants()
        if form.not_opened != before.not_opened:
            self.query_one(".not-opened", Static).update(_not_opened(form.not_opened))
            self.set_class(bool(form.not_opened), "-not-opened")
        self._retitle()

    def watch_environments(self) -> None:
        self._show_variants()

    def _show_variants(self) -> None:
        """The case and the environment of the request, where there are any to choose from."""
        there = {"case": bool(self.form.file.cases), "environment": bool(self.environments)}
        for kind, is_there in there.items():
            if is_there and kind not in self._pickers:
                self.mount(self._variant_row(kind), before=0 if kind == "case" else self._authorizer_row)
            elif kind in self._pickers:
                row, picker = self._pickers[kind]
                row.display, picker.value = is_there, self._variant(kind)

    def _variant_row(self, kind: str) -> FormRow:
        picker = Picker(key=kind)
        picker.set_reactive(Picker.value, self._variant(kind))
        row = FormRow(kind.capitalize(), picker)
        self._pickers[kind] = row, picker
        return row

    def _variant(self, kind: str) -> Content:
        from authlens.ui.text.collection_text import case_text, environment_text  # with the first of them

        file = self.form.file
        return case_text(file.cases, file.case) if kind == "case" else environment_text(self.form.environment_name)

    def watch_missing(self, missing: tuple[Unresolved, ...]) -> None:
        from authlens.ui.text.identity_line import missing_lines  # with the first value that is missing

        self._authorizer_row.note(missing_lines(missing) if missing else None)

    def watch_hints(self, before: HintState, hints: HintState) -> None:
        if hints.token_names != before.token_names:
            for page in self.query(MemberPage):
                page.know(hints.token_names)
        for event_page in self.query(EventPage):
            event_page.hints = hints
        if hints.target is not None and hints.target is not before.target:
            self._go_to_finding(hints.target)

    def _fill(self, content: FormContent) -> None:
        """Put a draft into the fields."""
        draft = content.draft
        self.query_one("#authorizer", Field).show(draft.authorizer_name)
        self.query_one("#mode", Choices).chosen = draft.mode.value
        for page in self.query(MemberPage):
            page.show(draft)
        pages = self.query_one("#members", Pages)
        if content.focus is not None:
            self.go_to(content.focus)
        elif not _is_filled(pages.chosen, draft):
            loses_focus = pages.current.has_focus_within and not pages.stacked
            pages.open(_first_page(draft))
            if loses_focus:
                self.enter_first_field()

    def _open_page_of(self, member: str) -> Widget:
        """The page in front then. What is done in it waits until a page that was never seen has its fields."""
        pages = self.query_one("#members", Pages)
        page = next((name for name, _, kind in _PAGES if member in _fields(kind)), None)
        return pages.open(page) if page is not None else pages.current

    def _field(self, member: str) -> Field | None:
        return next((field for field in self.query(Field) if field.member == member), None)

    def go_to(self, member: str) -> None:
        """Put the cursor into a member's field, on whichever page it is."""
        after_refresh(self._open_page_of(member), self._go_to, member)

    def _go_to(self, member: str) -> None:
        field = self._field("header name" if member == "headers" else member)
        if field is not None:
            self.screen.set_focus(field)

    def enter_first_field(self) -> None:
        """The authorizer if it is missing, otherwise the first of the page in front; selected, as by Tab."""
        # What has the focus may be hidden by now: it would take it away from the field when it notices.
        self.screen.set_focus(None)
        after_refresh(self.query_one("#members", Pages).current, self._enter_first_field)

    def _enter_first_field(self) -> None:
        authorizer = self.query_one("#authorizer", Field)
        fields = self.query_one("#members", Pages).current.query(Field)
        self._enter(next(iter(fields.results(Field)), authorizer) if authorizer.value else authorizer)

    def _enter(self, field: Field) -> None:
        self.screen.set_focus(field)
        field.select_all()

    def action_turn(self, by: int) -> None:
        """To the first field of the page that comes before or after; the Event page has none, and takes the cursor."""
        after_refresh(self.query_one("#members", Pages).turn(by), self._enter_page)

    def _enter_page(self) -> None:
        page = self.query_one("#members", Pages).current
        field = next(iter(page.query(Field).results(Field)), None)
        if field is not None:
            self._enter(field)
        else:
            page.query(Choices).first(Choices).focus()

    def _go_to_finding(self, finding: Finding) -> None:
        """Put the cursor on the characters that it is about, or into the pane if it is about no field."""
        member = member_of(finding.path)
        after_refresh(self._open_page_of(member or ""), self._select, finding, member)

    async def _select(self, finding: Finding, member: str | None) -> None:
        field = self._header_field(finding) if member == "headers" else self._field(member or "")
        if field is None:
            await self.enter()
            return
        self.screen.set_focus(field)  # at once: what is typed next is for it
        field.select(finding.start, finding.end)

    def _header_field(self, finding: Finding) -> Field | None:
        """The value of the header; its name where the finding is about no character of the value."""
        row = next((row for row in self.query(HeaderRow) if header_path(row.pair[0]) == finding.path), None)
        fields = list(row.query(Field).results(Field)) if row is not None else []
        return fields[finding.end > finding.start] if fields else None

    def _retitle(self) -> None:
        shown = (self.form.title, self.form.unsaved, self.outer_size.width)
        if shown == self._shown_in_title:
            return  # or else each key would paint the whole pane
        self._shown_in_title = shown
        mark = Content.styled("● unsaved  ", "$text-warning") if self.form.unsaved else Content("")
        before = Content.assemble(self.TITLE, "  ", mark)
        room = self.outer_size.width - _FRAME - before.cell_length
        name = safe_content(self.form.title or "new")
        set_title(self, Content.assemble(before, shortened(name, room) if self.outer_size.width else name))

    def _mark(self) -> None:
        """Show on the tabs what is filled, and dim what the mode leaves out."""
        draft = self.draft
        marks = {name: "•" for name, _, _ in _PAGES if _is_filled(name, draft)}
        left_out = {Mode.TOKEN: {"http", "mqtt", "tls"}, Mode.CONTEXT: {"token"}}.get(draft.mode, set())
        if self._members is None:
            return
        self._members.mark(marks, frozenset(left_out))
        page = self._members.page("mqtt")
        if isinstance(page, MqttPage):
            page.say(draft.problem)
        self._say_what_is_sent(draft)

    def _say_what_is_sent(self, draft: Draft) -> None:
        """Below the choice of what is sent: what is added, what is left out, and what AWS refuses."""
        lines = [safe_content(line, "$foreground-muted") for line in _sent_lines(draft)]
        if draft.mode is Mode.BOTH:
            refused = "! AWS refuses a token together with a context: choose one of them."
            lines.append(Content.styled(refused, "$text-warning"))
        self._mode_row.note(Content("\n").join(lines) if lines else None)

    # What the user does

    def on_picker_wanted(self, event: Picker.Wanted) -> None:
        event.stop()
        self.post_message(self.VariantWanted(event.picker.id or "", event.by))

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


def _sent_lines(draft: Draft) -> Iterator[str]:
    sign = draft.sign
    if sign is not None:
        place = "next to the token" if sign.place == "token" else f"in the {PLACES[sign.place]}"
        yield f"Signed when sent with {sign.key}, signature placed {place}."
    if draft.left_out:
        rest = "contexts are" if draft.mode is Mode.TOKEN else "token is"
        yield f"The {rest} kept here, and not sent."


def _is_filled(page: str, draft: Draft) -> bool:
    return any(getattr(draft, field) for name, _, kind in _PAGES if name == page for field in _fields(kind))


def _fields(page: type[MemberPage]) -> list[str]:
    return [member.field for member in page.members()]


def _first_page(draft: Draft) -> str:
    """The page to open on: the first that is sent and holds something."""
    if draft.mode is Mode.TOKEN:
        return "token"
    return next((name for name in ("mqtt", "http", "tls") if _is_filled(name, draft)), "mqtt")
