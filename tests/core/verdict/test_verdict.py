"""A verdict gives its first failing stage, and the words of AWS."""

from __future__ import annotations

from dataclasses import replace

from authlens.core.contract.sources import of_explanation
from authlens.core.contract.stage import Stage
from authlens.core.invocation.access import Access
from authlens.core.policy.decision.near_miss import NearMiss
from authlens.core.saved.expectation import Question
from authlens.core.verdict.verdict import Conclusion, StageResult, StageState, Verdict


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
