from __future__ import annotations

import pytest

from authlens.core.expect.check import JudgementState, judge
from authlens.core.expect.record import record, recorded
from authlens.core.invocation.invocation import Failure, FailureKind
from authlens.core.saved.expectation import Expectation, ExpectedError, Question
from support.invocations import CONNECT, PUBLISH, REFUSAL, invocation, outcome, policy

MAY_CONNECT = Question("iot:Connect", "client/sensor-7")
MAY_PUBLISH = Question("iot:Publish", "topic/sensors/7/data")
OTHER = Question("iot:Publish", "topic/other")
ANSWER = invocation(outcome(policy(CONNECT, PUBLISH)))


def test_open_questions_are_recorded_with_their_answers() -> None:
    expect = recorded(ANSWER, (MAY_CONNECT, OTHER), None)
    assert (expect.allow, expect.deny) == ((MAY_CONNECT,), (OTHER,))
    assert recorded(ANSWER, (Question("iot:Subscribe", "topic/a"),), None).deny == ()
    assert expect.principal_id == "sensor7"
    assert judge(expect, ANSWER).state is JudgementState.KEPT


def test_what_was_expected_before_is_asked_again_and_limits_stay() -> None:
    before = Expectation(principal_id="old", allow=(OTHER,), deny=(MAY_PUBLISH,), max_duration=0.8, no_findings="error")
    expect = recorded(ANSWER, (), before)
    assert (expect.allow, expect.deny) == ((MAY_PUBLISH,), (OTHER,))
    assert (expect.principal_id, expect.max_duration, expect.no_findings) == ("sensor7", 0.8, "error")


def test_a_refusal_is_recorded_without_questions() -> None:
    expect = recorded(invocation(REFUSAL), (MAY_CONNECT,), None)
    assert expect.error is not None
    assert expect.error.error == "ResourceNotFoundException"
    assert expect.allow == expect.deny == ()
    assert recorded(invocation(outcome(authenticated=False)), (MAY_CONNECT,), None).is_authenticated is False


@pytest.mark.parametrize(
    ("message", "pattern"),
    [
        (None, None),
        ("Authorizer A not found", "^Authorizer A not found$"),
        ("a.b (1)", r"^a\.b \(1\)$"),
        ("id 01234567-89ab-cdef-0123-456789ABCDEF: x", "^id [0-9a-fA-F-]{36}: x$"),
        ("x" * 498, f"^{'x' * 498}$"),
        ("x" * 499, f"^{'x' * 166}"),
        ("(" * 250, "^" + r"\(" * 166),
    ],
    ids=["none", "plain", "escaped", "an id", "as long as a pattern", "too long", "too long when escaped"],
)
def test_the_pattern_of_a_message(message: str | None, pattern: str | None) -> None:
    failure = Failure(FailureKind.AWS, "E", message)
    assert record(invocation(failure)) == Expectation(error=ExpectedError("E", pattern))


def test_documents_are_recorded_as_values_where_they_are_objects() -> None:
    documents = ('{"Version": "2012-10-17"}', "[1]", "not JSON", "[" * 100_000)
    assert record(invocation(outcome(*documents))) == Expectation(
        is_authenticated=True,
        principal_id="sensor7",
        policy_documents=({"Version": "2012-10-17"}, *documents[1:]),
        refresh_after_in_seconds=300,
        disconnect_after_in_seconds=86400,
    )
