"""Saved requests, each in a line of their tree, and on the form the case and the environment of the open one. Pure."""

from __future__ import annotations

from collections.abc import Sequence

from textual.content import Content

from authlens.ui.model.collection import CollectionNode
from authlens.ui.text.history_text import EXERCISE, outcome_word_of
from authlens.ui.text.safe_content import prose, safe_content, shortened

_STYLES = {"✓": "$text-success", "✗": "$text-error", "!": "$text-warning", EXERCISE[0]: "bold $text-primary"}
_ABOUT = 12
"""From this width there is room for the description."""


def node_line(node: CollectionNode, width: int, is_open: bool) -> Content:
    """The verdict's glyph comes first, so that failures line up in one column."""
    glyph = outcome_word_of(node.last)[0] if node.last is not None else " "
    if node.error is not None:
        glyph = "✗"
    elif node.is_exercise:
        glyph = EXERCISE[0]
    margin = Content.assemble((f"{glyph} ", _STYLES.get(glyph, "$foreground-muted")), "  " * node.depth)
    style = "bold $text-primary" if is_open else "$foreground-muted" if node.path is None else ""
    name = shortened(safe_content(node.name, style), max(4, width - margin.cell_length))
    line = Content.assemble(margin, name)
    room = width - line.cell_length - 2
    about, look = (node.error, "$text-error") if node.error is not None else (node.about, "$foreground-muted")
    if not about or room < _ABOUT:
        return line
    word = (f"{EXERCISE[1]}: ", _STYLES[EXERCISE[0]]) if node.is_exercise else ""
    return Content.assemble(line, "  ", word, prose(about, look))


def case_text(cases: Sequence[str], case: str) -> Content:
    """Its place among all of them, and its name; `none` for the request of the file itself."""
    if not case:
        return Content.styled(f"none of {len(cases):,}", "$foreground-muted")
    place = f"{cases.index(case) + 1:,}" if case in cases else "–"
    return Content.assemble((f"{place} of {len(cases):,} · ", "$foreground-muted"), safe_content(case, "bold"))


def environment_text(name: str) -> Content:
    return safe_content(name, "bold") if name else Content.styled("none", "$foreground-muted")
