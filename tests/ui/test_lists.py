"""Lists of lines and of things, from the moment they are made."""

from __future__ import annotations

from textual.app import App, ComposeResult
from textual.content import Content

from authlens.ui.runtime.textual_internals import FaultApp
from authlens.ui.text.page import Line, PageItem
from authlens.ui.widgets.controls.code_view import CodeView
from authlens.ui.widgets.controls.items import Items
from ui.stillness import StillPilot

SENTENCE = "A sentence that is longer than the view is wide, and is broken between its words."
LINES = (Line(Content(SENTENCE), is_prose=True), *(Line(Content(f"line {n}"), n, 0) for n in range(1, 9)))


class Lists(App[None]):
    def __init__(self) -> None:
        super().__init__()
        self.row_counts: list[int] = []

    def compose(self) -> ComposeResult:
        yield CodeView(LINES)
        yield Items([PageItem((Content(SENTENCE),)), PageItem((Content("two"),))])

    def on_mount(self) -> None:
        view, items = self.query_one(CodeView), self.query_one(Items)
        view.marks = {}
        items.items = (*items.items, PageItem((Content("three"),)))
        view.goto(0, 7)
        self.row_counts = [view.row_count, items.row_count]


async def test_nothing_is_broken_into_lines_before_its_width_is_known() -> None:
    app = Lists()
    async with app.run_test(size=(50, 30)):
        assert app.row_counts == [0, 0], "broken at one cell, a sentence would show one letter a line for a moment"
        await StillPilot(app).pause()  # type: ignore[arg-type]  # Pilot takes an App[object], and App is invariant
        view, items = app.query_one(CodeView), app.query_one(Items)
        assert view.row_count == 2 + 8
        assert items.row_count == 2 + 1 + 1
        line = view.line_at_cursor
        assert line is not None
        assert line.number == 7, "where it was sent before it was laid out"


async def test_lists_are_laid_out_although_something_asks_where_they_are_before_the_first_layout() -> None:
    """Textual makes its map of the screen then, and finds nothing new at the layout."""
    app = FaultApp()
    async with app.run_test(size=(50, 30)):
        view, items = CodeView(LINES), Items([PageItem((Content(SENTENCE),))])
        await app.screen.mount(view, items)
        app.screen._compositor.update_widgets({view, items})  # as a paint does that comes first
        assert [app.screen.find_widget(each).region.width for each in (view, items)] == [50, 50]
        await StillPilot(app).pause()
        assert [view.row_count, items.row_count] == [2 + 8, 2]
