"""The history on the main screen: pages of it, an old outcome shown, its request loaded or sent again."""

from __future__ import annotations

from dataclasses import replace

from textual import work

from authlens.core.invocation.invocation import Invocation
from authlens.core.saved.saved_request import SavedRequest
from authlens.sending import files_of
from authlens.ui.model.batch import is_redacted
from authlens.ui.model.draft import of_saved
from authlens.ui.runtime import background
from authlens.ui.screens.main.sending import Sending
from authlens.ui.widgets.history.history_pane import PAGE, HistoryPane
from authlens.ui.widgets.history.history_rows import HistoryRows


class Recall(Sending):
    @work(group="open history")
    async def open_history(self) -> None:
        """After the first paint: the newest page, and the check of the file after it."""
        self.history = history = await background.call(self.desk.open_history)
        self.history_problem = history.problem or ""
        self.recorded()
        await background.call(history.check)
        self.history_problem = history.problem or ""

    def watch_history_problem(self, problem: str) -> None:
        """Told whole and once: the pane's title has little room for it, and a small screen does not show it."""
        if problem:
            self.notify(f"History: {problem}", severity="warning", timeout=15, markup=False)

    def recorded(self) -> None:
        for pane in self.query(HistoryPane):
            self._page(HistoryPane.Wanted(pane.search))

    def on_history_pane_wanted(self, event: HistoryPane.Wanted) -> None:
        self._page(event)

    @work(exclusive=True, group="history page")
    async def _page(self, wanted: HistoryPane.Wanted) -> None:
        history = self.history
        if history is None:
            return
        rows = await background.call(lambda: history.page(wanted.search, wanted.before, PAGE))
        for pane in self.query(HistoryPane):
            pane.show(rows, wanted.before)
        if wanted.before is None:
            self.history_total = await background.call(lambda: history.count(wanted.search))

    @work(exclusive=True, group="recall")
    async def on_history_rows_asked(self, event: HistoryRows.Asked) -> None:
        history = self.history
        invocation = await background.call(lambda: history.get(event.number)) if history else None
        if invocation is None:
            self.notify(f"Invocation {event.number} is not in the history any more.", severity="warning", markup=False)
            return
        {"show": self.show, "load": self.load, "resend": self.resend}[event.action](invocation)

    def show(self, invocation: Invocation) -> None:
        """Show an old outcome."""
        self.invocation = invocation
        self.shown_number = invocation.number

    def load(self, invocation: Invocation) -> None:
        """Load its request into the form; undo brings back what was there."""
        origin = next(iter(files_of(invocation.source)), None)
        self.put(of_saved(saved_of(invocation, self.draft.saved)), None, replace(self.file, origin=origin))
        self.notify(f"Loaded the request of #{invocation.number}. Ctrl+Z brings back what was there.", markup=False)

    def resend(self, invocation: Invocation) -> None:
        """Send it again as it was; the form stays as it is."""
        if is_redacted(invocation):
            self.notify("The history keeps it redacted, so that it cannot be sent as it was.", markup=False)
        else:
            self.send(saved_of(invocation, SavedRequest(invocation.request)), invocation)


def saved_of(invocation: Invocation, rest: SavedRequest) -> SavedRequest:
    """The request of an invocation as a saved one."""
    return SavedRequest(invocation.request, rest.description, invocation.target, invocation.sign, rest.expect)
