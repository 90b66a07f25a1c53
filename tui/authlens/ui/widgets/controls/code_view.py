"""Lines of text to read: numbered, wrapped, searchable, copied whole or in part. Only visible rows are drawn."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from itertools import pairwise
from typing import ClassVar

from textual.binding import Binding, BindingType
from textual.content import Content
from textual.geometry import Size
from textual.message import Message
from textual.reactive import reactive
from textual.selection import Selection
from textual.strip import Strip
from textual.style import Style
from textual.visual import Visual

from authlens.frozen import dataclass, message
from authlens.ui.text.page import Line, Mark, line_spans, parts_of, wrapped
from authlens.ui.widgets.controls.rows import Rows

_GUTTER = 5


@dataclass(frozen=True, slots=True)
class _Row:
    """A line, or a part of one that was wrapped."""

    line: int
    content: Content
    first: bool = True
    note: bool = False
    indent: int = 0
    """Cells that a wrapped part is set in; they are not part of the text."""
    gap: str = ""
    """The blanks of the text between the part before and this one, which are not drawn."""


class CodeView(Rows):
    DEFAULT_CSS = """
    CodeView {
        & > .rows--cursor { background: $boost; color: $foreground; }
        &:focus > .rows--cursor { background: $panel; color: $foreground; }
        & > .rows--blurred { background: transparent; color: $foreground; }
    }
    """
    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("shift+up", "extend(-1)", "Select up", show=False, id="text.extend-up"),
        Binding("shift+down", "extend(1)", "Select down", show=False, id="text.extend-down"),
        Binding("n", "match(1)", "Next match", show=False, id="text.next-match"),
        Binding("N,shift+n", "match(-1)", "Previous match", show=False, id="text.previous-match"),
        Binding("ctrl+c,super+c", "copy", "Copy", show=False, id="text.copy", tooltip="Copy the selection"),
        Binding("v", "view", "View in pager", show=False, id="text.pager", tooltip="Show it in $PAGER or less"),
    ]

    lines: reactive[tuple[Line, ...]] = reactive[tuple[Line, ...]]((), init=False)
    marks: reactive[Mapping[tuple[int, int], tuple[Mark, ...]]] = reactive[Mapping[tuple[int, int], tuple[Mark, ...]]](
        {}, init=False
    )
    """By document and line number: what there is to say about it, and which lines decided."""
    sought: reactive[str] = reactive("", init=False)
    marked_from: reactive[int | None] = reactive[int | None](None)
    """Where a selection by keys began."""

    @message
    class CopyAsked(Message):
        text: str

    @message
    class PagerAsked(Message):
        """Show the document in the user's pager."""

        text: str

    def __init__(self, lines: Iterable[Line] = ()) -> None:
        super().__init__()
        self.set_reactive(CodeView.lines, tuple(lines))
        self._rows: list[_Row] = []
        self._matches: list[int] = []
        self._wanted: tuple[int, int] | None = None
        """The document and line that the cursor goes to once there are rows."""

    @property
    def row_count(self) -> int:
        return len(self._rows)

    @property
    def match_count(self) -> int:
        """How many lines hold the sought text."""
        return len(self._matches)

    @property
    def line_at_cursor(self) -> Line | None:
        return self.lines[self._rows[self.cursor].line] if self._rows else None

    def on_mount(self) -> None:
        self._lay_out()

    def on_resize(self) -> None:
        self._lay_out()

    def watch_lines(self) -> None:
        self.marked_from = None
        self.cursor = 0
        self.scroll_home(animate=False)
        self._lay_out()

    def watch_marks(self) -> None:
        self._lay_out()

    def watch_sought(self) -> None:
        self._lay_out()
        self.action_match(0)

    def watch_marked_from(self) -> None:
        self._strips.clear()
        self.refresh()

    def _lay_out(self) -> None:
        sought = self.sought.casefold()
        self._rows, self._matches = [], []
        # Before its first layout it has no width: broken for that, a sentence would show a letter a line for a moment.
        for index, line in enumerate(self.lines if self.line_width else ()):
            content = line.content
            width = max(1, self.line_width - (0 if line.number is None else _GUTTER))
            if sought and sought in content.plain.casefold():
                self._matches.append(len(self._rows))
                content = _with_matches(content, sought)
            self._rows += _rows_of(index, content, _indent_of(line, width), width)
            self._rows += [_Row(index, part, False, True) for part in self._notes(line, width)]
        self.rows_changed()
        if self._wanted is not None and self._rows:
            self.goto(*self._wanted)

    def _notes(self, line: Line, width: int) -> list[Content]:
        notes = []
        for mark in self._marks_of(line):
            if mark.text:
                text = Content.assemble((f"{mark.glyph} ", mark.style), (mark.text, mark.style))
                notes += wrapped(text, width, 2)
        return notes

    def _marks_of(self, line: Line) -> tuple[Mark, ...]:
        return self.marks.get((line.document if line.document is not None else -1, line.number or 0), ())

    def row(self, index: int, width: int) -> Content:
        row = self._rows[index]
        return Content.assemble(self._gutter(row), row.content)

    def _gutter(self, row: _Row) -> Content:
        line = self.lines[row.line]
        if line.number is None:
            return Content(" " * row.indent)
        number = f"{line.number:>3}" if row.first else "   "
        marks = () if row.note or not row.first else self._marks_of(line)
        glyph = (marks[0].glyph, marks[0].style) if marks else (" ", "")
        return Content.assemble((number, "$foreground-disabled"), glyph, " " * (1 + row.indent))

    def goto(self, document: int, number: int) -> None:
        """Move the cursor to a line of a document, as soon as the lines are laid out."""
        self._wanted = None if self._rows else (document, number)
        for index, row in enumerate(self._rows):
            line = self.lines[row.line]
            if (line.document, line.number) == (document, number) and row.first:
                self.cursor = index
                return

    # Searching

    def action_match(self, by: int) -> None:
        """On to another match; 0 goes to the first at or below the cursor."""
        if not self._matches:
            return
        after = [row for row in self._matches if row >= self.cursor + max(by, 0)]
        before = [row for row in self._matches if row < self.cursor]
        if by < 0:
            self.cursor = before[-1] if before else self._matches[-1]
        else:
            self.cursor = after[0] if after else self._matches[0]

    # Selecting and copying

    def action_cursor(self, by: int) -> None:
        self.marked_from = None
        super().action_cursor(by)

    def action_extend(self, by: int) -> None:
        if self.marked_from is None:
            self.marked_from = self.cursor
        self.cursor += by
        self._strips.clear()

    @property
    def selected(self) -> str | None:
        """The selected text: by mouse, or whole rows by keys."""
        selection = self.text_selection
        if selection is not None:
            return self._extract(selection) or None
        if self.marked_from is None:
            return None
        low, high = sorted((self.marked_from, self.cursor))
        return self._joined(range(low, high + 1))

    def action_copy(self) -> None:
        text = self.selected
        self.post_message(self.CopyAsked(text if text is not None else self._joined(range(self.row_count))))

    def action_view(self) -> None:
        """Show the whole document in the pager."""
        if self.lines:
            self.post_message(self.PagerAsked("\n".join(line.content.plain for line in self.lines)))

    def get_selection(self, selection: Selection) -> tuple[str, str] | None:
        return self._extract(selection), "\n"

    def selection_updated(self, selection: Selection | None) -> None:
        self._strips.clear()
        self.refresh()

    @property
    def allow_select(self) -> bool:
        return True

    def _extract(self, selection: Selection) -> str:
        parts: list[str] = []
        for index, row in enumerate(self._rows):
            span = selection.get_span(index)
            if span is None:
                continue
            start, end = span
            gutter = len(self._gutter(row))
            text = row.content.plain[max(0, start - gutter) : None if end == -1 else max(0, end - gutter)]
            parts += [_between(row, parts), text]
        return "".join(parts)

    def _joined(self, rows: Iterable[int]) -> str:
        parts: list[str] = []
        for index in rows:
            row = self._rows[index]
            if not row.note:
                parts += [_between(row, parts), row.content.plain]
        return "".join(parts)

    def _drawn(self, index: int, width: int) -> Strip:
        if self.text_selection is None and self.marked_from is None:
            return super()._drawn(index, width).apply_offsets(0, index)
        style, content = self.visual_style, self.row(index, width)
        span = self._selected_span(index, len(content))
        if span is not None:
            chosen = Style.from_styles(self.screen.get_component_styles("screen--selection"))
            content = content.stylize(chosen, *span)
        strips = Visual.to_strips(self, content, width, 1, style, apply_selection=False, pad=True)
        return strips[0].extend_cell_length(width, style.rich_style).apply_offsets(0, index)

    def _selected_span(self, index: int, length: int) -> tuple[int, int] | None:
        selection = self.text_selection
        if selection is not None:
            span = selection.get_span(index)
            return span and (span[0], length if span[1] == -1 else span[1])
        low, high = sorted((self.marked_from or 0, self.cursor))
        return (0, length) if low <= index <= high else None

    def rows_changed(self) -> None:
        super().rows_changed()
        self.virtual_size = Size(0, self.row_count)


