"""An invocation has an outcome or a failure, never both."""

from __future__ import annotations

from datetime import UTC, datetime

from authlens.core.contract.outcome import Outcome
from authlens.core.invocation.invocation import Failure, FailureKind, Invocation
from authlens.core.request.request import AuthorizerRequest
from authlens.core.request.target import Target


def run(result: Outcome | Failure) -> Invocation:
    return Invocation(AuthorizerRequest("A"), Target(), result, datetime(2026, 1, 1, tzinfo=UTC), 0.1)


def test_an_outcome_is_not_a_failure() -> None:
    outcome = Outcome(True, "p")
    assert (run(outcome).outcome, run(outcome).failure) == (outcome, None)


def test_a_failure_is_not_an_outcome() -> None:
    failure = Failure(FailureKind.AWS, "ResourceNotFoundException", "Authorizer A not found", 404)
    assert (run(failure).outcome, run(failure).failure) == (None, failure)
