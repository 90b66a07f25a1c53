"""The verdict and its stages above the pages. However long AWS's words are, the first lines of a page stay in view."""

from __future__ import annotations

from textual.containers import VerticalScroll


class Said(VerticalScroll, can_focus=True):
    DEFAULT_CSS = """
    Said {
        height: auto;
        max-height: 50%;
        scrollbar-size: 0 1;
        scrollbar-gutter: stable;
        &.-failed { max-height: 80%; }
        &:focus { background-tint: $foreground 4%; }
    }
    """

    @property
    def focusable(self) -> bool:
        """Only where there is more to read than is in view."""
        return super().focusable and self.max_scroll_y > 0
