"""Whether a connection meets the expectation of a saved request: who is let in, and what was tried of `allow`, `deny`.

The rule: a device does not see the function's answer, so the other keys are not checked for a connection.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator

from authlens.core.compare.changes import result_words
from authlens.core.expect.check import Broken, Judgement, JudgementState
from authlens.core.invocation.invocation import FailureKind, Invocation
from authlens.core.mqtt.connection import PacketDecision
from authlens.core.mqtt.rules import CLIENT_ID, HTTP_REFUSED, NOT_CONNECT, REFUSED, WILL_QOS, WILL_TOPIC
from authlens.core.policy.arn import tail_of
from authlens.core.probe.plan import PROBE_CLIENT_ID
from authlens.core.saved.expectation import Expectation, Question

CONNECT = "iot:Connect"


def judge_connection(expectation: Expectation | None, invocation: Invocation) -> Judgement:
    """Judge a probe that was refused or let in.

    What did not reach the listener, or ended for a reason that says nothing about the login, cannot be judged.
    """
    failure = invocation.failure
    if failure is not None and (failure.kind is not FailureKind.DEVICE or not _is_decided(invocation)):
        return Judgement(JudgementState.UNJUDGED, reason=result_words(failure))
    broken = tuple(_broken(expectation or Expectation(), invocation))
    notes = tuple(_notes(expectation or Expectation(), invocation))
    return Judgement(JudgementState.BROKEN if broken else JudgementState.KEPT, broken, notes=notes)


def _is_decided(invocation: Invocation) -> bool:
    """Whether the refusal is one of the login, of iot:Connect or of the client id."""
    return invocation.failure is not None and invocation.failure.error in _DECIDED


_DECIDED = frozenset(rule.id for rule in (REFUSED, HTTP_REFUSED, CLIENT_ID, WILL_QOS, WILL_TOPIC, NOT_CONNECT))


def _broken(expectation: Expectation, invocation: Invocation) -> Iterator[Broken]:
    failure = invocation.failure
    key = "isAuthenticated" if expectation.error is None else "error"
    is_wanted = expectation.is_authenticated is not False and expectation.error is None
    if is_wanted and _asks_to_connect(expectation.deny, invocation):
        key, is_wanted = "deny", False
    if is_wanted is not (failure is None):
        expected, got = "connected" if is_wanted else "refused", "connected"
        if failure is not None:
            got = failure.message or failure.error
        yield Broken(key, expected, got)
    for decision, asked, wanted in _asked(expectation, invocation):
        if not decision.is_open and decision.is_allowed is not wanted:
            said = "allowed" if wanted else "denied"
            yield Broken(asked, f"{decision.action} {decision.resource}: {said}", decision.detail)


def _notes(expectation: Expectation, invocation: Invocation) -> Iterator[str]:
    """What was tried without an answer that decides."""
    for decision, asked, _ in _asked(expectation, invocation):
        if decision.is_open:
            yield f"{asked} {decision.action} {decision.resource} cannot be compared: {decision.detail}"


def _asked(expectation: Expectation, invocation: Invocation) -> Iterator[tuple[PacketDecision, str, bool]]:
    """Each subscription and publish that an expectation names, the key, and whether it is expected to be allowed."""
    for decision in invocation.device.decisions if invocation.device is not None else ():
        for key, questions, wanted in (("allow", expectation.allow, True), ("deny", expectation.deny, False)):
            is_named = any(
                each.action == decision.action and tail_of(each.resource) == decision.resource for each in questions
            )
            if is_named and decision.packet != "CONNECT":
                yield decision, key, wanted


def _asks_to_connect(questions: Iterable[Question], invocation: Invocation) -> bool:
    """Whether one of them is iot:Connect as the client that connected."""
    resource = f"client/{invocation.request.client_id or PROBE_CLIENT_ID}"
    return any(each.action == CONNECT and tail_of(each.resource) == resource for each in questions)
