"""Several requests at once: replays of earlier ones, one request to several targets, its negative cases."""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from dataclasses import replace
from typing import TYPE_CHECKING

from authlens.core.invocation.invocation import Invocation
from authlens.core.request.target import DEMO
from authlens.sending import Sender, files_of, left_behind
from authlens.ui.model.batch import BatchItem, counted, is_redacted
from authlens.ui.runtime import background
from authlens.ui.runtime.host import Host, Typing, Work
from authlens.ui.runtime.services import AppServices
from authlens.ui.screens.dialogs.dialog import AskText
from authlens.ui.screens.dialogs.trust import may_send
from authlens.ui.screens.main.answer import AnswerController
from authlens.ui.screens.main.form import FormController
from authlens.ui.screens.main.history import HistoryController
from authlens.ui.screens.main.identity import IdentityController

if TYPE_CHECKING:
    from pathlib import Path

    from authlens.core.expect.negative_cases import NegativeCase
    from authlens.core.saved.expectation import Expectation
    from authlens.ui.screens.dialogs.verdicts import Sent

MOST_AT_ONCE = 4
"""Requests of one batch that run at the same time."""

_TARGETS = """One target per line (Alt+Enter starts a new line), for example
  local=authorizers.yaml
  profile=prod,region=eu-west-1
  authorizer=Other
The form's own target comes first."""


