"""Comparing: marked invocations, the form with its last run, the pinned baseline, the expectation."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from datetime import datetime
from typing import TYPE_CHECKING

from authlens.core.invocation.invocation import Invocation
from authlens.ui.runtime import background
from authlens.ui.runtime.host import Host
from authlens.ui.screens.main.answer import AnswerController
from authlens.ui.screens.main.form import FormController
from authlens.ui.screens.main.history import HistoryController
from authlens.ui.screens.main.identity import IdentityController
from authlens.ui.text.outcome_text import invocation_name

if TYPE_CHECKING:
    from authlens.core.compare.compare import Comparison, Side


class CompareController:
    def __init__(
        self,
        host: Host,
        form: FormController,
        answer: AnswerController,
        history: HistoryController,
        identity: IdentityController,
        now: Callable[[], datetime],
    ) -> None:
        self._now = now
        self._host = host
        self._form = form
        self._answer = answer
        self._history = history
        self._identity = identity

    # Two invocations

    def numbers(self, numbers: tuple[int, ...]) -> None:
        """Compare some of the history; a single one is compared with the answer shown."""
        self._host.run(lambda: self._numbers(numbers), "compare", typing="waits for the dialog")

    async def _numbers(self, numbers: tuple[int, ...]) -> None:
        sides = await self._history.get_all(tuple(sorted(numbers)))
        if len(sides) > 2:
            await self._several(sides)
            return
        shown = self._answer.invocation
        if len(sides) == 1 and shown is not None:
            sides = sorted([sides[0], shown], key=lambda each: each.number or 1 << 62)
        if len(sides) < 2 or sides[0].number == sides[1].number:
            self._host.notify("Select two with Space, or move to a different row than the one shown.")
            return
        await self._open(sides[0], sides[1])

    async def _several(self, sides: list[Invocation]) -> None:
        """More than two: each with the oldest, in a table from which two of them are compared in full."""
        from authlens.ui.screens.dialogs.verdicts import Sent, VerdictsScreen

        now, oldest = self._now(), sides[0]
        rows = [Sent(invocation_name(each, now), each, None if each is oldest else oldest) for each in sides]
        chosen = await self._host.ask(VerdictsScreen("Compared", rows, self._answer.questions))
        if chosen is not None:
            self._answer.show(sides[chosen], None)

    def with_last_allowed(self, number: int | None = None) -> None:
        """Compare a run with the last one of its request that was allowed: the shown one, or one of the history."""
        if number is None and self._answer.invocation is not None:
            number = self._answer.invocation.number
        if number is None:
            self._host.notify(
                "Send it first; then it can be compared with the last run that was allowed.", kind="to send"
            )
        else:
            self._host.run(lambda: self._with_last_allowed(number), "compare", typing="waits for the dialog")

    async def _with_last_allowed(self, number: int) -> None:
        from authlens.ui.model.last_allowed import last_allowed

        run = await self._history.get(number)
        if run is None:
            self._host.notify(f"Invocation {number} is no longer in the history.", "warning")
            return
        name = run.request.authorizer_name or ""
        found = last_allowed(await self._history.judged(name), number, run.source, name)
        allowed = await self._history.get(found.number) if found is not None else None
        if allowed is None:
            self._host.notify(f"The history holds no other run of {name} that was allowed.")
            return
        await self._open(allowed, run)

    def with_test_call(self, connection: Invocation, test: Invocation) -> None:
        """Compare a device's connection with the test call of the same request, which was just answered."""
        from authlens.core.compare.compare import Side

        now = self._now()
        device = Side.of(connection, f"connection {invocation_name(connection, now)}")
        call = Side.of(test, f"test call {invocation_name(test, now)}")
        self._host.run(lambda: self._open(device, call), "compare", typing="waits for the dialog")

    def form_with_last(self) -> None:
        """Compare the form with the run that is shown."""
        shown = self._answer.invocation
        if shown is None:
            self._host.notify("Send it first; then the form can be compared with that run.", kind="to send")
            return
        from authlens.core.compare.compare import Side

        saved = self._form.state.sent
        form = Side.of_draft(saved, "the form", self._identity.known_authorizer(saved))
        last = Side.of(shown, invocation_name(shown, self._now()))
        self._host.run(lambda: self._open(last, form), "compare", typing="waits for the dialog")

    async def _open(self, left: Invocation | Side, right: Invocation | Side) -> None:
        from authlens.core.compare.compare import Side, compare

        now, questions = self._now(), self._answer.questions
        sides = [
            Side.of(one, invocation_name(one, now)) if isinstance(one, Invocation) else one for one in (left, right)
        ]
        self._show(await background.call(lambda: compare(sides[0], sides[1], also=questions)))

    def _show(self, comparison: Comparison) -> None:
        from authlens.ui.screens.dialogs.compare import CompareScreen

        self._host.open(CompareScreen(comparison))

    # The baseline

    def pin_number(self, number: int) -> None:
        """An invocation of the history becomes the baseline; the baseline itself is cleared."""
        self._host.run(lambda: self._pin(number), "compare", typing="waits for the dialog")

    async def _pin(self, number: int) -> None:
        baseline = self._answer.view.baseline
        if self._answer.pinned and baseline is not None and baseline.number == number:
            self._answer.unpin()
            self._host.notify("Baseline cleared.")
            return
        stored = await self._history.get(number)
        if stored is not None:
            self._answer.pin(stored)
            name = invocation_name(stored, self._now())
            self._host.notify(f"{name} is the baseline: every answer is compared with it as it arrives.")

    def pin_shown(self) -> None:
        """The answer that is shown becomes the baseline, or is cleared."""
        shown = self._answer.invocation
        if shown is None or shown.number is None:
            self._host.notify("Send it first; its answer can then be the baseline.", kind="to send")
        else:
            self.pin_number(shown.number)

    # The expectation

    def record_expectation(self) -> None:
        """The current answer becomes what the saved request expects."""
        shown, draft = self._answer.invocation, self._form.state.draft
        if shown is None:
            self._host.notify("Send it first; its answer can then be recorded as the expectation.", kind="to send")
            return
        from authlens.core.expect.record import recorded

        expect = recorded(shown, self._answer.questions, draft.expect)
        self._form.put(replace(draft, expect=expect))
        self._answer.expect(expect)
        self._host.notify("Recorded as the expectation; Ctrl+S saves it with the request.", kind="file")

    def with_expectation(self) -> None:
        """Compare the answer with what its saved request expects."""
        view = self._answer.view
        if view.expect is None or view.invocation is None:
            self._host.notify("There is no answer with an expectation to compare it with.")
            return
        expect, invocation = view.expect, view.invocation

        async def show() -> None:
            from authlens.core.expect.difference import compare_with_expectation

            self._show(await background.call(lambda: compare_with_expectation(expect, invocation)))

        self._host.run(show, "compare", typing="waits for the dialog")
