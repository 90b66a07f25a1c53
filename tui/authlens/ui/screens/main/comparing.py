"""Comparing on the main screen: marked invocations, a pinned baseline, replays, targets, and the expectation."""

from __future__ import annotations

import asyncio
from dataclasses import replace
from typing import TYPE_CHECKING

from textual import work

from authlens.core.invocation.invocation import Invocation
from authlens.sending import files_of
from authlens.ui.model.batch import Errand, counted, is_redacted
from authlens.ui.runtime import background
from authlens.ui.screens.dialogs.trust import may_send
from authlens.ui.screens.main.form import MainState
from authlens.ui.screens.main.history import Recall
from authlens.ui.widgets.history.history_rows import HistoryRows

if TYPE_CHECKING:
    from pathlib import Path

    from authlens.core.compare.compare import Comparison, Side
    from authlens.core.expect.negative_cases import NegativeCase

MOST_AT_ONCE = 4
"""Requests of one batch that run at the same time."""

_TARGETS = """One target a line (Alt+Enter breaks the line), for example
  local=authorizers.yaml
  profile=prod,region=eu-west-1
  authorizer=Other
The form's own target comes first."""


class Comparing(Recall, MainState):
    def asked_of(self, action: str, numbers: tuple[int, ...]) -> None:
        """Something is to be done with invocations of the history."""
        if action == "compare":
            self._compare_numbers(numbers)
        elif action == "pin":
            self._pin(numbers[0])
        elif action == "replay":
            self._replay(numbers)

    def on_history_rows_several(self, event: HistoryRows.Several) -> None:
        event.stop()
        self.asked_of(event.action, event.numbers)

    # Two invocations

    @work(exclusive=True, group="compare")
    async def _compare_numbers(self, numbers: tuple[int, ...]) -> None:
        """Two of the history; one alone is compared with what the answer shows."""
        found = [await self._stored(number) for number in sorted(numbers[:2])]
        sides = [invocation for invocation in found if invocation is not None]
        if len(sides) == 1 and self.invocation is not None:
            sides = sorted([sides[0], self.invocation], key=lambda each: each.number or 1 << 62)
        if len(sides) < 2 or sides[0].number == sides[1].number:
            self.notify("Mark two with the space bar, or stand on another than the one that is shown.", markup=False)
            return
        await self._open_comparison(sides[0], sides[1])

    async def _stored(self, number: int) -> Invocation | None:
        history = self.history
        return await background.call(lambda: history.get(number)) if history else None

    async def _open_comparison(self, left: Invocation | Side, right: Invocation | Side) -> None:
        from authlens.core.compare.compare import compare

        questions = self.questions or None
        self._show_comparison(await background.call(lambda: compare(left, right, questions)))

    def _show_comparison(self, comparison: Comparison) -> None:
        from authlens.ui.screens.dialogs.compare import CompareScreen

        self.app.push_screen(CompareScreen(comparison))

    @work(exclusive=True, group="compare")
    async def action_compare_form(self) -> None:
        """The form beside the last run that is shown."""
        if self.invocation is None:
            self.notify("Send it first: then the form can be compared with that run.", markup=False)
            return
        from authlens.core.compare.compare import Side

        shown = self.invocation
        saved = self.draft.saved
        form = Side.of_draft(saved, "the form", self.known_authorizer(saved))
        await self._open_comparison(Side.of(shown, f"#{shown.number}"), form)

    # The baseline

    @work(exclusive=True, group="compare")
    async def _pin(self, number: int) -> None:
        if self.pinned and self.baseline is not None and self.baseline.number == number:
            self.pinned, self.baseline = False, None
            self.notify("The baseline is let go.", markup=False)
            return
        stored = await self._stored(number)
        if stored is not None:
            self.pinned, self.baseline = True, stored
            self.notify(f"#{number} is the baseline: every answer is compared with it as it comes.", markup=False)

    def action_pin_shown(self) -> None:
        """The answer that is shown becomes the baseline, or is let go."""
        if self.invocation is None or self.invocation.number is None:
            self.notify("Send it first: its answer can then be the baseline.", markup=False)
        else:
            self._pin(self.invocation.number)

    def watch_baseline(self, baseline: Invocation | None) -> None:
        for rows in self.query(HistoryRows):
            rows.mark_baseline(baseline.number if baseline is not None else None)

    # Replays

    @work(exclusive=True, group="batch")
    async def _replay(self, numbers: tuple[int, ...]) -> None:
        """Send old requests again, as they were, and say at once whether the outcome is the same."""
        found = [await self._stored(number) for number in numbers]
        whole = [each for each in found if each is not None and not is_redacted(each)]
        if len(whole) < len(numbers):
            left = len(numbers) - len(whole)
            self.notify(f"{left} of them cannot be sent as they were: they are gone, or kept redacted.", markup=False)
        await self._send_batch("Replay", [Errand.of_old(each, self.base) for each in whole])

    @work(exclusive=True, group="batch")
    async def action_several_targets(self) -> None:
        """The same request to several targets, one table of verdicts."""
        from authlens.core.saved.destination import read_destination
        from authlens.ui.screens.dialogs.dialog import AskText

        text = await self.app.push_screen_wait(AskText("Send to several targets", note=_TARGETS))
        try:
            destinations = [read_destination(line) for line in (text or "").splitlines() if line.strip()]
        except ValueError as error:
            self.notify(str(error), severity="warning", markup=False)
            return
        if destinations:
            saved, base = self.draft.saved, self.base
            for each in destinations:
                self.sender.gate.vouch(each.target, base)
            errands = [Errand(each.text, each.of(saved), base) for each in destinations]
            await self._send_batch("Targets", [Errand("the form's target", saved, base), *errands])

    async def _send_batch(self, title: str, errands: list[Errand]) -> None:
        from authlens.ui.screens.dialogs.verdicts import Sent, VerdictsScreen

        if not errands:
            return
        for errand in errands:
            sources = files_of(errand.source) or self.file.sources
            if not await may_send(self, self.sender, self.desk, errand.saved, errand.base, sources):
                return
        self.notify(f"Sending {counted(len(errands), 'request')} …", markup=False)
        turns = asyncio.Semaphore(MOST_AT_ONCE)
        answers = await asyncio.gather(*(self._run_errand(errand, turns) for errand in errands))
        recorded = [await self._recorded(answer) for answer in answers]
        self.recorded()
        sent = [
            Sent(errand.label, answer, errand.against or (recorded[0] if index else None))
            for index, (errand, answer) in enumerate(zip(errands, recorded, strict=True))
        ]
        await self.app.push_screen_wait(VerdictsScreen(title, sent, self.questions))

    async def _run_errand(self, errand: Errand, turns: asyncio.Semaphore) -> Invocation:
        from authlens.sending import left_behind

        sender, seconds, started_at = self.sender, self.desk.settings.total_timeout, self.desk.now()
        async with turns:
            try:
                return await background.call(lambda: sender.send(errand.saved, errand.base, errand.source), seconds)
            except (TimeoutError, background.TooManyAbandoned):
                return left_behind(errand.saved, errand.source, started_at, seconds)

    async def _recorded(self, invocation: Invocation) -> Invocation:
        history = self.history
        return await background.call(lambda: history.record(invocation)) if history else invocation

    # The expectation

    def action_record_expectation(self) -> None:
        """What just happened becomes what the saved request expects."""
        if self.invocation is None:
            self.notify("Send it first: what happens then can be recorded as the expectation.", markup=False)
            return
        from authlens.core.expect.record import recorded

        expect = recorded(self.invocation, self.questions, self.draft.expect)
        self.put(replace(self.draft, expect=expect))
        self.notify("Recorded as the expectation; Ctrl+S saves it with the request.", markup=False)

    @work(exclusive=True, group="compare")
    async def action_compare_expectation(self) -> None:
        """The answer beside what the saved request expects."""
        expect, invocation = self.draft.expect, self.invocation
        if expect is None or invocation is None:
            self.notify("It takes an answer and an expectation to compare them.", markup=False)
            return
        from authlens.core.expect.difference import compare_with_expectation

        self._show_comparison(await background.call(lambda: compare_with_expectation(expect, invocation)))

    # Negative cases

    @work(exclusive=True, group="batch")
    async def action_negative_cases(self) -> None:
        """Write requests that must be refused, made from this good one."""
        from authlens.core.expect.negative_cases import is_refused
        from authlens.store.negative_files import cases_of
        from authlens.ui.screens.dialogs.pick import PickScreen

        saved, base, environ = self.draft.saved, self.base, self.desk.environ
        if is_refused(saved):
            self.notify(
                "This request expects to be refused already: negative cases are made from a good one.", markup=False
            )
            return
        problems: list[str] = []
        cases = await background.call(lambda: cases_of(saved, self.authorizer, base, environ, problems.append))
        if not cases:
            self.notify("This request holds nothing yet that could be made wrong.", markup=False)
            return
        things = [(case.name, case.name.replace("-", " ")) for case in cases]
        chosen = await self.app.push_screen_wait(PickScreen("Negative cases", things))
        stem, folder = (self.file.path.stem if self.file.path else "request"), base or self.folder
        wanted = {folder / f"{stem}-{case.name}.yaml": case for case in cases if case.name in (chosen or ())}
        refused = await background.call(lambda: _written(wanted, base))
        for problem in (*(problems if wanted else ()), *refused):
            self.notify(problem, severity="warning", markup=False)
        written = len(wanted) - len(refused)
        if written:
            self.notify(f"Wrote {counted(written, 'saved request')} to {folder}. Ctrl+O opens them.", markup=False)


def _written(cases: dict[Path, NegativeCase], base: Path | None) -> list[str]:
    """Write each to its new file. What was in the way, a sentence for each that was not written."""
    from authlens.store.negative_files import write_case
    from authlens.store.requests import RequestFileError

    problems = []
    for path, case in cases.items():
        try:
            write_case(case, path, base)
        except RequestFileError as error:
            problems.append(str(error))
    return problems
