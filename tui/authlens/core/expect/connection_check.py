"""Whether a connection meets the expectation of a saved request: who is let in, and what was tried of `allow`, `deny`.

The rule: a device does not see the function's answer, so the other keys are not checked for a connection.
"""

from __future__ import annotations

from collections.abc import Iterator

from authlens.core.compare.changes import result_words
from authlens.core.expect.check import Broken, Judgement, JudgementState
from authlens.core.invocation.invocation import FailureKind, Invocation
from authlens.core.policy.arn import tail_of
from authlens.core.saved.expectation import Expectation


def judge_connection(expectation: Expectation | None, invocation: Invocation) -> Judgement:
    """Judge a probe that was refused or let in; one that did not reach the listener cannot be judged."""
    failure = invocation.failure
    if failure is not None and failure.kind is not FailureKind.DEVICE:
        return Judgement(JudgementState.UNJUDGED, reason=result_words(failure))
    broken = tuple(_broken(expectation or Expectation(), invocation))
    return Judgement(JudgementState.BROKEN if broken else JudgementState.KEPT, broken)


def _broken(expectation: Expectation, invocation: Invocation) -> Iterator[Broken]:
    failure = invocation.failure
    is_wanted = expectation.is_authenticated is not False and expectation.error is None
    if is_wanted is not (failure is None):
        expected, got = "connected" if is_wanted else "refused", "connected"
        if failure is not None:
            got = failure.message or failure.error
        yield Broken("isAuthenticated" if expectation.error is None else "error", expected, got)
    decisions = invocation.device.decisions if invocation.device is not None else ()
    for decision in decisions:
        tail = decision.resource
        for key, questions, wanted in (("allow", expectation.allow, True), ("deny", expectation.deny, False)):
            asked = any(each.action == decision.action and tail_of(each.resource) == tail for each in questions)
            if asked and decision.is_allowed is not wanted:
                said = "allowed" if wanted else "denied"
                yield Broken(key, f"{decision.action} {tail}: {said}", decision.detail)
