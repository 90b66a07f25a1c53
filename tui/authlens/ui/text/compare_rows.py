"""A comparison as rows to draw: side by side, or one column, with folds, glyphs and the words that changed. Pure."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from textual.content import Content

from authlens.core.compare.aligned_text import AlignedRow, Fold, RowKind, Section, fold
from authlens.core.compare.compare import Comparison
from authlens.core.compare.sections import sections
from authlens.frozen import dataclass
from authlens.ui.text.page import wrapped
from authlens.ui.text.safe_content import safe_content

TWO_COLUMNS = 95
"""From this width the sides are shown next to each other: a screen of 100 columns without its frame."""

_STYLES = {
    RowKind.SAME: "",
    RowKind.CHANGED: "$text-warning",
    RowKind.REMOVED: "$text-error",
    RowKind.ADDED: "$text-success",
}
_WORD = "reverse"


@dataclass(frozen=True, slots=True)
class Drawn:
    content: Content
    section: str
    is_jump: bool = False
    """The first row of a run of changes."""
    place: int = -1
    """The index of the line in its section, folded or not; -1 above them all."""


def same_place(rows: Sequence[Drawn], was: Drawn) -> int:
    """Where a line drawn before is drawn now; if it is folded, where its fold is."""
    found = [index for index, row in enumerate(rows) if row.section == was.section and row.place <= was.place]
    return next((index for index in found if rows[index].place == rows[found[-1]].place), 0) if found else 0


def drawn_rows(comparison: Comparison, width: int, textual: bool, folded: bool) -> list[Drawn]:
    """Every row of the comparison at this width: what changed in words, then its parts."""
    parts = sections(comparison, textual)
    return [*_in_words(comparison, width), *(row for part in parts for row in _section(part, width, folded))]


def _in_words(comparison: Comparison, width: int) -> Iterator[Drawn]:
    """Equal or different, flipped decisions, the request, the other changes, notes; each wrapped after its glyph."""
    equal = ("=", "EQUAL BY MEANING", "$text-success")
    lines = [equal if comparison.equal else ("≠", "DIFFERENT", "$text-warning")]
    lines += [("!", flip.words, "$text-error") for flip in comparison.flips]
    lines += [("~", change.words, "$text-warning") for change in comparison.of_request]
    lines += [
        ("~", change.words, "$text-warning") if change.differs else ("·", change.words, "$foreground-muted")
        for change in comparison.changes
        if change not in comparison.of_request
    ]
    for number, (glyph, words, style) in enumerate(lines):
        text = (
            safe_content(words, f"bold {style}") if number == 0 else safe_content(words, "bold" if glyph == "!" else "")
        )
        for index, part in enumerate(wrapped(text, max(4, width - 2))):
            yield Drawn(Content.assemble((f"{' ' if index else glyph} ", f"bold {style}"), part), _WORDS)
    yield Drawn(Content(""), _WORDS)


_WORDS = "in words"


def _section(part: Section, width: int, folded: bool) -> Iterator[Drawn]:
    mark = ("≠", "$text-warning") if part.changed else ("=", "$text-success")
    yield Drawn(Content.assemble(mark, " ", safe_content(part.title, "bold $text-primary")), part.title)
    before, place = False, 0
    for item in fold(part.rows) if folded else part.rows:
        changed = isinstance(item, AlignedRow) and item.kind is not RowKind.SAME
        first = changed and not before
        before = changed
        for number, content in enumerate(_item(item, width)):
            yield Drawn(content, part.title, first and number == 0, place)
        place += item.count if isinstance(item, Fold) else 1
    yield Drawn(Content(""), part.title, place=place)


def _item(item: AlignedRow | Fold, width: int) -> Iterator[Content]:
    if isinstance(item, Fold):
        yield Content.styled(f"  ⋯ {item.count} unchanged lines", "$foreground-muted")
    elif width >= TWO_COLUMNS:
        yield from _side_by_side(item, width)
    else:
        yield from _stacked(item, width)


def _side_by_side(row: AlignedRow, width: int) -> Iterator[Content]:
    room = (width - 5) // 2
    left = _wrapped(row.left, row.left_spans, _STYLES[row.kind], room)
    right = _wrapped(row.right, row.right_spans, _STYLES[row.kind], room)
    for index in range(max(len(left), len(right))):
        yield Content.assemble(
            _cell(left, index, room),
            " ",
            (row.kind.value if index == 0 else " ", f"bold {_STYLES[row.kind]}"),
            " │ ",
            _cell(right, index, room),
        )


def _stacked(row: AlignedRow, width: int) -> Iterator[Content]:
    removed = ("-", row.left, row.left_spans, "$text-error")
    added = ("+", row.right, row.right_spans, "$text-success")
    same = (" ", row.left, row.left_spans, "")
    for glyph, text, spans, style in (same,) if row.kind is RowKind.SAME else (removed, added):
        for index, part in enumerate(_wrapped(text, spans, style, width - 2) if text is not None else ()):
            yield Content.assemble((f"{glyph if index == 0 else ' '} ", f"bold {style}"), part)


def _wrapped(text: str | None, spans: Sequence[tuple[int, int]], style: str, width: int) -> list[Content]:
    """One side of a row: its changes are highlighted, and no character is cut off."""
    if text is None:
        return []
    visible_text = safe_content(text)
    content = Content.styled(visible_text.plain, style) if style else visible_text
    if len(visible_text.plain) == len(text):
        for start, end in spans:
            content = content.stylize(f"{style} {_WORD}", start, end)
    width = max(4, width)
    indent = len(content.plain) - len(content.plain.lstrip(" ")) + 2
    indent = indent if indent <= width // 2 else 0
    first, *rest = wrapped(content, width, indent)
    return [first, *(Content.assemble(" " * indent, part) for part in rest)]


def _cell(parts: Sequence[Content], index: int, width: int) -> Content:
    part = parts[index] if index < len(parts) else Content("")
    return part.pad_right(max(0, width - part.cell_length))
