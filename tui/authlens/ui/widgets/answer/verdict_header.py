"""The verdict and its stages above the pages. However long AWS's message is, the first lines of a page stay in view."""

from __future__ import annotations

from typing import ClassVar

from textual.binding import Binding, BindingType
from textual.containers import VerticalScroll
from textual.geometry import Size


class VerdictHeader(VerticalScroll, can_focus=True, inherit_bindings=False):
    DEFAULT_CSS = """
    VerdictHeader {
        height: auto;
        max-height: 50%;
        scrollbar-size: 0 1;
        scrollbar-gutter: stable;
        &.-failed { max-height: 80%; }
        &:focus { background-tint: $foreground 4%; }
    }
    """

    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("up,k", "scroll_up", "Up", show=False, id="verdict.up"),
        Binding("down,j", "scroll_down", "Down", show=False, id="verdict.down"),
        Binding("pageup", "page_up", "Page up", show=False, id="verdict.page-up"),
        Binding("pagedown", "page_down", "Page down", show=False, id="verdict.page-down"),
        Binding("home", "scroll_home", "First", show=False, id="verdict.first"),
        Binding("end", "scroll_end", "Last", show=False, id="verdict.last"),
    ]

    @property
    def focusable(self) -> bool:
        """Only where there is more to read than is in view."""
        return super().focusable and self.max_scroll_y > 0

    def get_content_height(self, container: Size, viewport: Size, width: int) -> int:
        # Textual's sum leaves out the cells that are kept free for the scroll bar, in which a last word does not fit.
        return super().get_content_height(container, viewport, max(0, width - self.styles.scrollbar_size_vertical))
