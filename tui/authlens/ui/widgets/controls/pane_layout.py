"""Panes side by side, or one at a time below a row of tabs if there is no room or one is zoomed."""

from __future__ import annotations

from collections.abc import Collection

from textual.app import ComposeResult
from textual.containers import Container, Vertical
from textual.reactive import var
from textual.widget import Widget

from authlens.ui.runtime.key_queue import after_refresh
from authlens.ui.text.safe_content import safe_content, shortened
from authlens.ui.widgets.controls.choices import Choice, Choices
from authlens.ui.widgets.controls.pane import Pane

_SHORTEST, _LONGEST = 12, 32
"""Cells of a title that are shown on a tab."""
_TABS = "pane-tabs"


class PaneLayout(Vertical):
    DEFAULT_CSS = """
    PaneLayout { height: 1fr; }
    """

    zoomed: var[bool] = var(False, toggle_class="-zoomed")
    front: var[str] = var("")
    """The pane that is seen when only one is."""

    def __init__(self, *kinds: type[Pane], aside: type[Pane], lists: Collection[type[Pane]] = ()) -> None:
        """In the order in which they are visited. aside: the one that has its own place only on the widest screens.

        On other wide screens it replaces the panes next to the answer while it is in front.

        lists: the panes that one goes to in order to choose something; `back` leaves them.
        """
        super().__init__()
        self._kinds = (*kinds, aside)
        self._aside = aside.ID
        self._lists = frozenset(kind.ID for kind in lists)
        self._left = kinds[0].ID
        """The pane, other than a list, that was in front last."""
        self._panes: tuple[Pane, ...] = ()
        self._titles: dict[str, tuple[str, str]] = {}
        self.set_reactive(PaneLayout.front, kinds[0].ID)

    def hold(self, *panes: Pane) -> None:
        """One of each kind, before it is composed."""
        self._panes = panes

    def compose(self) -> ComposeResult:
        yield Choices(self._tabs(), self.front, key=_TABS)
        with Container(id="panes"):
            yield from self._panes

    def retitle(self, pane: str, title: str, mark: str) -> None:
        """What a pane's tab shows after its name: its frame is hidden on a small screen."""
        if self._titles.get(pane) != (title, mark):
            self._titles[pane] = (title, mark)
            self._draw_tabs()

    def _tabs(self) -> tuple[Choice, ...]:
        marks = sum(len(f" {mark}") for _, mark in self._titles.values())
        rest = sum(len(f" {pane.TITLE} ") for pane in self._kinds) + marks
        room = max(_SHORTEST, min(_LONGEST, self.size.width - rest))
        texts = {
            pane: shortened(safe_content(title), room).plain + mark for pane, (title, mark) in self._titles.items()
        }
        return tuple(Choice(pane.ID, pane.TITLE, texts.get(pane.ID, "")) for pane in self._kinds)

    def on_resize(self) -> None:
        self._draw_tabs()

    def _draw_tabs(self) -> None:
        for tabs in self.query(f"#{_TABS}").results(Choices):
            tabs.choices = self._tabs()

    def watch_front(self) -> None:
        if self.front not in self._lists:
            self._left = self.front
        self.set_class(self.front == self._aside, "-aside")
        for pane in self.query(Pane):
            pane.mark("-front", pane.id == self.front)
        for tabs in self.query(f"#{_TABS}").results(Choices):
            tabs.chosen = self.front

    def go_to(self, pane: str, *, focus: bool = True) -> None:
        """Bring a pane to the front where only one is seen, and focus it."""
        self.front = pane
        if focus:
            after_refresh(self, self._enter, pane)

    @property
    def is_in_list(self) -> bool:
        return self.front in self._lists

    def back(self) -> None:
        """From a list to where one was before, with the cursor where it was."""
        if self.is_in_list:
            self.go_to(self._left)

    def toggle(self, pane: str) -> None:
        """Go to a list, or from it to where one was before."""
        if self.front == pane:
            self.back()
        else:
            self.go_to(pane)

    def go_to_if_hidden(self, pane: str) -> None:
        """Bring a pane to the front where only one is seen; if all are, the focus does not move."""
        if self.screen.has_class("-narrow") or self.zoomed:
            self.go_to(pane)

    def next(self, by: int = 1) -> None:
        panes = [pane.ID for pane in self._kinds if pane.ID in (self.front, *self._visited())]
        self.go_to(panes[(panes.index(self.front) + by) % len(panes)])

    def _visited(self) -> list[str]:
        """The panes that the key goes to: all on tabs, otherwise those in view."""
        on_tabs = self.screen.has_class("-narrow") or self.zoomed
        return [pane.ID for pane in self._kinds if on_tabs or self._aside != pane.ID or self.screen.has_class("-huge")]

    def previous(self) -> None:
        self.next(-1)

    def zoom(self) -> None:
        """The pane in front over the whole screen, and back."""
        self.zoomed = not self.zoomed

    async def _enter(self, pane: str) -> None:
        await self.query_one(f"#{pane}", Pane).enter()

    def on_descendant_focus(self) -> None:
        pane = _pane_of(self.screen.focused)
        if pane is not None and pane.id is not None:
            self.front = pane.id

    def on_choices_chosen(self, event: Choices.Chosen) -> None:
        if event.choices.id == _TABS:
            event.stop()
            self.go_to(event.id)


def _pane_of(widget: Widget | None) -> Pane | None:
    return next((node for node in widget.ancestors_with_self if isinstance(node, Pane)), None) if widget else None
