"""The history: pages of it, an old invocation chosen, a new one recorded."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from typing import TYPE_CHECKING, Any

from authlens.core.deployment.deployment import Deployment
from authlens.core.invocation.invocation import Invocation
from authlens.core.request.authorizer import Authorizer
from authlens.ui.model.screen_values import HistoryPage, HistoryState
from authlens.ui.runtime import background
from authlens.ui.runtime.host import Host
from authlens.ui.runtime.services import AppServices
from authlens.ui.runtime.start import Project

if TYPE_CHECKING:
    from authlens.store.history.history import History, HistoryRow, Scope

PAGE = 100
"""Rows that are loaded at once."""
_AT_ONCE = 5
"""Rows whose failing stage is worked out before they are shown; with more of them the rows come first."""
_SEARCHED = 500
"""Rows among which the last allowed run is looked for."""
_MOST_OWN = 200
"""Numbers of runs of this session that are listed with those of the project, wherever they went."""
_MOST_AWAITED = 50
"""Invocations that were recorded and may still be completed by what is read after the send."""


class HistoryController:
    def __init__(
        self,
        services: AppServices,
        host: Host,
        changed: Callable[[HistoryState], None],
        recorded: Callable[[Invocation, Invocation], None],
        chosen: Callable[[str, Invocation], None],
    ) -> None:
        self._services = services
        self._host = host
        self._changed = changed
        self._recorded = recorded
        """Receives an invocation as it was, and as it is once recorded."""
        self._chosen = chosen
        """Receives what to do with an invocation."""
        self._history: History | None = None
        self._search = ""
        self._project: Project | None = None
        self._own: tuple[int, ...] = ()
        """What was sent from here."""
        self._unrecorded: dict[int, tuple[Invocation, Authorizer | None, Deployment | None]] = {}
        """By the identity of an invocation that has no number yet: what was read for it meanwhile."""
        self._records: dict[int, tuple[Invocation, Invocation]] = {}
        """By the identity of an invocation: as it was, and as it was recorded."""
        self.state = HistoryState(is_off=services.settings.history_keep == "off")

    @property
    def store(self) -> History | None:
        return self._history

    def limit_to(self, project: Project | None) -> None:
        """List only the runs of a project, until the user wants all; before anything is read."""
        self._project = project
        if project is not None:
            self._publish(project=project.name, is_of_project=True)

    def toggle_scope(self) -> None:
        """From the runs of the project to all of them, and back."""
        if self._project is not None:
            self._publish(is_of_project=not self.state.is_of_project)
            self.page(self._search)

    def _scope(self) -> Scope | None:
        project = self._project
        if project is None or not self.state.is_of_project:
            return None
        from authlens.store.history.scope import Scope  # loaded with the history

        return Scope(project.folder, project.target, self._own)

    def open(self) -> None:
        """Read the newest page, and check the file after it."""
        self._host.run(self._open, "open history")

    async def _open(self) -> None:
        self._history = history = await background.call(self._services.open_history)
        self._complain(history)
        self.page(self._search)
        await background.call(history.check)
        self._complain(history)

    def record(self, invocation: Invocation) -> None:
        """Into the history; it is on the screen already."""
        self._host.run(lambda: self._record(invocation), "record", exclusive=False)

    async def _record(self, invocation: Invocation) -> None:
        recorded = await self.add(invocation)
        if recorded.number is not None:
            self._own = (*self._own, recorded.number)[-_MOST_OWN:]
        if self._history is not None:
            self._complain(self._history)
        self._recorded(invocation, recorded)
        self._records[id(invocation)] = (invocation, recorded)
        for key in list(self._records)[:-_MOST_AWAITED]:
            del self._records[key]
        read = self._unrecorded.pop(id(invocation), None)
        if read is not None:
            await self._complete(recorded, *read[1:])
        self.page(self._search)

    def know(self, invocation: Invocation, authorizer: Authorizer | None, deployment: Deployment | None) -> None:
        """What was read for an invocation after it was sent: its record keeps it, as soon as there is one."""
        _, recorded = self._records.get(id(invocation), (None, None))
        if recorded is None:
            self._unrecorded[id(invocation)] = (invocation, authorizer, deployment)
        else:
            self._host.run(lambda: self._complete(recorded, authorizer, deployment), "complete", exclusive=False)

    async def _complete(
        self, recorded: Invocation, authorizer: Authorizer | None, deployment: Deployment | None
    ) -> None:
        history = self._history
        if history is None or recorded.number is None:
            return
        whole = replace(recorded, authorizer=recorded.authorizer or authorizer, deployment=deployment)
        if whole == recorded:
            return
        await background.call(lambda: history.update(whole))
        self._complain(history)

    async def add(self, invocation: Invocation) -> Invocation:
        """As it is recorded."""
        history = self._history
        return await background.call(lambda: history.record(invocation)) if history else invocation

    async def get(self, number: int) -> Invocation | None:
        history = self._history
        return await background.call(lambda: history.get(number)) if history else None

    async def get_all(self, numbers: tuple[int, ...]) -> list[Invocation]:
        """Those of them that still exist."""
        found = [await self.get(number) for number in numbers]
        return [invocation for invocation in found if invocation is not None]

    async def judged(self, search: str) -> list[HistoryRow]:
        """The newest rows that match, each with the stage at which it failed."""
        history = self._history
        if history is None:
            return []
        rows = await background.call(lambda: history.page(search, None, _SEARCHED))
        unjudged = [row.number for row in rows if row.stage is None]
        if not unjudged:
            return rows
        return await background.call(lambda: _judged_page(history, unjudged, search, None, None, _SEARCHED))

    def page(self, search: str, before: int | None = None) -> None:
        """Read rows that match, older than `before`."""
        self._search = search
        self._host.run(lambda: self._page(search, before), "history page")

    def refresh(self) -> None:
        """The newest rows again."""
        self.page(self._search)

    async def _page(self, search: str, before: int | None) -> None:
        history = self._history
        if history is None:
            return
        scope = self._scope()
        rows = await background.call(lambda: _page_of(history, search, before, scope))
        unjudged = [row.number for row in rows if row.stage is None]
        if unjudged and (before is not None or len(unjudged) <= _AT_ONCE):
            rows = await background.call(lambda: _judged_page(history, unjudged, search, before, scope))
            unjudged = []
        self._publish(page=HistoryPage(tuple(rows), before, len(rows) < PAGE))
        if unjudged:  # records of `authlens invoke` and of an older version
            rows = await background.call(lambda: _judged_page(history, unjudged, search, before, scope))
            self._publish(page=HistoryPage(tuple(rows), before, len(rows) < PAGE))
        if before is None:
            total = await background.call(lambda: history.count(search, scope))
            every = total if scope is None else await background.call(lambda: history.count(search))
            self._publish(total=total, all=every)

    def choose(self, action: str, number: int) -> None:
        """Show an invocation, load its request, or send it again."""
        self._host.run(lambda: self._choose(action, number), "recall", typing="waits")

    async def _choose(self, action: str, number: int) -> None:
        invocation = await self.get(number)
        if invocation is None:
            self._host.notify(f"Invocation {number} is no longer in the history.", "warning")
        else:
            self._chosen(action, invocation)

    def _complain(self, history: History) -> None:
        """In full and once: the pane's title has little room for it, and a small screen does not show it."""
        problem = history.problem or ""
        if problem and problem != self.state.problem:
            self._host.notify(f"History: {problem}", "warning", 15)
        self._publish(problem=problem)

    def _publish(self, **changes: Any) -> None:
        self.state = replace(self.state, **changes)
        self._changed(self.state)


def _page_of(
    history: History, search: str, before: int | None, scope: Scope | None, limit: int = PAGE
) -> list[HistoryRow]:
    return history.with_client_ids(history.page(search, before, limit, scope))


def _judged_page(
    history: History, numbers: list[int], search: str, before: int | None, scope: Scope | None, limit: int = PAGE
) -> list[HistoryRow]:
    """A page once it is known at which stage these failed."""
    from authlens.core.verdict.failing_stage import stage_and_words

    history.judge(numbers, stage_and_words)
    return _page_of(history, search, before, scope, limit)
