"""HTTP headers as an editable table; there is always an empty row to type into."""

from __future__ import annotations

from typing import ClassVar

from textual.app import ComposeResult
from textual.binding import Binding, BindingType
from textual.containers import Horizontal, Vertical
from textual.message import Message

from authlens.frozen import message
from authlens.ui.widgets.controls.field import Field

_NAME, _LONGEST_NAME, _AROUND = 8, 24, 3
"""Cells of the names, and those that a field adds: `X-Amz-Security-Token` needs no second line."""
Headers = tuple[tuple[str, str], ...]


def _is_secret(name: str, token_names: frozenset[str]) -> bool:
    from authlens.core.secrets.redaction import (
        tells_of_secret,  # loaded with the first header, not before the first paint
    )

    return bool(name) and (name.lower() in token_names or tells_of_secret(name))


class HeaderRow(Horizontal):
    DEFAULT_CSS = """
    HeaderRow { height: auto; Field { width: 1fr; } }
    HeaderRow Field.-name { width: 8; margin-right: 1; }
    """

    def __init__(self, name: str = "", value: str = "", token_names: frozenset[str] = frozenset()) -> None:
        super().__init__()
        self._given = (name, value)
        self._token_names = token_names

    def compose(self) -> ComposeResult:
        name = Field("header name", self._given[0], placeholder="name")
        name.add_class("-name")
        yield name
        yield Field("header value", self._given[1], placeholder="value", secret=self._is_secret)

    @property
    def _is_secret(self) -> bool:
        return _is_secret(self.pair[0], self._token_names)

    def show(self, name: str, value: str) -> None:
        """Show another header; the fields keep their cursor."""
        self._given = (name, value)
        fields = tuple(self.query(Field).results(Field))
        if not fields:
            return  # a row that is not composed yet is composed with these
        for field, text in zip(fields, self._given, strict=True):
            field.show(text)
        self.follow_name()

    def follow_name(self, *, typed: bool = False) -> None:
        """Hide the value if the name suggests a secret. One that was hidden stays so while another name is typed."""
        value = self.query(Field).last(Field)
        value.keep_secret(self._is_secret or (typed and value.masked))

    def know(self, token_names: frozenset[str]) -> None:
        """Hide the value under one of these names too."""
        self._token_names = token_names
        if self.query(Field):
            self.follow_name()

    @property
    def pair(self) -> tuple[str, str]:
        if not self.is_mounted or not self.query(Field):
            return self._given
        name, value = self.query(Field).results(Field)
        return name.value, value.value


class HeadersTable(Vertical):
    DEFAULT_CSS = "HeadersTable { height: auto; width: 1fr; }"
    BINDINGS: ClassVar[list[BindingType]] = [
        Binding(
            "ctrl+delete", "remove", "Remove header", id="headers.remove", tooltip="Remove the header the cursor is in"
        ),
    ]

    @message
    class Edited(Message):
        """The user changed a header."""

        headers: Headers
        typed: bool
        """By typing, rather than by removing a row."""

    def __init__(self, headers: Headers, token_names: frozenset[str] = frozenset()) -> None:
        super().__init__()
        self._headers = headers
        self._token_names = token_names

    def compose(self) -> ComposeResult:
        for name, value in self._headers:
            yield self._row(name, value)
        yield self._row()

    def _row(self, name: str = "", value: str = "") -> HeaderRow:
        return HeaderRow(name, value, self._token_names)

    def know(self, token_names: frozenset[str]) -> None:
        """Names that carry the token, even if they do not suggest a secret."""
        self._token_names = token_names
        for row in self.query(HeaderRow):
            row.know(token_names)

    def on_resize(self) -> None:
        self._share_width()

    def _share_width(self) -> None:
        """The names get the width of the longest one, but at most half, and the values the rest."""
        width = max((len(row.pair[0]) + _AROUND for row in self.query(HeaderRow)), default=0)
        most = min(_LONGEST_NAME, self.size.width // 2) if self.size.width else _LONGEST_NAME
        for field in self.query("Field.-name").results(Field):
            field.styles.width = max(_NAME, min(width, most))

    @property
    def headers(self) -> Headers:
        return tuple(row.pair for row in self.query(HeaderRow) if row.pair != ("", ""))

    def show(self, headers: Headers) -> None:
        """Show other headers; fields that can stay keep their cursor."""
        if headers == self.headers:
            return
        rows = list(self.query(HeaderRow))
        wanted = (*headers, ("", ""))
        for row, pair in zip(rows, wanted, strict=False):
            row.show(*pair)
        surplus = rows[len(wanted) :]
        if any(row.has_focus_within for row in surplus):
            # A cursor in a row that goes would take every key with it.
            rows[len(wanted) - 1].query(Field).first().focus()
        self.remove_children(surplus)
        self.mount(*(self._row(*pair) for pair in wanted[len(rows) :]))
        self.call_after_refresh(self._share_width)

    def on_field_edited(self, event: Field.Edited) -> None:
        event.stop()
        rows = list(self.query(HeaderRow))
        for row in rows:
            if event.field in row.children and event.member == "header name":
                row.follow_name(typed=True)
        if rows and rows[-1].pair != ("", ""):
            self.mount(self._row())
        self.call_after_refresh(self._share_width)
        self.post_message(self.Edited(self.headers, typed=True))

    def action_remove(self) -> None:
        rows = list(self.query(HeaderRow))
        for index, row in enumerate(rows[:-1]):
            if row.has_focus_within:
                rows[index + 1].query(Field).first().focus()
                left = tuple(other.pair for other in rows if other is not row and other.pair != ("", ""))
                row.remove()
                self.post_message(self.Edited(left, typed=False))
                return
