"""HTTP headers as an editable table; there is always an empty row to type into."""

from __future__ import annotations

from typing import ClassVar

from rich.cells import cell_len
from textual.app import ComposeResult
from textual.binding import Binding, BindingType
from textual.containers import Horizontal, Vertical
from textual.message import Message

from authlens.frozen import message
from authlens.ui.widgets.controls.field import Field

_NAME, _AROUND = 8, 3
"""Cells that names have at least, and those that a field adds."""
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
    /* Name and value do not fit on one line. */
    HeaderRow.-stacked { layout: vertical; }
    HeaderRow.-stacked Field.-name { width: 1fr; margin-right: 0; }
    HeaderRow.-stacked Field.-value { margin-left: 2; }
    """

    def __init__(self, name: str = "", value: str = "", token_names: frozenset[str] = frozenset()) -> None:
        super().__init__()
        self._token_names = token_names
        # Not made while composing: their widths are set before that.
        self.name_field = Field("header name", name, placeholder="name")
        self.name_field.add_class("-name")
        secret = _is_secret(name, token_names)
        self.value_field = Field("header value", value, placeholder="value", secret=secret)
        self.value_field.add_class("-value")

    def compose(self) -> ComposeResult:
        yield self.name_field
        yield self.value_field

    def show(self, name: str, value: str) -> None:
        """Show another header; the fields keep their cursor."""
        self.name_field.show(name)
        self.value_field.show(value)
        self.follow_name()

    def follow_name(self, *, typed: bool = False) -> None:
        """Hide the value if the name suggests a secret. One that was hidden stays so while another name is typed."""
        is_secret = _is_secret(self.name_field.value, self._token_names)
        self.value_field.keep_secret(is_secret or (typed and self.value_field.masked))

    def know(self, token_names: frozenset[str]) -> None:
        """Hide the value under one of these names too."""
        self._token_names = token_names
        self.follow_name()

    @property
    def pair(self) -> tuple[str, str]:
        return self.name_field.value, self.value_field.value


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
        """The names get the width of the longest one, and the values the rest; above its value one longer than half."""
        half = self.size.width // 2 if self.size.width else _NAME
        rows = [(row, cell_len(row.pair[0]) + _AROUND) for row in self.query(HeaderRow)]
        width = max((needed for _, needed in rows if needed <= half), default=0)
        for row, needed in rows:
            is_stacked = needed > half
            row.set_class(is_stacked, "-stacked")
            row.name_field.styles.width = None if is_stacked else max(_NAME, width)

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
            rows[len(wanted) - 1].name_field.focus()
        self.remove_children(surplus)
        self.mount(*(self._row(*pair) for pair in wanted[len(rows) :]))
        self.call_after_refresh(self._share_width)

    def on_field_edited(self, event: Field.Edited) -> None:
        event.stop()
        rows = list(self.query(HeaderRow))
        for row in rows:
            if event.field is row.name_field:
                row.follow_name(typed=True)
        if rows and rows[-1].pair != ("", ""):
            self.mount(self._row())
        self.call_after_refresh(self._share_width)
        self.post_message(self.Edited(self.headers, typed=True))

    def action_remove(self) -> None:
        rows = list(self.query(HeaderRow))
        for index, row in enumerate(rows[:-1]):
            if row.has_focus_within:
                rows[index + 1].name_field.focus()
                left = tuple(other.pair for other in rows if other is not row and other.pair != ("", ""))
                row.remove()
                self.post_message(self.Edited(left, typed=False))
                return