def _indent_of(line: Line, width: int) -> int:
    """Cells that the parts of a long line after the first are set in."""
    plain = line.content.plain
    indent = line.indent if line.is_prose else len(plain) - len(plain.lstrip(" ")) + 2
    return indent if indent <= width // 2 else 0


def _rows_of(index: int, content: Content, indent: int, width: int) -> list[_Row]:
    """A line in as many rows as it needs."""
    if content.cell_length <= width:
        return [_Row(index, content)]
    spans = line_spans(content.plain, width, width - indent)
    first, *rest = parts_of(content, spans) or [content]
    gaps = [content.plain[end:start] for (_, end), (start, _) in pairwise(spans)]
    return [
        _Row(index, first),
        *(_Row(index, part, False, indent=indent, gap=gap) for part, gap in zip(rest, gaps, strict=True)),
    ]


def _between(row: _Row, parts: Sequence[str]) -> str:
    """What the text has before a row."""
    if not parts:
        return ""
    return "\n" if row.first else row.gap


def _with_matches(content: Content, sought: str) -> Content:
    plain = content.plain.casefold()
    at = plain.find(sought)
    while at >= 0 and len(plain) == len(content.plain):
        content = content.stylize("$warning-muted $text-warning reverse", at, at + len(sought))
        at = plain.find(sought, at + len(sought))
    return content
