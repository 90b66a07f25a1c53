"""Compares an invocation with its expectation, like any other comparison.

What the expectation leaves open is copied from the answer, so it is not a difference.
"""

from __future__ import annotations

import json
from collections.abc import Iterator
from dataclasses import replace
from typing import Any

from authlens.core.compare.changes import Change
from authlens.core.compare.compare import Comparison, Flip, Side, comparison_of
from authlens.core.compare.policies import pair_documents
from authlens.core.contract.outcome import Outcome
from authlens.core.expect.check import matches, over_duration, unwanted_findings
from authlens.core.invocation.access import ALLOWED, Access, AccessQuestions
from authlens.core.invocation.invocation import Failure, FailureKind, Invocation
from authlens.core.saved.expectation import Expectation
from authlens.core.text.pattern import Unsearchable

DENIED = "DENIED"
"""What `deny:` expects: an explicit or implicit deny."""


def compare_with_expectation(
    expectation: Expectation, answered: Invocation | Side, expected: Side | None = None
) -> Comparison:
    """Compare an answer with the expectation. `expected` gives the label and the request of the expectation's side."""
    right = answered if isinstance(answered, Side) else Side.of(answered)
    if right.result is None:
        raise ValueError("an expectation can only be compared with an answer")
    left = replace(expected or Side("expectation"), result=promised(expectation, right.result))
    pairs = pair_documents(left.documents, right.documents)
    return comparison_of(left, right, pairs, _flips(expectation, right), _limits(expectation, right))


def promised(expectation: Expectation, got: Outcome | Failure) -> Outcome | Failure:
    """The result closest to the actual one that would meet the expectation."""
    wanted = expectation.error
    if wanted is None:
        return _promised_outcome(expectation, got if isinstance(got, Outcome) else Outcome(True))
    if isinstance(got, Failure) and got.error == wanted.error:
        message = wanted.message
        kept = message is None or _matches(f"/{message}/", got.message or "")
        return got if kept else Failure(got.kind, got.error, f"/{message}/", got.http_status)
    return Failure(FailureKind.AWS, wanted.error, wanted.message and f"/{wanted.message}/")


def _promised_outcome(expectation: Expectation, got: Outcome) -> Outcome:
    wanted = expectation.principal_id
    principal_kept = wanted is None or _matches(wanted, got.principal_id or "")
    documents = expectation.policy_documents
    return Outcome(
        is_authenticated=_or(expectation.is_authenticated, got.is_authenticated),
        principal_id=got.principal_id if principal_kept else wanted,
        policy_documents=got.policy_documents if documents is None else tuple(map(_text, documents)),
        refresh_after_in_seconds=_or(expectation.refresh_after_in_seconds, got.refresh_after_in_seconds),
        disconnect_after_in_seconds=_or(expectation.disconnect_after_in_seconds, got.disconnect_after_in_seconds),
    )


def _matches(pattern: str, text: str) -> bool:
    """Whether the pattern matches; an abandoned search counts as no match."""
    try:
        return matches(pattern, text)
    except Unsearchable:
        return False


def _or(wanted: Any, got: Any) -> Any:
    return got if wanted is None else wanted


def _text(document: Any) -> str:
    return document if isinstance(document, str) else json.dumps(document, ensure_ascii=False)


def _flips(expectation: Expectation, right: Side) -> Iterator[Flip]:
    if not isinstance(right.result, Outcome):
        return
    variables = {**dict(right.variables), **expectation.variables}
    questions = AccessQuestions(right.result, right.request, variables, right.authorizer)
    for wanted, asked in ((ALLOWED, expectation.allow), (DENIED, expectation.deny)):
        for question in asked:
            access = questions.ask(question)
            if (access.word == ALLOWED) != (wanted == ALLOWED):
                yield Flip(Access(question, wanted), access)


def _limits(expectation: Expectation, right: Side) -> Iterator[Change]:
    """Expectations beyond the answer itself."""
    broken = over_duration(expectation.max_duration, right.duration)
    if broken:
        yield Change("answer", f"duration: expected {broken.expected}, got {broken.got}")
    if expectation.no_findings and isinstance(right.result, Outcome):
        for each in unwanted_findings(
            expectation.no_findings, right.result, right.request, right.authorizer, right.has_certificate
        ):
            yield Change("answer", f"lint: expected {each.expected}, got {each.got}: {each.difference}")
