"""Comparing on the main screen: marked invocations, a pinned baseline, replays, targets, and the expectation."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

from textual import work

from authlens.core.invocation import Invocation
from authlens.core.saved_request import SavedRequest
from authlens.ui import background
from authlens.ui.screens.main_state import MainState
from authlens.ui.screens.recall import Recall, saved_of
from authlens.ui.widgets.history_rows import HistoryRows

if TYPE_CHECKING:
    from authlens.core.compare import Comparison, Side
    from authlens.ui.screens.verdicts import Sent

MOST_AT_ONCE = 4
"""Requests of one batch that run at the same time."""


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
            self.notify("Mark two invocations with the space bar, then press c.", markup=False)
            return
        await self._open_comparison(sides[0], sides[1])

    async def _stored(self, number: int) -> Invocation | None:
        history = self.history
        return await background.call(lambda: history.get(number)) if history else None

    async def _open_comparison(self, left: Invocation | Side, right: Invocation | Side) -> None:
        from authlens.core.compare import compare

        questions = self.questions or None
        self._show_comparison(await background.call(lambda: compare(left, right, questions)))

    def _show_comparison(self, comparison: Comparison) -> None:
        from authlens.ui.screens.compare import CompareScreen

        self.app.push_screen(CompareScreen(comparison))

    @work(exclusive=True, group="compare")
    async def action_compare_form(self) -> None:
        """The form beside the last run that is shown."""
        if self.invocation is None:
            self.notify("Send it first: then the form can be compared with that run.", markup=False)
            return
        from authlens.core.compare import Side

        shown = self.invocation
        await self._open_comparison(Side.of(shown, f"#{shown.number}"), Side.of_draft(self.draft.saved, "the form"))

    # The baseline

    @work(exclusive=True, group="compare")
    async def _pin(self, number: int) -> None:
        pinned = self.baseline
        if pinned is not None and pinned.number == number:
            self.baseline = None
            self.notify("The baseline is let go.", markup=False)
            return
        self.baseline = await self._stored(number)
        self.notify(f"#{number} is the baseline: every answer is compared with it as it comes.", markup=False)

    # Replays

    @work(exclusive=True, group="batch")
    async def _replay(self, numbers: tuple[int, ...]) -> None:
        """Send old requests again, as they were, and say at once whether the outcome is the same."""
        stored = [each for each in [await self._stored(number) for number in numbers] if each is not None]
        batch = [(f"#{each.number}", saved_of(each, SavedRequest(each.request))) for each in stored]
        await self._send_batch("Replay", batch, stored)

    @work(exclusive=True, group="batch")
    async def action_several_targets(self) -> None:
        """The same request to several targets, one table of verdicts."""
        from authlens.core.destination import read_destination
        from authlens.ui.screens.dialog import AskText

        note = (
            "One target a line (Alt+Enter breaks the line), for example\n"
            "  local=authorizers.yaml\n  profile=prod,region=eu-west-1\n  authorizer=Other\n"
            "The form's own target comes first."
        )
        text = await self.app.push_screen_wait(AskText("Send to several targets", note=note))
        try:
            destinations = [read_destination(line) for line in (text or "").splitlines() if line.strip()]
        except ValueError as error:
            self.notify(str(error), severity="warning", markup=False)
            return
        saved = self.draft.saved
        batch = [("here", saved), *((each.text, each.of(saved)) for each in destinations)]
        if destinations:
            await self._send_batch("Targets", batch, ())

    async def _send_batch(
        self, title: str, batch: list[tuple[str, SavedRequest]], originals: tuple[Invocation, ...] | list[Invocation]
    ) -> None:
        from authlens.ui.screens.verdicts import Sent, VerdictsScreen

        sent: list[Sent] = []
        base, sender, seconds = self.base, self.sender, self.desk.settings.total_timeout
        self.notify(f"Sending {len(batch)} requests …", markup=False)
        for index, (label, saved) in enumerate(batch):
            try:
                invocation = await background.call(lambda saved=saved: sender.send(saved, base, None), seconds)  # type: ignore[misc]  # the default binds the loop's value
            except (TimeoutError, background.TooManyAbandoned):
                self.notify(f"{label}: no whole answer within {seconds:g} s.", severity="warning", markup=False)
                continue
            recorded = await self._recorded(invocation)
            against = originals[index] if originals else sent[0].invocation if sent else None
            sent.append(Sent(label, recorded, against))
        self.recorded()
        if not sent:
            return
        chosen = await self.app.push_screen_wait(VerdictsScreen(title, sent))
        if chosen is not None and chosen.against is not None:
            await self._open_comparison(chosen.against, chosen.invocation)

    async def _recorded(self, invocation: Invocation) -> Invocation:
        history = self.history
        return await background.call(lambda: history.record(invocation)) if history else invocation

    # The expectation

    def action_record_expectation(self) -> None:
        """What just happened becomes what the saved request expects."""
        if self.invocation is None:
            self.notify("Send it first: what happens then can be recorded as the expectation.", markup=False)
            return
        from authlens.core.expectation_check import record

        self.put(replace(self.draft, expect=record(self.invocation)))
        self.notify("Recorded as the expectation; Ctrl+S saves it with the request.", markup=False)

    @work(exclusive=True, group="compare")
    async def action_compare_expectation(self) -> None:
        """The answer beside what the saved request expects."""
        expect, invocation = self.draft.expect, self.invocation
        if expect is None or invocation is None:
            self.notify("It takes an answer and an expectation to compare them.", markup=False)
            return
        from authlens.core.compare_expectation import compare_with_expectation

        self._show_comparison(await background.call(lambda: compare_with_expectation(expect, invocation)))

    # Negative cases

    @work(exclusive=True, group="batch")
    async def action_negative_cases(self) -> None:
        """Write requests that must be refused, made from this good one."""
        from authlens.core.negative import negative_cases
        from authlens.store.requests import Conflict, RequestFileError, save
        from authlens.ui.screens.pick import PickScreen

        cases = negative_cases(self.draft.saved, self.authorizer)
        chosen = await self.app.push_screen_wait(
            PickScreen("Negative cases", [(each.name, each.saved.description or each.name) for each in cases])
        )
        stem, folder = (self.file.path.stem if self.file.path else "request"), self.base or self.folder
        written = 0
        for case in cases:
            if case.name in (chosen or ()):
                path = folder / f"{stem}-{case.name}.yaml"
                try:
                    await background.call(lambda path=path, case=case: save(path, case.saved, None))  # type: ignore[misc]  # the defaults bind the loop's values
                    written += 1
                except Conflict:
                    self.notify(f"{path.name} is there already and stays as it is.", markup=False)
                except RequestFileError as error:
                    self.notify(str(error), severity="error", markup=False)
        if written:
            self.notify(f"Wrote {written} saved requests to {folder}. Ctrl+O opens them.", markup=False)
