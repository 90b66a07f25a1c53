"""Texts of an answer as lines for a `CodeView`: documents laid out, JSON highlighted, long ones cut. Pure.

The rule: what is cut is said, and what is not JSON is shown as it came with the place of its fault.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from textual.content import Content

from authlens.core.invocation import Invocation, Wire
from authlens.core.visible import visible_lines
from authlens.ui.pretty_json import Fault, pretty
from authlens.ui.shown import shown

MOST_SHOWN = 256 * 1024
"""Characters of one text that are drawn."""
MOST_LINES = 5000
MOST_HIGHLIGHTED = 64 * 1024
LIMIT = 2048
"""Characters that AWS allows in a policy document."""


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


def page_lines(page: str, invocation: Invocation | None) -> tuple[Line, ...]:
    """What stands on a page for an invocation."""
    if invocation is None:
        return ()
    outcome = invocation.outcome
    if page in ("documents", "raw"):
        if outcome is None:
            return _instead(invocation)
        lay_out = document_lines if page == "documents" else raw_lines
        return lay_out(outcome.policy_documents)
    if page == "wire":
        return note("Nothing was sent.") if invocation.wire is None else wire_lines(invocation.wire)
    if not invocation.function_log:
        return note("The answer tells nothing of what the function printed; l reads its log from CloudWatch.")
    return tuple(text_lines(invocation.function_log))


def _instead(invocation: Invocation) -> tuple[Line, ...]:
    """Where there is no answer: what the function printed, its stack trace above all."""
    if not invocation.function_log:
        return note(f"There is no answer to show: the call failed.{' See the wire.' if invocation.wire else ''}")
    said = note("There is no answer to show: the call failed. The function printed:")
    return (*said, *text_lines(invocation.function_log))


def wire_lines(wire: Wire) -> tuple[Line, ...]:
    """The exchange as it went."""
    sent = "\n".join([f"{wire.method} {wire.url}", *(f"{name}: {value}" for name, value in wire.request_headers)])
    status = "no answer" if wire.status is None else f"HTTP {wire.status}"
    came = "\n".join([status, *(f"{name}: {value}" for name, value in wire.response_headers)])
    parts = ((sent, wire.request_body), (came, wire.response_body))
    lines: list[Line] = []
    for head, body in parts:
        lines += [*text_lines(head), *text_lines("")]
        lines += [*body_lines(body.decode("utf-8", "replace")), *text_lines("")]
    return tuple(lines)


def document_lines(documents: Sequence[str]) -> tuple[Line, ...]:
    """Every policy document under its heading, decoded and laid out."""
    if not documents:
        return (_note("No policy documents: this client may do nothing."),)
    lines: list[Line] = []
    for index, text in enumerate(documents):
        lines += [Line(Content(""))] if index else []
        lines.append(_heading(index, len(documents), text))
        lines += _document(index, text)
    return tuple(lines)


def raw_lines(documents: Sequence[str]) -> tuple[Line, ...]:
    """Every policy document as the string that came."""
    lines: list[Line] = []
    for index, text in enumerate(documents):
        lines.append(_heading(index, len(documents), text))
        lines += _numbered(text_lines(text), index)
    return tuple(lines) or (_note("No policy documents."),)


def body_lines(text: str) -> tuple[Line, ...]:
    """A body of the wire: laid out when it is JSON, as it is otherwise."""
    laid_out = pretty(text) if len(text) <= MOST_SHOWN else None
    if laid_out is None or isinstance(laid_out, Fault):
        return tuple(text_lines(text))
    return tuple(json_lines("\n".join(laid_out.lines)))


def text_lines(text: str) -> list[Line]:
    """Plain text, cut where it is too long to be drawn."""
    lines = [Line(Content(line)) for line in visible_lines(text[:MOST_SHOWN]).split("\n")]
    shown_characters = min(len(text), MOST_SHOWN)
    if len(lines) > MOST_LINES or len(text) > MOST_SHOWN:
        lines = [*lines[:MOST_LINES], _note(f"Showing the first {shown_characters:,} of {len(text):,} characters.")]
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
    return (_note(text),)


def _document(index: int, text: str) -> Iterable[Line]:
    laid_out = pretty(text)
    if isinstance(laid_out, Fault):
        place = f"Not JSON: {laid_out.reason} at line {laid_out.line}, column {laid_out.column}. Shown as it came."
        return [Line(Content.styled(f"✗ {place}", "$text-error"), is_prose=True), *_numbered(text_lines(text), index)]
    return _numbered(json_lines("\n".join(laid_out.lines)), index)


def _numbered(lines: Iterable[Line], document: int) -> list[Line]:
    return [Line(line.content, number, document) for number, line in enumerate(lines, 1)]


def _heading(index: int, count: int, text: str) -> Line:
    size = f"{len(text):,} of {LIMIT:,} characters"
    over = len(text) > LIMIT
    return Line(
        Content.assemble(
            (f"Document {index + 1} of {count}", "bold $text-primary"),
            ("  ", ""),
            (f"✗ {size}" if over else size, "$text-error" if over else "$foreground-muted"),
        ),
        document=index,
    )


def _note(text: str) -> Line:
    return Line(shown(text, "$foreground-muted"), is_prose=True)
