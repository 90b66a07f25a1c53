"""Text from outside on its way to the terminal. The rule: through `shown` or `safe_lines`, never as markup.

`TerminalGuard` is the second wall: whatever a widget forgot is deleted from the lines before they are written.
"""

from __future__ import annotations

from functools import lru_cache

from rich.segment import Segment
from textual.color import Color
from textual.content import Content
from textual.filter import LineFilter

from authlens.core.text.visible import is_visible, visible, visible_lines

_ASCII = str.maketrans(
    {
        **dict.fromkeys("─━▔▁–—", "-"),
        **dict.fromkeys("│┃▌▐█▎▏▊", "|"),
        **dict.fromkeys("╭╮╰╯├┤┬┴┼┌┐└┘", "+"),
        **dict.fromkeys("▸→⟩", ">"),
        **dict.fromkeys("←⟨", "<"),
        **dict.fromkeys("•●○", "*"),
        **dict.fromkeys("“”", '"'),
        **{
            "✓": "+",
            "✗": "x",
            "↔": "%",
            "×": "x",
            "·": ".",
            "…": "~",
            "▾": "v",
            "↑": "^",
            "↓": "v",
            "±": "~",
            "≠": "!",
            "◆": "#",
            "⋯": "~",
            "░": ".",
            "’": "'",
            "\N{NO-BREAK SPACE}": " ",
        },
    }
)


def safe_content(text: str, style: str = "") -> Content:
    """One line of text from outside."""
    return Content.styled(visible(text), style) if style else Content(visible(text))


def prose(text: str, style: str = "") -> Content:
    """A sentence in which text between backticks is code: bold, without them."""
    parts = text.split("`")
    if len(parts) % 2 == 0:
        return safe_content(text, style)
    return Content.assemble(
        *(safe_content(part, f"bold {style}".strip() if index % 2 else style) for index, part in enumerate(parts))
    )


def prose_lines(text: str) -> Content:
    """Sentences that keep their line breaks."""
    return Content("\n").join(prose(line) for line in visible_lines(text).split("\n"))


def safe_lines(text: str, style: str = "") -> Content:
    """Text from outside that keeps its line breaks."""
    return Content.styled(visible_lines(text), style) if style else Content(visible_lines(text))


def shortened(content: Content, width: int) -> Content:
    """One line within so many cells, its middle left out: names differ mostly at their ends."""
    if content.cell_length <= width:
        return content
    head = content.truncate(max(0, width - 1) // 3).rstrip()  # half a wide character would be a blank
    tail = Content("")
    for start in range(len(content.plain) - 1, -1, -1):
        longer = content[start:]
        if head.cell_length + 1 + longer.cell_length > width:
            break
        tail = longer
    return Content.assemble(head, "…", tail) if width > 0 else Content("")


# Borders and glyphs come again with every line that is drawn.
_is_visible = lru_cache(2048)(is_visible)


class TerminalGuard(LineFilter):
    """Deletes what a terminal would act on. Those characters are no cell wide, so the layout holds."""

    def apply(self, segments: list[Segment], background: Color) -> list[Segment]:
        return [self._guarded(segment) for segment in segments]

    def _guarded(self, segment: Segment) -> Segment:
        text, style, control = segment
        if control is not None:
            return segment
        if not (text.isascii() and text.isprintable()) and not _is_visible(text):
            text = "".join(character for character in text if is_visible(character))
        if style is not None and style.link is not None and not _harmless(style.link):
            style = style.update_link(None)
        return Segment(text, style)


class AsciiGlyphs(LineFilter):
    """For terminals that do not speak UTF-8: our glyphs become ASCII, other characters a question mark."""

    def apply(self, segments: list[Segment], background: Color) -> list[Segment]:
        return [Segment(_ascii(text), style, control) for text, style, control in segments]


def _ascii(text: str) -> str:
    return text.translate(_ASCII).encode("ascii", "replace").decode("ascii")


def _harmless(link: str) -> bool:
    return link.startswith(("https://", "http://")) and is_visible(link)
