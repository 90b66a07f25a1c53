"""`run --history QUERY`: expectations and questions put to stored invocations. Nothing is called.

An invocation is judged by the saved request that it was sent from, or whose request it is; a single saved request that
is named judges all that QUERY finds, and so do --allow and --deny.
"""

from __future__ import annotations

import argparse
from collections.abc import Generator, Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

from authlens.cli.diagnostics import CommandError, ExitCode
from authlens.cli.run_items import found_items
from authlens.cli.run_suite import grouped, report
from authlens.cli.world import World
from authlens.core.compare import members
from authlens.core.expectation import Expectation, Question
from authlens.core.expectation_check import Judgement, State, judge
from authlens.core.invocation import Invocation
from authlens.core.redaction import Redactor, secrets_of
from authlens.core.saved_request import SavedRequest
from authlens.store.history import History
from authlens.suite import Result
from authlens.suite_items import Item


@dataclass(frozen=True, slots=True)
class _Judges:
    """Who judges stored invocations."""

    items: Sequence[Item]
    questions: Expectation | None

    def of(self, invocation: Invocation) -> Iterator[tuple[str, Expectation | None]]:
        """The name and the expectation of each that judges this one."""
        if self.questions:
            yield "", self.questions
        elif not self.items:
            yield "", None
        for item in self.items:
            if item.saved and (len(self.items) == 1 or _belongs(invocation, item, item.saved)):
                yield f" by {item.name}", item.saved.expect


def judge_history(arguments: argparse.Namespace, world: World) -> ExitCode:
    asked = Expectation(allow=_questions(arguments.allow), deny=_questions(arguments.deny))
    judges = _Judges(found_items(arguments), asked if asked != Expectation() else None)
    history = world.open_history()
    try:
        if not history.count(arguments.history):
            what = f"nothing that {arguments.history!r} finds" if arguments.history else "nothing yet"
            raise CommandError(f"the history holds {what}{f' ({history.problem})' if history.problem else ''}")
        return report(grouped(_results(judges, history, arguments.history), 1), None, arguments, world)
    finally:
        history.close()


def _results(judges: _Judges, history: History, query: str) -> Generator[Result, None, None]:
    for item in judges.items:
        if item.problem:
            yield Result(item, Judgement(State.UNJUDGED, reason=str(item.problem)), None, Redactor(()))
    for invocation in _stored(history, query):
        for judge_name, expectation in judges.of(invocation):
            path = Path(invocation.source) if invocation.source else None
            saved = SavedRequest(invocation.request, expect=expectation)
            item = Item(f"invocation {invocation.number}{judge_name}", saved, path=path)
            yield Result(item, judge(expectation, invocation), invocation, Redactor(secrets_of(invocation.request)))


def _stored(history: History, query: str) -> Iterator[Invocation]:
    """Newest first."""
    before: int | None = None
    while rows := history.page(query, before):
        for row in rows:
            before = row.number
            invocation = history.get(row.number)
            if invocation:
                yield invocation


def _belongs(invocation: Invocation, item: Item, saved: SavedRequest) -> bool:
    if invocation.source and item.path and Path(invocation.source).absolute() == item.path.absolute():
        return True
    return members(invocation.request) == members(saved.request)


def _questions(written: Sequence[str]) -> tuple[Question, ...]:
    from authlens.cli.questions import read_question

    return tuple(map(read_question, written))
