"""How an answer is read: nothing without one, and what is deployed counts only where it was sent."""

from __future__ import annotations

from dataclasses import replace

import pytest

from authlens.core.deployment.deployment import Deployment
from authlens.core.invocation.invocation import Failure, FailureKind, Invocation
from authlens.core.preflight.finding import Finding
from authlens.core.request.authorizer import Authorizer
from authlens.core.request.target import Target
from authlens.core.saved.expectation import Expectation, Question
from authlens.ui.text.answer.answer_view import Reading, deployed_for
from support.desk import NOW, PASSED
from ui.robot import SENSOR

ANSWERED = Invocation(SENSOR.request, SENSOR.target, PASSED, NOW, 0.01, function_log="hello")
FAILED = replace(ANSWERED, result=Failure(FailureKind.UNREACHABLE, "EndpointConnectionError", "no"), function_log=None)
CONNECT = Question("iot:Connect", "client/sensor-7")
OTHERS = Question("iot:Publish", "topic/others")


@pytest.mark.parametrize(
    ("reading", "marks"),
    [
        (Reading(None), {}),
        (Reading(ANSWERED), {"documents": "1", "log": "•"}),
        (Reading(ANSWERED, (CONNECT, OTHERS)), {"documents": "1", "access": "✓1 ✗1", "log": "•"}),
        (Reading(ANSWERED, baseline=ANSWERED), {"documents": "1", "changes": "=", "log": "•"}),
        (Reading(FAILED, (CONNECT,)), {}),
    ],
)
def test_tabs_tell_of_their_pages(reading: Reading, marks: dict[str, str]) -> None:
    told = reading.marks()
    assert {name: mark for name, mark in told.items() if name not in ("device", "lint")} == marks


def test_without_an_answer_there_is_only_what_preflight_foresees() -> None:
    nothing = Reading(None, (CONNECT,), expect=Expectation(is_authenticated=True), baseline=ANSWERED)
    assert (nothing.verdict, nothing.judgement, nothing.changes, nothing.has_failed) == (None, None, None, False)
    foreseen = replace(nothing, findings=(Finding("too-long", "error", "token", "It is too long."),))
    assert foreseen.verdict is not None
    judged = replace(nothing, invocation=FAILED)
    assert judged.has_failed
    assert judged.judgement is not None


def test_what_is_deployed_counts_where_it_was_sent_and_for_its_authorizer() -> None:
    deployed = Deployment(Authorizer("SensorAuth"), None, None)
    assert deployed_for(ANSWERED, SENSOR.target, deployed) is deployed
    assert deployed_for(ANSWERED, Target(profile="prod"), deployed) is None
    assert deployed_for(ANSWERED, SENSOR.target, replace(deployed, authorizer=Authorizer("Other"))) is None
    assert deployed_for(None, SENSOR.target, deployed) is None
