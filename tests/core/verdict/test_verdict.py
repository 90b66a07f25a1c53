"""A verdict gives its first failing stage, and the words of AWS."""

from __future__ import annotations

from dataclasses import replace

import pytest

from authlens.core.contract.outcome import Outcome
from authlens.core.contract.sources import of_explanation
from authlens.core.contract.stage import Stage
from authlens.core.invocation.access import Access
from authlens.core.invocation.invocation import Failure, FailureKind, Invocation
from authlens.core.policy.decision.near_miss import NearMiss
from authlens.core.request.authorizer import Authorizer
from authlens.core.request.target import Target
from authlens.core.saved.expectation import Question
from authlens.core.verdict.stages import stages
from authlens.core.verdict.verdict import Conclusion, StageResult, StageState, Verdict
from support import invocations


def test_the_first_failing_stage_is_lit() -> None:
    results = (
        StageResult(Stage.CREDENTIALS, StageState.PASSED),
        StageResult(Stage.FOUND, StageState.FAILED, "why", aws_words="not found"),
        StageResult(Stage.RAN, StageState.FAILED),
    )
    verdict = Verdict(Conclusion.FAILED, results, "why", "do this")

    assert verdict.lit is results[1]
    assert verdict.aws_words == "not found"
    assert verdict.source is None
    assert Verdict(Conclusion.READY, results[:1], "", "").lit is None


def test_what_came_nearest_to_allowing_the_first_denied_question() -> None:
    near = NearMiss(0, "nearly")
    question = Question("iot:Connect", "client/c")
    allowed, denied = Access(question, "ALLOWED", (), near), Access(question, "IMPLICIT_DENY", ("why",))
    verdict = Verdict(
        Conclusion.PARTLY, (), "", "", answers=(allowed, denied, Access(question, "EXPLICIT_DENY", (), near))
    )
    assert verdict.nearest is None
    assert replace(verdict, answers=(allowed, verdict.answers[2], denied)).nearest is near
    assert replace(verdict, answers=(allowed,)).nearest is None


def test_an_explanation_has_its_source() -> None:
    verdict = Verdict(Conclusion.FAILED, (), "", "", "unknown")
    assert verdict.source == of_explanation("unknown")
    assert verdict.aws_words is None


SIGNED = Authorizer("A", token_key_name="t")
OPEN = Authorizer("A", signing_disabled=True)
AT_AWS = replace(invocations.invocation(), target=Target())
DIRECT = replace(AT_AWS, via="function", authorizer=SIGNED)


@pytest.mark.parametrize(
    ("invocation", "skipped"),
    [
        (replace(AT_AWS, authorizer=SIGNED), {}),
        (replace(AT_AWS, authorizer=OPEN), {Stage.SIGNATURE: "Not required: signing is disabled"}),
        (AT_AWS, {Stage.SIGNATURE: "No signature was sent"}),
        (DIRECT, {Stage.FITS: "called directly", Stage.SIGNATURE: "nothing verified a signature"}),
        (replace(AT_AWS, target=Target(local="demo"), authorizer=SIGNED), {Stage.CREDENTIALS: "no AWS credentials"}),
        (replace(AT_AWS, authorizer=OPEN, result=Outcome(False, "p")), {Stage.SIGNATURE: "Not required"}),
    ],
)
def test_a_stage_where_nothing_was_checked_is_skipped(invocation: Invocation, skipped: dict[Stage, str]) -> None:
    found = {each.stage: each.why for each in stages(invocation).stages if each.state is StageState.SKIPPED}
    assert found.keys() == skipped.keys()
    assert all(words in found[Stage(stage)] for stage, words in skipped.items())


def test_what_was_not_reached_is_not_skipped() -> None:
    missing = Failure(FailureKind.AWS, "ResourceNotFoundException", "Authorizer A not found", 404)
    verdict = stages(replace(AT_AWS, authorizer=OPEN, result=missing))
    assert [each.state for each in verdict.stages[4:]] == [StageState.NOT_REACHED] * 5
