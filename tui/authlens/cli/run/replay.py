"""`run --replay ID…`: sends old requests again, and checks whether the answer is the same."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

from authlens.cli.console.diagnostics import CommandError, ExitCode, narrate
from authlens.cli.console.services import CliServices
from authlens.cli.run.items import item_of
from authlens.cli.run.options import ReplayOptions
from authlens.cli.run.suite import check_items, concurrency_for, grouped, open_suite, report
from authlens.cli.run.workers import Workers
from authlens.core.compare.changes import result_words
from authlens.core.compare.compare import compare, members
from authlens.core.expect.check import Broken, Judgement, JudgementState
from authlens.core.invocation.invocation import FailureKind, Invocation
from authlens.core.request.request import AuthorizerRequest
from authlens.core.secrets.redaction import MASK
from authlens.suite import Result
from authlens.suite_items import ReadProblem, SuiteItem


def replay(options: ReplayOptions, services: CliServices) -> ExitCode:
    stored = _stored(options.replay, services)
    for invocation in stored:
        if invocation.way in _OTHER_WAYS:
            narrate(f"authlens: {_as_test_call_words(invocation)}", services.stderr)
    with open_suite(options.serve, options.no_history, services) as suite:
        items = [_item(invocation) for invocation in stored]
        if not options.serve:
            for item in items:
                _note_environments(item, services)
        check_items(() if options.serve else items, options.trust, services)
        suite.begin(items)
        jobs = list(zip(stored, items, strict=True))
        concurrency = options.concurrency or concurrency_for(items, options.serve)
        workers: Workers[tuple[Invocation, SuiteItem], Result] = Workers(
            lambda job: _compared(job[0], suite.run(job[1])), concurrency
        )
        return report(grouped(workers.run(jobs), 1), items, options.reporting, services, options.fail_fast)


def _stored(numbers: Sequence[int], services: CliServices) -> list[Invocation]:
    with services.open_history() as history:
        found = [(number, history.get(number)) for number in numbers]
    missing = [str(number) for number, invocation in found if invocation is None]
    if missing:
        raise CommandError(f"the history has no invocation {', '.join(missing)}; 'authlens history list' lists the ids")
    return [invocation for _, invocation in found if invocation]


_OTHER_WAYS = {
    "probe": "is a probe",
    "device": "is the connection of a device",
    "function": "called the function directly",
}
"""Invocations that were no test calls, and what they were."""


def _as_test_call_words(invocation: Invocation) -> str:
    number, is_connection = invocation.number, invocation.device is not None
    again = f"; to connect, run: authlens connect --history {number}" if is_connection else ""
    connects = ", which connects to no broker" if is_connection else ""
    return f"invocation {number} {_OTHER_WAYS[invocation.way]}; it is replayed as a test call{connects}{again}"


def _item(invocation: Invocation) -> SuiteItem:
    """Its references are resolved again, and it is signed again if authlens signed it."""
    name = f"invocation {invocation.number}"
    saved = replace(invocation.saved, request=_for_test_call(invocation))
    if any(MASK in text for text in members(invocation.request).values()):
        problem = ReadProblem("the history keeps it redacted, so it cannot be sent again")
        return SuiteItem(name, None, problem)
    return item_of(invocation, name, saved)


def _for_test_call(invocation: Invocation) -> AuthorizerRequest:
    """A connection may carry a token and a client id, which AWS does not accept together in a test call."""
    request = invocation.request
    if invocation.device is None or not request.token:
        return request
    return replace(request, http_context=None, mqtt_context=None, tls_context=None)


def _note_environments(item: SuiteItem, services: CliServices) -> None:
    if item.saved is not None:
        services.gate().note_stored(item.saved.target, item.base)


def _compared(old: Invocation, result: Result) -> Result:
    """The result, compared with the old answer."""
    new = result.invocation
    if new is None:
        return result
    comparison = compare(old, new)
    if comparison.answer_equal:
        return replace(result, judgement=Judgement(JudgementState.KEPT))
    if old.outcome and new.failure and new.failure.kind is not FailureKind.AWS:
        return replace(result, judgement=Judgement(JudgementState.UNJUDGED, reason=result_words(new.failure)))
    words = "; ".join((*comparison.differing, *(each.words for each in comparison.changes if each.about == "function")))
    broken = Broken("answer", f"as before: {result_words(old.result)}", result_words(new.result), words)
    return replace(result, judgement=Judgement(JudgementState.BROKEN, (broken,)))
