"""What an answer shows: nothing without one, and all of it about its own invocation."""

from __future__ import annotations

from dataclasses import replace

import pytest

from authlens.core.invocation.invocation import Failure, FailureKind, Invocation
from authlens.core.preflight.finding import Finding
from authlens.core.request.authorizer import Authorizer
from authlens.core.saved.expectation import Expectation, Question
from authlens.ui.text.answer.answer_view import AnswerView, Relation
from support.app_services import NOW, PASSED
from ui.robot import SENSOR

ANSWERED = Invocation(SENSOR.request, SENSOR.target, PASSED, NOW, 0.01, function_log="hello")
FAILED = replace(ANSWERED, result=Failure(FailureKind.UNREACHABLE, "EndpointConnectionError", "no"), function_log=None)
CONNECT = Question("iot:Connect", "client/sensor-7")
OTHERS = Question("iot:Publish", "topic/others")


@pytest.mark.parametrize(
    ("view", "marks"),
    [
        (AnswerView(None), {}),
        (AnswerView(ANSWERED), {"documents": "1", "log": "1"}),
        (AnswerView(ANSWERED, (CONNECT, OTHERS)), {"documents": "1", "access": "✓1 ✗1", "log": "1"}),
        (AnswerView(ANSWERED, baseline=ANSWERED), {"documents": "1", "changes": "=", "log": "1"}),
        (AnswerView(FAILED, (CONNECT,)), {}),
    ],
)
def test_tabs_say_what_their_pages_hold(view: AnswerView, marks: dict[str, str]) -> None:
    shown = view.marks()
    assert {name: mark for name, mark in shown.items() if name not in ("device", "lint")} == marks


def test_without_an_answer_there_is_only_what_preflight_foresees() -> None:
    nothing = AnswerView(None, (CONNECT,), expect=Expectation(is_authenticated=True), baseline=ANSWERED)
    assert (nothing.verdict, nothing.judgement, nothing.changes, nothing.has_failed) == (None, None, None, False)
    foreseen = replace(nothing, findings=(Finding("too-long", "error", "token", "It is too long."),))
    assert foreseen.verdict is not None
    judged = replace(nothing, invocation=FAILED)
    assert judged.has_failed
    assert judged.judgement is not None


def test_reasons_that_the_header_gives_are_known_by_their_ids() -> None:
    inactive = replace(ANSWERED, authorizer=Authorizer("SensorAuth", status="INACTIVE"))
    mismatch = Failure(FailureKind.AWS, "InvalidRequestException", "Token signature mismatch for authorizer A", 400)
    refused = AnswerView(replace(ANSWERED, result=mismatch))
    assert refused.reasons_said == {"signature-mismatch"}
    assert replace(refused, relation=Relation.EDITED).reasons_said == frozenset()
    assert AnswerView(inactive).reasons_said == {"authorizer-inactive"}
    assert AnswerView(None).reasons_said == frozenset()
