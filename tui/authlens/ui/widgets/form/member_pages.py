"""The pages of the form: one a context, and one for the token."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import ClassVar

from textual.app import ComposeResult
from textual.containers import VerticalScroll
from textual.content import Content
from textual.message import Message
from textual.widgets import Static

from authlens.ui.model.draft import Draft, PasswordKind
from authlens.ui.widgets.controls.choices import Choice, Choices
from authlens.ui.widgets.controls.field import Field
from authlens.ui.widgets.controls.form_row import FormRow
from authlens.ui.widgets.form.headers_table import HeadersTable


def secrets_in(place: str, text: str, token_names: frozenset[str]) -> Sequence[tuple[int, int]]:
    """Where in a query string or username a secret stands."""
    if "=" not in text:
        return ()
    from authlens.core.secrets.redaction import (
        secret_spans,  # loaded with the first parameter, not before the first paint
    )

    return secret_spans(place, text, token_names)


class MemberPage(VerticalScroll, can_focus=False):
    """Fields of a draft. It is made from a draft, and shows another when told."""

    DEFAULT_CSS = """
    MemberPage {
        scrollbar-size: 0 1;
        scrollbar-gutter: stable;
        background: transparent;
        .hint { color: $foreground-muted; padding: 1 1 0 0; height: auto; min-width: 4; }
    }
    """
    SENT_IN: ClassVar[str] = "context"
    """The mode in which the page is sent."""

    def __init__(self, draft: Draft, token_names: frozenset[str] = frozenset()) -> None:
        super().__init__()
        self.draft = draft
        self.token_names = token_names
        """Under which the token stands in a context, whatever they tell."""

    def show(self, draft: Draft) -> None:
        """Put another draft into the fields."""
        self.draft = draft
        for field in self.query(Field):
            if field.member in Draft.__slots__:
                field.show(getattr(draft, field.member))

    def know(self, token_names: frozenset[str]) -> None:
        """Hide what stands under these names."""
        self.token_names = token_names
        for field in self.query(Field):
            field.cover_anew()

    def filled(self, draft: Draft) -> str:
        """What the tab says of the page: a mark when something is in it."""
        return ""


class TokenPage(MemberPage):
    SENT_IN = "token"

    def compose(self) -> ComposeResult:
        yield FormRow("Token", Field("token", self.draft.token, secret=True, placeholder="the token that was signed"))
        yield FormRow(
            "Signature",
            Field("token_signature", self.draft.token_signature, secret=True, placeholder="base64, not base64url"),
        )
        yield Static("Token mode sends these two alone: AWS refuses them beside a context.", classes="hint")


class HttpPage(MemberPage):
    def compose(self) -> ComposeResult:
        query = Field("query_string", self.draft.query_string, hide=self._secrets, placeholder="?name=value")
        yield FormRow("Query string", query)
        yield FormRow("Headers", HeadersTable(self.draft.headers, self.token_names))

    def show(self, draft: Draft) -> None:
        super().show(draft)
        self.query_one(HeadersTable).show(draft.headers)

    def know(self, token_names: frozenset[str]) -> None:
        super().know(token_names)
        for table in self.query(HeadersTable):
            table.know(token_names)

    def _secrets(self, text: str) -> Sequence[tuple[int, int]]:
        return secrets_in("queryString", text, self.token_names)


class MqttPage(MemberPage):
    @dataclass
    class KindChosen(Message):
        """The password is to be written in another way."""

        kind: PasswordKind

    def compose(self) -> ComposeResult:
        yield FormRow("Client ID", Field("client_id", self.draft.client_id, placeholder="not sent"))
        username = Field("username", self.draft.username, hide=self._secrets, placeholder="not sent")
        yield FormRow("Username", username)
        yield FormRow("Password", Field("password", self.draft.password, secret=True, placeholder="not sent"))
        yield FormRow("as", Choices([Choice(kind.value, kind.value) for kind in PasswordKind], key="password-kind"))
        self._show_kind()

    def show(self, draft: Draft) -> None:
        super().show(draft)
        self._show_kind()

    def on_mount(self) -> None:
        self._show_kind()

    def _show_kind(self) -> None:
        for choices in self.query("#password-kind").results(Choices):
            choices.chosen = self.draft.password_kind.value

    def say(self, problem: str | None) -> None:
        """Why the password cannot be sent as written."""
        for row in self.query(FormRow):
            if row.query("#password-kind"):
                row.note(None if problem is None else Content(f"✗ {problem}"))

    def _secrets(self, text: str) -> Sequence[tuple[int, int]]:
        return secrets_in("username", text, self.token_names)

    def on_choices_chosen(self, event: Choices.Chosen) -> None:
        event.stop()
        self.post_message(self.KindChosen(PasswordKind(event.id)))


class TlsPage(MemberPage):
    def compose(self) -> ComposeResult:
        yield FormRow("Server name", Field("server_name", self.draft.server_name, placeholder="not sent"))
        yield Static("The host name that the device asks for (SNI).", classes="hint")
