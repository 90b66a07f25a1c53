"""Whether an invocation meets the expectation of its saved request.

Three states: met, not met, and undecided. An error where none was expected leaves the expectation undecided.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator
from enum import StrEnum
from typing import Literal

from authlens.core.compare.changes import policy_changes, result_words
from authlens.core.compare.policies import equal_documents, pair_documents
from authlens.core.contract.outcome import Outcome
from authlens.core.invocation.access import ALLOWED, AccessQuestions
from authlens.core.invocation.invocation import FailureKind, Invocation
from authlens.core.invocation.read_for import read_for
from authlens.core.invocation.throttling import is_throttled
from authlens.core.request.authorizer import Authorizer
from authlens.core.request.request import AuthorizerRequest
from authlens.core.saved.expectation import Expectation
from authlens.core.text.pattern import Unsearchable, found
from authlens.frozen import dataclass


@dataclass(frozen=True, slots=True)
class Broken:
    """One expectation that was not met."""

    key: str
    """The key of `expect:`."""
    expected: str
    got: str
    difference: str = ""
    """Why, or what differs, in words."""


class JudgementState(StrEnum):
    KEPT = "kept"
    BROKEN = "broken"
    UNJUDGED = "cannot be judged"
    SKIPPED = "skipped"


@dataclass(frozen=True, slots=True)
class Judgement:
    state: JudgementState
    broken: tuple[Broken, ...] = ()
    reason: str = ""
    """Why it cannot be judged, or is skipped."""
    notes: tuple[str, ...] = ()
    """What applies whatever the judgement, such as that an action is not known."""


def judge(expectation: Expectation | None, invocation: Invocation) -> Judgement:
    """Judge an invocation. Without an expectation, any answer passes."""
    reason = unjudged(expectation, invocation)
    if reason:
        return Judgement(JudgementState.UNJUDGED, reason=reason)
    try:
        broken = keeps(expectation, invocation) if expectation else ()
    except Unsearchable as error:
        return Judgement(JudgementState.UNJUDGED, reason=str(error))
    return Judgement(JudgementState.BROKEN if broken else JudgementState.KEPT, broken, notes=_notes(expectation))


def _notes(expectation: Expectation | None) -> tuple[str, ...]:
    from authlens.core.policy.decision.notes import unknown_action

    asked = (*expectation.allow, *expectation.deny) if expectation else ()
    return tuple(dict.fromkeys(filter(None, (unknown_action(question.action) for question in asked))))


def unjudged(expectation: Expectation | None, invocation: Invocation) -> str | None:
    """Why this invocation cannot be judged; `None` if it can."""
    failure = invocation.failure
    wanted = expectation.error if expectation else None
    if failure is None or (wanted and wanted.error == failure.error):
        return None
    if wanted and failure.kind is FailureKind.AWS and not is_throttled(invocation):
        return None
    return result_words(failure)


def keeps(expectation: Expectation, invocation: Invocation) -> tuple[Broken, ...]:
    """Every expectation that this invocation does not meet, in the order of the documentation. Raises Unsearchable."""
    return tuple(broken for check in _CHECKS for broken in check(expectation, invocation))


def matches(pattern: str, text: str) -> bool:
    """Whether a `/regex/` is found in the text; any other pattern must be equal. Raises Unsearchable."""
    if len(pattern) > 1 and pattern.startswith("/") and pattern.endswith("/"):
        return found(pattern[1:-1], text)
    return pattern == text


Check = Callable[[Expectation, Invocation], Iterator[Broken]]


def _is_authenticated(expectation: Expectation, invocation: Invocation) -> Iterator[Broken]:
    wanted, outcome = expectation.is_authenticated, invocation.outcome
    if wanted is not None and outcome and outcome.is_authenticated != wanted:
        expected, got = _json(wanted), _json(outcome.is_authenticated)
        yield Broken("isAuthenticated", expected, got, f"{expected} → {got}")


def _principal_id(expectation: Expectation, invocation: Invocation) -> Iterator[Broken]:
    wanted, outcome = expectation.principal_id, invocation.outcome
    if wanted is not None and outcome and not matches(wanted, outcome.principal_id or ""):
        got = outcome.principal_id or "(absent)"
        yield Broken("principalId", wanted, got, f"{wanted} → {got}")


def _questions(expectation: Expectation, invocation: Invocation, outcome: Outcome) -> AccessQuestions:
    """Access questions in the region and account of the authorizer, so that ARNs of others allow nothing."""
    variables = {**dict(invocation.variables), **expectation.variables}
    return AccessQuestions(outcome, invocation.request, variables, invocation.authorizer)


def _allow(expectation: Expectation, invocation: Invocation) -> Iterator[Broken]:
    if expectation.allow and invocation.outcome:
        questions = _questions(expectation, invocation, invocation.outcome)
        for access in map(questions.ask, expectation.allow):
            if access.word != ALLOWED:
                asked = f"{access.question.action} {access.question.resource}"
                yield Broken("allow", f"{asked}: ALLOWED", access.word, access.because)


def _deny(expectation: Expectation, invocation: Invocation) -> Iterator[Broken]:
    if expectation.deny and invocation.outcome:
        questions = _questions(expectation, invocation, invocation.outcome)
        for access in map(questions.ask, expectation.deny):
            if access.word == ALLOWED:
                asked = f"{access.question.action} {access.question.resource}"
                yield Broken("deny", f"{asked}: denied", access.word, access.because)


def _policy_documents(expectation: Expectation, invocation: Invocation) -> Iterator[Broken]:
    wanted, outcome = expectation.policy_documents, invocation.outcome
    if wanted is None or outcome is None or equal_documents(wanted, outcome.policy_documents):
        return
    changes = policy_changes(pair_documents(wanted, outcome.policy_documents))
    words = "; ".join(change.words for change in changes if change.differs)
    got = "[" + ", ".join(outcome.policy_documents) + "]"
    yield Broken("policyDocuments", _json(list(wanted)), got, words)


def _times(expectation: Expectation, invocation: Invocation) -> Iterator[Broken]:
    outcome = invocation.outcome
    if outcome is None:
        return
    pairs = (
        ("refreshAfterInSeconds", expectation.refresh_after_in_seconds, outcome.refresh_after_in_seconds),
        ("disconnectAfterInSeconds", expectation.disconnect_after_in_seconds, outcome.disconnect_after_in_seconds),
    )
    for key, wanted, got in pairs:
        if wanted is not None and wanted != got:
            shown = "(absent)" if got is None else str(got)
            yield Broken(key, str(wanted), shown, f"{wanted} → {shown}")


def _error(expectation: Expectation, invocation: Invocation) -> Iterator[Broken]:
    wanted, result = expectation.error, invocation.result
    if wanted is None:
        return
    if isinstance(result, Outcome) or result.error != wanted.error:
        got = "an answer" if isinstance(result, Outcome) else result.error
        yield Broken("error", wanted.error, result_words(result), f"{wanted.error} → {got}")
    elif wanted.message is not None and not found(wanted.message, result.message or ""):
        difference = "the pattern does not match the message"
        yield Broken("error.message", f"/{wanted.message}/", _json(result.message), difference)


def _without_answer(expectation: Expectation, invocation: Invocation) -> Iterator[Broken]:
    """Expectations about an answer, if there was an error instead. Expecting nothing to be allowed is met."""
    if invocation.failure is None:
        return
    documents = expectation.policy_documents
    promised = {
        "isAuthenticated": expectation.is_authenticated or None,
        "principalId": expectation.principal_id,
        "allow": [f"{question.action} {question.resource}" for question in expectation.allow] or None,
        "policyDocuments": None if documents is None else list(documents),
        "refreshAfterInSeconds": expectation.refresh_after_in_seconds,
        "disconnectAfterInSeconds": expectation.disconnect_after_in_seconds,
    }
    for key, wanted in promised.items():
        if wanted is not None:
            expected = wanted if isinstance(wanted, str) else _json(wanted)
            yield Broken(key, expected, result_words(invocation.failure), "an error has no answer")


def _max_duration(expectation: Expectation, invocation: Invocation) -> Iterator[Broken]:
    broken = over_duration(expectation.max_duration, invocation.duration)
    if broken:
        yield broken


def _no_findings(expectation: Expectation, invocation: Invocation) -> Iterator[Broken]:
    if expectation.no_findings and invocation.outcome:
        yield from unwanted_findings(
            expectation.no_findings,
            invocation.outcome,
            invocation.request,
            invocation.authorizer,
            read_for(invocation).has_certificate,
        )


def unwanted_findings(
    least: Literal["error", "warning"],
    outcome: Outcome,
    request: AuthorizerRequest | None,
    authorizer: Authorizer | None,
    has_certificate: bool,
) -> Iterator[Broken]:
    """Each lint finding at least as severe as `least`."""
    from authlens.core.lint.linter import lint_outcome

    unwanted = ("error",) if least == "error" else ("error", "warning")
    for finding in lint_outcome(outcome, request, authorizer, has_certificate):
        if finding.severity in unwanted:
            where = "" if finding.document is None else f"document {finding.document + 1}: "
            expected = f"no finding of severity {' or '.join(unwanted)}"
            yield Broken("noFindings", expected, f"{where}{finding.severity} {finding.id}", finding.message)


def over_duration(most: float | None, seconds: float | None) -> Broken | None:
    if most is None or seconds is None or seconds <= most:
        return None
    over = f"{milliseconds(seconds - most)} too long"
    return Broken("maxDuration", f"at most {milliseconds(most)}", milliseconds(seconds), over)


def milliseconds(seconds: float) -> str:
    if seconds < 0.001:
        return f"{seconds * 1000:.2g} ms"
    return f"{seconds * 1000:.0f} ms" if seconds >= 0.01 else f"{seconds * 1000:.1f} ms"


_CHECKS: tuple[Check, ...] = (
    _is_authenticated,
    _principal_id,
    _allow,
    _deny,
    _policy_documents,
    _times,
    _error,
    _without_answer,
    _max_duration,
    _no_findings,
)


def _json(value: object) -> str:
    return json.dumps(value, ensure_ascii=False)
