"""Tabs whose pages are built when first opened: an unopened page costs nothing."""

from __future__ import annotations

from collections.abc import Callable

from textual.app import ComposeResult
from textual.containers import Vertical
from textual.content import Content
from textual.message import Message
from textual.reactive import var
from textual.widget import Widget

from authlens.frozen import dataclass, message
from authlens.ui.widgets.controls.choices import Choice, Choices


@dataclass(frozen=True, slots=True)
class Page:
    id: str
    label: str
    build: Callable[[], Widget]
    """Called in the context of the `Pages`, once."""


def _fills(widget: Widget) -> bool:
    """Whether its height is what others leave."""
    return widget.styles.height is not None and widget.styles.height.is_fraction


class Pages(Vertical):
    """A row of choices above the chosen page."""

    DEFAULT_CSS = """
    Pages { height: 1fr; }
    Pages > .page { height: 1fr; }
    Pages.-stacked { overflow-y: auto; scrollbar-size: 0 1; scrollbar-gutter: stable; }
    Pages.-stacked > .page {
        height: auto; scrollbar-gutter: auto; margin-bottom: 1;
        border-top: solid $border-blurred; border-title-color: $foreground-muted;
    }
    """

    stacked: var[bool] = var(False, toggle_class="-stacked")
    """All pages below each other, where there is room for them."""

    @message
    class Opened(Message):
        """A page came to the front. `page` is its widget."""

        pages: Pages
        page: Widget
        first_time: bool

    def __init__(self, *pages: Page, chosen: str = "", key: str | None = None) -> None:
        super().__init__(id=key)
        self._pages = {page.id: page for page in pages}
        self._built: dict[str, Widget] = {}
        self._chosen = chosen or pages[0].id

    @property
    def choices(self) -> Choices:
        return self.query_one(Choices)

    @property
    def chosen(self) -> str:
        return self._chosen

    def page(self, page_id: str) -> Widget | None:
        """A page that was made."""
        return self._built.get(page_id)

    @property
    def current(self) -> Widget:
        """The page in front."""
        return self._built[self._chosen]

    @property
    def rows_free(self) -> int:
        """Rows below what is in front, negative if it is cut off. A page that fills them needs its least height."""
        front = self if self.stacked else self.current
        last = next((child for child in reversed(front.children) if child.display), None)
        if last is None:
            return 0
        least = last.styles.min_height
        spare = last.outer_size.height - int(least.value) if least is not None and _fills(last) else 0
        return front.size.height - last.virtual_region.bottom - last.styles.margin.bottom + spare

    def compose(self) -> ComposeResult:
        yield Choices([Choice(page.id, page.label) for page in self._pages.values()], self._chosen)
        yield self._build(self._chosen)

    def open(self, page_id: str) -> Widget:
        """Bring a page to the front; it is made if it was never seen."""
        self._chosen = self.choices.chosen = page_id
        first_time = page_id not in self._built
        if first_time:
            self.mount(self._build(page_id))
        self._show()
        self.post_message(self.Opened(self, self._built[page_id], first_time))
        return self._built[page_id]

    def turn(self, by: int) -> Widget:
        """To the page this many further on, round and round."""
        ids = list(self._pages)
        return self.open(ids[(ids.index(self._chosen) + by) % len(ids)])

    def watch_stacked(self, stacked: bool) -> None:
        if stacked:
            order = [self._built.get(page_id) or self._build(page_id) for page_id in self._pages]
            self.mount(*(widget for widget in order if not widget.is_attached))
            self.sort_children(key=lambda widget: order.index(widget) + 1 if widget in order else 0)
        self._show()

    def _show(self) -> None:
        for page_id, widget in self._built.items():
            widget.display = self.stacked or page_id == self._chosen
        if self.stacked:
            self.call_after_refresh(self._built[self._chosen].scroll_visible, animate=False)

    def on_choices_chosen(self, event: Choices.Chosen) -> None:
        if event.choices is self.choices:
            event.stop()
            self.open(event.id)

    def mark(self, marks: dict[str, str], quiet: frozenset[str] = frozenset()) -> None:
        """Put words or glyphs after the labels, and dim some."""
        self.choices.choices = tuple(
            Choice(page.id, page.label, marks.get(page.id, ""), page.id in quiet) for page in self._pages.values()
        )

    def _build(self, page_id: str) -> Widget:
        widget = self._built[page_id] = self._pages[page_id].build()
        widget.add_class("page")
        widget.border_title = Content(f" {self._pages[page_id].label} ")
        return widget
