from __future__ import annotations

from authlens.core.verdict.device_messages import recognise
from authlens.core.verdict.messages_verdict import verdict_of
from authlens.core.verdict.stages import Conclusion, StageState


def test_no_stage_of_a_test_call_is_judged_by_a_device() -> None:
    verdict = verdict_of(recognise("Error: The connection was lost."))
    assert verdict.conclusion is Conclusion.RECOGNISED
    assert {each.state for each in verdict.stages} == {StageState.NOT_REACHED}
    assert verdict.headline
    assert verdict.next_step
