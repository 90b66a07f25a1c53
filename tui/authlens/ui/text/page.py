"""Lines, marks and list items of a page, and texts broken into lines. Pure.

The rule: a line is broken between words, and never after a glyph; only a name that is longer than a line is broken,
after a `/`, a `:` or the like if there is one.
"""

from __future__ import annotations

from collections.abc import Sequence

from textual.content import Content

from authlens.core.text.visible import visible_lines
from authlens.frozen import dataclass
from authlens.ui.text.pretty_json import NotJson, Pretty, pretty
from authlens.ui.text.safe_content import prose, safe_content

MOST_SHOWN = 256 * 1024
"""Characters of one text that are drawn."""


MOST_LINES = 5000


MOST_HIGHLIGHTED = 64 * 1024


@dataclass(frozen=True, slots=True)
class Line:
    """One line of a shown text."""

    content: Content
    number: int | None = None
    """Its number in its document, from 1; `None` for a line of ours."""
    document: int | None = None
    """The policy document it belongs to, from 0."""
    is_prose: bool = False
    """A sentence of ours, to be broken between words."""
    indent: int = 0
    """Cells that the parts of a broken sentence after the first are set in."""


def laid_out(text: str) -> Pretty | NotJson | None:
    """JSON with a member on each line; `None` if it is too long to be drawn."""
    return pretty(text) if len(text) <= MOST_SHOWN else None


def body_lines(text: str) -> tuple[Line, ...]:
    """A body of the wire: laid out when it is JSON, as it is otherwise."""
    page = laid_out(text)
    return tuple(json_lines("\n".join(page.lines)) if isinstance(page, Pretty) else text_lines(text))


def text_lines(text: str) -> list[Line]:
    """Plain text, cut where it is too long to be drawn."""
    lines = [Line(Content(line)) for line in visible_lines(text[:MOST_SHOWN]).split("\n")]
    shown_characters = min(len(text), MOST_SHOWN)
    if len(lines) > MOST_LINES or len(text) > MOST_SHOWN:
        lines = [*lines[:MOST_LINES], note_line(f"Showing the first {shown_characters:,} of {len(text):,} characters.")]
    return lines


def json_lines(text: str) -> list[Line]:
    """JSON text that is laid out already, highlighted."""
    if len(text) > MOST_HIGHLIGHTED:
        return text_lines(text)
    from textual.highlight import highlight  # Pygments is loaded with the first answer, not before the first paint

    coloured = highlight(visible_lines(text), language="json")
    return [Line(line) for line in coloured.split("\n", allow_blank=True)][: text.count("\n") + 1]


def note(text: str) -> tuple[Line, ...]:
    """A sentence of ours in place of a text."""
    return (note_line(text),)


def note_line(text: str) -> Line:
    return Line(safe_content(text, "$foreground-muted"), is_prose=True)


def aside(text: str) -> Content:
    return Content.assemble("   ", prose(text, "$foreground-muted"))


@dataclass(frozen=True, slots=True)
class Mark:
    """A note about a line: its glyph is in the gutter, its sentence below the line."""

    glyph: str
    style: str
    text: str = ""


@dataclass(frozen=True, slots=True)
class PageItem:
    lines: tuple[Content, ...]
    place: tuple[int, int] | None = None
    """The document and line that it is about."""
    question: str = ""
    """The beginning of a question that it suggests."""


# Breaking lines

_SEPARATORS = "/:,.;-_&?=@|"
"""A name that must be broken is broken after one of these."""
_GLYPHS = frozenset("✓✗!→≠=·–?●○~↔↑#")


def wrapped(content: Content, width: int, indent: int = 0) -> list[Content]:
    """The parts of a line, all but the first narrower by `indent`; the blanks between them are left out."""
    return parts_of(content, line_spans(content.plain, width, width - indent)) or [content]


def set_in(line: Content, width: int) -> list[Content]:
    """The parts of a line; those after the first begin where its words do, after the blanks and the glyph."""
    if line.cell_length <= width:
        return [line]
    plain = line.plain
    words = plain.lstrip(" ")
    margin = len(plain) - len(words) + (2 if words[:1] in _GLYPHS and words[1:2] == " " else 0)
    margin = min(margin, width // 2) or 2
    first, *rest = wrapped(line, width, margin)
    return [first, *(Content.assemble(" " * margin, part) for part in rest)]


def parts_of(content: Content, spans: Sequence[tuple[int, int]]) -> list[Content]:
    """The lines that begin and end there."""
    cuts = sorted({cut for span in spans for cut in span} - {0})
    starts = [0, *cuts]
    pieces = dict(zip(starts, content.divide(cuts) if cuts else [content], strict=True))
    return [pieces[start] if end > start else Content("") for start, end in spans]


def line_spans(text: str, width: int, rest: int) -> list[tuple[int, int]]:
    """Where the lines of a text begin and end: the first of `width` cells, the others of `rest`."""
    text, rest = text.rstrip(" "), max(2, rest)
    spans, start, room = [], 0, width
    while start < len(text):
        end = _line_end(text, start, max(2, room), rest)
        stripped = len(text[start:end].rstrip(" "))
        spans.append((start, start + stripped))
        start, room = end, rest
        while start < len(text) and text[start] == " ":
            start += 1
    return spans


def _line_end(text: str, start: int, room: int, rest: int) -> int:
    """Where the line that starts there ends: at the blank before the first word that has no room."""
    fits = _fitting(text, start, room)
    if fits >= len(text) or (text[fits] == " " and not _is_glyph(text, fits)):
        return fits
    first = next(at for at in range(start, fits + 1) if text[at] != " ")
    blanks = [at for at in range(first, fits + 1) if text[at] == " "]
    word_start = blanks[-1] + 1 if blanks else first
    word_end = text.find(" ", max(word_start, fits))
    word = text[word_start : word_end if word_end > 0 else len(text)]
    if blanks and Content(word).cell_length <= rest:
        return next((at for at in reversed(blanks) if not _is_glyph(text, at)), blanks[-1])
    least = max(word_start, start + (fits - start) // 2)
    cut = max(text.rfind(separator, least, fits) for separator in _SEPARATORS) + 1
    if cut > least:
        return cut
    return blanks[-1] if blanks and fits - word_start < (fits - start) // 2 else fits


def _fitting(text: str, start: int, room: int) -> int:
    """The end of what fits; at least one character does."""
    part = text[start : start + room]
    if part.isascii():
        return start + len(part)
    end = start
    while end < len(text) and Content(text[start : end + 1]).cell_length <= room:
        end += 1
    return max(end, start + 1)


def _is_glyph(text: str, blank: int) -> bool:
    """Whether the word before a blank is a glyph, which belongs to the word after it."""
    return text[blank - 1] in _GLYPHS and (blank < 2 or text[blank - 2] == " ")
