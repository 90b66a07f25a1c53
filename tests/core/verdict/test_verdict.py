"""A verdict gives its first failing stage, and the words of AWS."""

from __future__ import annotations

from authlens.core.contract.stage import Stage
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
