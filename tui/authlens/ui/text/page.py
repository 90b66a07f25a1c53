"""Lines, marks and list items of a page, and text from outside cut to lines. Pure."""

from __future__ import annotations

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