class BatchController:
    def __init__(
        self,
        services: AppServices,
        sender: Sender,
        host: Host,
        form: FormController,
        answer: AnswerController,
        history: HistoryController,
        identity: IdentityController,
        show: Callable[[Invocation, Expectation | None], None],
        running_changed: Callable[[], None],
    ) -> None:
        """show: puts an answer in view, judged by an expectation. running_changed: a batch begins or ends."""
        self._services = services
        self._sender = sender
        self._host = host
        self._form = form
        self._answer = answer
        self._history = history
        self._identity = identity
        self._show = show
        self._running_changed = running_changed
        self.is_running = False
        self._is_stopped = False

    def run(self, work: Work, typing: Typing = "goes on") -> None:
        """Run a batch, unless one is under way: what it has sent would be lost."""
        if self.is_running:
            self._host.notify("Other requests are still being sent. Esc stops that.", "warning")
        else:
            self._host.run(work, "batch", typing=typing)

    def stop(self) -> None:
        """Send nothing more of the batch; what is under way is awaited."""
        self._is_stopped = True

    def replay(self, numbers: tuple[int, ...]) -> None:
        """Send earlier requests again, unchanged, and report whether the outcomes are the same."""
        self.run(lambda: self._replay(numbers))

    async def _replay(self, numbers: tuple[int, ...]) -> None:
        whole = [each for each in await self._history.get_all(numbers) if not is_redacted(each)]
        if len(whole) < len(numbers):
            left = len(numbers) - len(whole)
            self._host.notify(f"Not sent again, because deleted or stored redacted: {counted(left, 'request')}.")
        base = self._form.state.base
        await self._table("Replay", [BatchItem.of_old(each, base) for each in whole])

    def several_targets(self) -> None:
        """The same request to several targets, one table of verdicts."""
        self.run(self._several_targets, "waits for the dialog")

    async def _several_targets(self) -> None:
        from authlens.core.saved.destination import read_destination

        text = await self._host.ask(AskText("Send to several targets", note=_TARGETS))
        try:
            destinations = [read_destination(line) for line in (text or "").splitlines() if line.strip()]
        except ValueError as error:
            self._host.notify(str(error), "warning")
            return
        if destinations:
            form = self._form.state
            saved, base = form.sent, form.base
            for each in destinations:
                self._sender.gate.vouch(each.target, base)
            items = [BatchItem(each.text, each.of(saved), base) for each in destinations]
            await self._table("Targets", [BatchItem("the form's target", saved, base), *items])

    async def run_all(self, items: list[BatchItem]) -> tuple[int, Invocation] | None:
        """Saved requests, each judged by its own expectation. Returns which of them is to be shown, with its answer."""
        return await self._send("Saved requests", items, is_suite=True)

    async def _table(self, title: str, items: list[BatchItem]) -> None:
        """Send them, and show the one that was chosen among the verdicts."""
        chosen = await self._send(title, items)
        if chosen is not None:
            self._show(chosen[1], None)

    async def _send(
        self, title: str, items: list[BatchItem], *, is_suite: bool = False
    ) -> tuple[int, Invocation] | None:
        from authlens.ui.screens.dialogs.verdicts import Sent, VerdictsScreen

        if not items:
            return None
        own = self._form.state.file.sources
        for item in items:
            sources = files_of(item.source) or own
            if not await may_send(self._host, self._sender, self._services, item.saved, item.base, sources):
                return None
        found = [(index, answer) for index, answer in enumerate(await self._answers(items)) if answer is not None]
        if not found:
            return None
        first = found[0][1]
        sent = [
            self._judged(items[index], answer)
            if is_suite
            else Sent(items[index].label, answer, items[index].against or (first if answer is not first else None))
            for index, answer in found
        ]
        chosen = await self._host.ask(VerdictsScreen(title, sent, self._answer.questions))
        return None if chosen is None else found[chosen]

    async def _answers(self, items: list[BatchItem]) -> list[Invocation | None]:
        """As they are recorded; `None` for what was not sent, because the user stopped."""
        turns, answered, many = asyncio.Semaphore(MOST_AT_ONCE), 0, counted(len(items), "request")

        def say() -> None:
            so_far = f": {answered} answered. Esc stops." if answered else " …"
            self._host.notify(f"Sending {many}{so_far}", seconds=60, kind="batch")

        async def answer_to(item: BatchItem) -> Invocation | None:
            nonlocal answered
            async with turns:
                answer = None if self._is_stopped else await self._history.add(await self._run(item))
            answered += answer is not None
            return answer

        self._is_stopped, self.is_running = False, True
        self._running_changed()
        say()
        stop_saying = self._host.every(0.5, say)
        try:
            answers = await asyncio.gather(*map(answer_to, items))
        finally:
            stop_saying()
            self.is_running = False
            self._host.forget("batch")
            self._history.refresh()
            self._running_changed()
        if answered < len(items):
            self._host.notify(f"Stopped: {answered} of {many} were sent.")
        return answers

    def _judged(self, item: BatchItem, answer: Invocation) -> Sent:
        """A saved request with its answer, judged; of a sample that does not pass yet, what there is to do."""
        from authlens.core.expect.check import judge
        from authlens.ui.screens.dialogs.verdicts import Sent
        from authlens.ui.text.answer.sample_text import is_exercise, sample_text

        judgement = judge(item.saved.expect, answer)
        if item.saved.target.local != DEMO:
            return Sent(item.label, answer, None, judgement)
        from authlens.look_ahead import look_ahead

        known = look_ahead(item.saved, self._services.environ, item.base).authorizer
        whole = replace(answer, authorizer=answer.authorizer or known)
        return Sent(item.label, answer, None, judgement, sample_text(whole, judgement), is_exercise(whole, judgement))

    async def _run(self, item: BatchItem) -> Invocation:
        seconds, started_at = self._services.settings.total_timeout, self._services.now()
        try:
            return await background.call(lambda: self._sender.send(item.saved, item.base, item.source), seconds)
        except (TimeoutError, background.TooManyAbandoned):
            return left_behind(item.saved, item.source, started_at, seconds)

    def negative_cases(self) -> None:
        """Write negative cases of this good request."""
        self.run(self._negative_cases)

    async def _negative_cases(self) -> None:
        from authlens.core.expect.negative_cases import is_refused
        from authlens.store.negative_files import cases_of
        from authlens.ui.screens.dialogs.pick import PickScreen

        form, environ, authorizer = self._form.state, self._services.environ, self._identity.state.authorizer
        saved, base = form.draft.saved, form.base
        if is_refused(saved):
            self._host.notify("This request already expects to be refused: negative cases are made from a good one.")
            return
        problems: list[str] = []
        cases = await background.call(lambda: cases_of(saved, authorizer, base, environ, problems.append))
        if not cases:
            self._host.notify("There is nothing in this request yet to derive a negative case from.")
            return
        things = [(case.name, case.name.replace("-", " ")) for case in cases]
        chosen = await self._host.ask(PickScreen("Negative cases", things))
        stem, folder = (form.file.path.stem if form.file.path else "request"), base or form.folder
        wanted = {folder / f"{stem}-{case.name}.yaml": case for case in cases if case.name in (chosen or ())}
        refused = await background.call(lambda: _written(wanted, base))
        for problem in (*(problems if wanted else ()), *refused):
            self._host.notify(problem, "warning")
        written = len(wanted) - len(refused)
        if written:
            self._host.notify(f"Wrote {counted(written, 'saved request')} to {folder}. Ctrl+O opens them.")


def _written(cases: dict[Path, NegativeCase], base: Path | None) -> list[str]:
    """Write each to its new file. Returns a sentence for each that was not written."""
    from authlens.store.negative_files import write_case
    from authlens.store.requests import RequestFileError

    problems = []
    for path, case in cases.items():
        try:
            write_case(case, path, base)
        except RequestFileError as error:
            problems.append(str(error))
    return problems
