"""The pages of the form: one for each context, and one for the token."""

from __future__ import annotations

from collections.abc import Sequence
from functools import partial
from typing import ClassVar

from textual.app import ComposeResult
from textual.containers import VerticalScroll
from textual.content import Content
from textual.message import Message
from textual.widgets import Static

from authlens.core.request.members import Member, MemberKind, Secrecy, members_of
from authlens.frozen import message
from authlens.ui.model.draft import Draft, PasswordKind
from authlens.ui.widgets.controls.choices import Choice, Choices
from authlens.ui.widgets.controls.field import Field
from authlens.ui.widgets.controls.form_row import FormRow
from authlens.ui.widgets.form.headers_table import HeadersTable


def secrets_in(place: str, text: str, token_names: frozenset[str]) -> Sequence[tuple[int, int]]:
    """Where the secrets are in a query string or username."""
    if "=" not in text:
        return ()
    from authlens.core.secrets.redaction import (
        secret_spans,  # loaded with the first parameter, not before the first paint
    )

    return secret_spans(place, text, token_names)


PLACES = {"token": "token", "username": "username", "queryString": "query string", "headers": "headers"}
"""The names of the places where a new signature may go."""


class MemberPage(VerticalScroll, can_focus=False, inherit_bindings=False):
    """The fields of one context, or of what is outside of any: a row for each member of the table."""

    DEFAULT_CSS = """
    MemberPage {
        scrollbar-size: 0 1;
        scrollbar-gutter: stable;
        background: transparent;
        .hint { color: $foreground-muted; padding: 1 1 0 0; height: auto; min-width: 4; }
    }
    """
    CONTEXT: ClassVar[str | None]
    HINT: ClassVar[str] = ""

    def __init__(self, draft: Draft, token_names: frozenset[str] = frozenset()) -> None:
        super().__init__()
        self.draft = draft
        self.token_names = token_names
        """Names under which the contexts carry the token."""

    @classmethod
    def members(cls) -> list[Member]:
        """In the order of the page; the authorizer's name is above all pages."""
        own = (member for member in members_of(cls.CONTEXT) if member.path != "authorizerName")
        return sorted(own, key=lambda member: member.position)

    def compose(self) -> ComposeResult:
        for member in self.members():
            if member.kind is MemberKind.MAP:
                yield FormRow(member.title, HeadersTable(self.draft.headers, self.token_names), below=True)
            else:
                yield FormRow(member.title, self._field(member))
            if member.kind is MemberKind.BLOB:
                yield FormRow("as", Choices([Choice(kind.value, kind.value) for kind in PasswordKind], key=_KIND))
        if self.HINT:
            yield Static(self.HINT, classes="hint")

    def _field(self, member: Member) -> Field:
        hide = partial(self._secrets, member.name) if member.secrecy is Secrecy.NAMED else None
        secret = member.secrecy is Secrecy.SECRET
        text = getattr(self.draft, member.field)
        return Field(member.field, text, secret=secret, hide=hide, placeholder=self._placeholder(member))

    def _placeholder(self, member: Member) -> str:
        """A signature that is made when the request is sent was not forgotten."""
        sign = self.draft.sign
        if member.path != "tokenSignature" or sign is None:
            return member.placeholder
        return "made when sent" if sign.place == "token" else f"made when sent, for the {PLACES[sign.place]}"

    def show(self, draft: Draft) -> None:
        """Put another draft into the fields."""
        self.draft = draft
        placeholders = {member.field: self._placeholder(member) for member in self.members()}
        for field in self.query(Field):
            if field.member in Draft.__slots__:
                field.show(getattr(draft, field.member))
                field.placeholder = placeholders.get(field.member, field.placeholder)
        for table in self.query(HeadersTable):
            table.show(draft.headers)

    def know(self, token_names: frozenset[str]) -> None:
        """Hide the values of these names."""
        self.token_names = token_names
        for field in self.query(Field):
            field.cover_anew()
        for table in self.query(HeadersTable):
            table.know(token_names)

    def _secrets(self, place: str, text: str) -> Sequence[tuple[int, int]]:
        return secrets_in(place, text, self.token_names)


_KIND = "password-kind"


class TokenPage(MemberPage):
    CONTEXT = None
    HINT = "A request has either these two or contexts: AWS refuses a token together with a context."


class HttpPage(MemberPage):
    CONTEXT = "httpContext"


class MqttPage(MemberPage):
    CONTEXT = "mqttContext"

    @message
    class KindChosen(Message):
        """The password's format was changed."""

        kind: PasswordKind

    _said: str | None = None

    def show(self, draft: Draft) -> None:
        super().show(draft)
        self._show_kind()

    def on_mount(self) -> None:
        self._show_kind()

    def _show_kind(self) -> None:
        for choices in self.query(f"#{_KIND}").results(Choices):
            choices.chosen = self.draft.password_kind.value

    def say(self, problem: str | None) -> None:
        """Why the password cannot be sent as written."""
        if problem == self._said:
            return
        for row in self.query(FormRow):
            if row.query(f"#{_KIND}"):
                self._said = problem
                row.note(None if problem is None else Content(f"✗ {problem}"))

    def on_choices_chosen(self, event: Choices.Chosen) -> None:
        event.stop()
        self.post_message(self.KindChosen(PasswordKind(event.id)))


class TlsPage(MemberPage):
    CONTEXT = "tlsContext"
    HINT = "The host name that the device asks for (SNI)."
