from __future__ import annotations

from authlens.core.expect.check import JudgementState, judge
from authlens.core.expect.record import recorded
from authlens.core.saved.expectation import Expectation, Question
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
