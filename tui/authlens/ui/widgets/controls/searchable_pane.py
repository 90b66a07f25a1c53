"""A pane whose content is searched with one line, which Escape ends wherever the focus is in the pane."""

from __future__ import annotations

from typing import ClassVar

from textual.binding import Binding, BindingType

from authlens.ui.widgets.controls.pane import Pane
from authlens.ui.widgets.controls.search_box import SearchBox


class SearchablePane(Pane):
    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("escape", "end_search", "End search", id="search.end", tooltip="Show everything again"),
    ]

    def action_search(self) -> None:
        self.query_one(SearchBox).open()

    def action_end_search(self) -> None:
        self.query_one(SearchBox).action_close()

    def check_action(self, action: str, parameters: tuple[object, ...]) -> bool | None:
        if action == "end_search":
            return any(box.is_open for box in self.query(SearchBox))
        return super().check_action(action, parameters)
