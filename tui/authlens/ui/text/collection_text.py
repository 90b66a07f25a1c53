"""A line of the tree of saved requests: the last verdict, the name, the description. Pure."""

from __future__ import annotations

from textual.content import Content

from authlens.ui.model.collection import CollectionNode
from authlens.ui.text.history_text import outcome_word_of
from authlens.ui.text.safe_content import prose, safe_content, shortened

_STYLES = {"✓": "$text-success", "✗": "$text-error", "!": "$text-warning"}
_ABOUT = 12
"""From this width there is room for the description."""


def node_line(node: CollectionNode, width: int, is_open: bool) -> Content:
    """The verdict's glyph comes first, so that failures line up in one column."""
    glyph = outcome_word_of(node.last)[0] if node.last is not None else " "
    if node.error is not None:
        glyph = "✗"
    margin = Content.assemble((f"{glyph} ", _STYLES.get(glyph, "$foreground-muted")), "  " * node.depth)
    style = "bold $text-primary" if is_open else "$foreground-muted" if node.path is None else ""
    name = shortened(safe_content(node.name, style), max(4, width - margin.cell_length))
    line = Content.assemble(margin, name)
    room = width - line.cell_length - 2
    about, look = (node.error, "$text-error") if node.error is not None else (node.about, "$foreground-muted")
    if not about or room < _ABOUT:
        return line
    return Content.assemble(line, "  ", prose(about, look))
