"""The verdict for messages of a device, a broker or a log: what they mean, and what to ask next."""

from __future__ import annotations

from collections.abc import Sequence

from authlens.core.contract.stage import Stage
from authlens.core.verdict.device_messages import Recognised
from authlens.core.verdict.stages import Conclusion, StageResult, StageState, Verdict


def verdict_of(messages: Sequence[Recognised]) -> Verdict:
    """The messages say nothing about the stages of a test call. The first one gives the headline."""
    results = tuple(StageResult(stage, StageState.NOT_REACHED) for stage in Stage)
    first = messages[0].row
    return Verdict(Conclusion.RECOGNISED, results, first.meaning, first.next_question)
