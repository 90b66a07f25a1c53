"""A list of rows of which only the visible ones are drawn, with a cursor. Lists of any length open at once."""

from __future__ import annotations

from typing import ClassVar

from textual import events
from textual.binding import Binding, BindingType
from textual.cache import LRUCache
from textual.content import Content
from textual.geometry import Region, Size
from textual.message import Message
from textual.reactive import reactive
from textual.scroll_view import ScrollView
from textual.strip import Strip
from textual.style import Style
from textual.visual import Visual

from authlens.frozen import message
from authlens.ui.widgets.controls.paint_guard import PaintGuard


class Rows(PaintGuard, ScrollView, can_focus=True, inherit_bindings=False):
    """Subclasses say how many rows there are and what each looks like."""

    COMPONENT_CLASSES: ClassVar[set[str]] = {"rows--cursor", "rows--blurred"}
    DEFAULT_CSS = """
    Rows {
        height: 1fr;
        background: transparent;
        scrollbar-size: 1 1;
        scrollbar-gutter: stable;
        overflow-x: hidden;
        & > .rows--cursor { background: $block-cursor-background; color: $block-cursor-foreground; }
        & > .rows--blurred { background: $block-cursor-blurred-background; color: $block-cursor-blurred-foreground; }
    }
    """
    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("up,k", "cursor(-1)", "Up", show=False, id="rows.up"),
        Binding("down,j", "cursor(1)", "Down", show=False, id="rows.down"),
        Binding("pageup", "page(-1)", "Page up", show=False, id="rows.page-up"),
        Binding("pagedown", "page(1)", "Page down", show=False, id="rows.page-down"),
        Binding("home", "first", "First", show=False, id="rows.first"),
        Binding("end", "last", "Last", show=False, id="rows.last"),
    ]

    cursor: reactive[int] = reactive(0)

    @message
    class Moved(Message):
        """The cursor moved to another row."""

        rows: Rows
        index: int

    def __init__(self) -> None:
        super().__init__()
        self._strips: LRUCache[tuple[int, int, bool, bool], Strip] = LRUCache(512)

    @property
    def line_width(self) -> int:
        """Cells for a row: the place of the scroll bar is always kept free."""
        return max(0, self.size.width - self.styles.scrollbar_size_vertical)

    @property
    def row_count(self) -> int:
        raise NotImplementedError

    def row(self, index: int, width: int) -> Content:
        """How the row looks."""
        raise NotImplementedError

    def rows_changed(self) -> None:
        """Call this when the rows have changed."""
        self._strips.clear()
        self.virtual_size = Size(0, self.row_count)
        self.cursor = min(self.cursor, max(0, self.row_count - 1))
        self.refresh()

    def validate_cursor(self, cursor: int) -> int:
        return max(0, min(cursor, self.row_count - 1))

    def watch_cursor(self) -> None:
        self.scroll_to_region(Region(0, self.cursor, 1, 1), animate=False, force=True)
        self.refresh()
        self.post_message(self.Moved(self, self.cursor))

    def action_cursor(self, by: int) -> None:
        self.cursor += by

    def action_page(self, by: int) -> None:
        self.cursor += by * max(1, self.size.height - 1)

    def action_first(self) -> None:
        self.cursor = 0

    def action_last(self) -> None:
        self.cursor = self.row_count - 1

    def notify_style_update(self) -> None:
        super().notify_style_update()
        self._strips.clear()

    def on_focus(self) -> None:
        self._strips.clear()

    def on_blur(self) -> None:
        self._strips.clear()

    def on_resize(self) -> None:
        self._strips.clear()

    def on_click(self, event: events.Click) -> None:
        index = event.y + self.scroll_offset.y
        if 0 <= index < self.row_count:
            self.cursor = index

    def render_line(self, y: int) -> Strip:
        index, width = y + self.scroll_offset.y, self.line_width
        if not 0 <= index < self.row_count or width < 1:
            return Strip.blank(width, self.rich_style)
        key = (index, width, index == self.cursor, self.has_focus)
        strip = self._strips.get(key)
        if strip is None:
            strip = self._strips[key] = self._drawn(index, width)
        return strip

    def _drawn(self, index: int, width: int) -> Strip:
        style = self.visual_style
        if index == self.cursor:
            name = "rows--cursor" if self.has_focus else "rows--blurred"
            style = style + Style.from_styles(self.get_component_styles(name))
        content = self.row(index, width).truncate(width, ellipsis=True)
        strips = Visual.to_strips(self, content, width, 1, style, apply_selection=False, pad=True)
        return strips[0].extend_cell_length(width, style.rich_style) if strips else Strip.blank(width, style.rich_style)
