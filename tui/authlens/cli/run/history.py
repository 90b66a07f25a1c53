"""`run --history QUERY`: checks stored invocations against expectations and questions. Nothing is sent.

An invocation is checked against the saved request that it was sent from, or those with the same request; if a single
saved request is given, every invocation found is checked against it, and so it is with --allow and --deny.
"""

from __future__ import annotations

from collections.abc import Generator, Iterator, Sequence
from pathlib import Path

from authlens.cli.console.diagnostics import CommandError, ExitCode
from authlens.cli.console.services import CliServices
from authlens.cli.run.items import found_items, item_of
from authlens.cli.run.options import HistoryOptions
from authlens.cli.run.suite import grouped, report
from authlens.core.compare.compare import members
from authlens.core.expect.check import Judgement, JudgementState, judge
from authlens.core.invocation.invocation import Invocation
from authlens.core.saved.expectation import Expectation, Question
from authlens.core.saved.saved_request import SavedRequest
from authlens.core.secrets.invocation_redaction import redactor_of
from authlens.core.secrets.redaction import Redactor
from authlens.frozen import dataclass
from authlens.store.history.history import History
from authlens.suite import Result
from authlens.suite_items import SuiteItem


@dataclass(frozen=True, slots=True)
class _Judges:
    """What stored invocations are checked against."""

    items: Sequence[SuiteItem]
    questions: Expectation | None

    def of(self, invocation: Invocation) -> Iterator[tuple[str, Expectation | None]]:
        """The name and the expectation of each judge of this invocation."""
        if self.questions:
            yield "", self.questions
        elif not self.items:
            yield "", None
        for item in self._judging(invocation):
            yield f" by {item.name}", item.saved.expect if item.saved else None

    def _judging(self, invocation: Invocation) -> Sequence[SuiteItem]:
        readable = [item for item in self.items if item.saved]
        if len(self.items) == 1:
            return readable
        own = [item for item in readable if _was_sent_from(item, invocation)]
        sent = members(invocation.request)
        return own or [item for item in readable if item.saved and members(item.saved.request) == sent]


def judge_history(options: HistoryOptions, services: CliServices) -> ExitCode:
    asked = Expectation(allow=_questions(options.allow), deny=_questions(options.deny))
    judges = _Judges(found_items(options.selection, services), asked if asked != Expectation() else None)
    with services.open_history() as history:
        if not history.count(options.history):
            what = f"nothing that matches {options.history!r}" if options.history else "nothing yet"
            raise CommandError(f"the history has {what}{f' ({history.problem})' if history.problem else ''}")
        results = _results(judges, history, options.history)
        first = next(results, None)
        if first is None:
            which = f" that matches {options.history!r}" if options.history else ""
            raise CommandError(f"no stored invocation{which} was sent from these saved requests or equals one of them")
        return report(grouped(_with(first, results), 1), (), options.reporting, services, options.fail_fast)


def _results(judges: _Judges, history: History, query: str) -> Generator[Result, None, None]:
    for item in judges.items:
        if item.problem:
            yield Result(item, Judgement(JudgementState.UNJUDGED, reason=str(item.problem)), None, Redactor(()))
    for invocation in _stored(history, query):
        for judge_name, expectation in judges.of(invocation):
            saved = SavedRequest(invocation.request, expect=expectation)
            item = item_of(invocation, f"invocation {invocation.number}{judge_name}", saved)
            yield Result(item, judge(expectation, invocation), invocation, redactor_of(invocation))


def _with(first: Result, others: Generator[Result, None, None]) -> Generator[Result, None, None]:
    yield first
    yield from others


def _stored(history: History, query: str) -> Iterator[Invocation]:
    """Newest first."""
    before: int | None = None
    while rows := history.page(query, before):
        for row in rows:
            before = row.number
            invocation = history.get(row.number)
            if invocation:
                yield invocation


def _was_sent_from(item: SuiteItem, invocation: Invocation) -> bool:
    if not invocation.source or not item.source:
        return False
    return Path(invocation.source).absolute() == Path(item.source).absolute()


def _questions(written: Sequence[str]) -> tuple[Question, ...]:
    from authlens.cli.inputs.questions import given_question

    return tuple(map(given_question, written))
