"""The verdict of words that a device, a broker or a log said: what they mean, and what to ask next."""

from __future__ import annotations

from collections.abc import Sequence

from authlens.core.contract.stage import Stage
from authlens.core.verdict.device_messages import Recognised
from authlens.core.verdict.stages import Conclusion, StageResult, State, Verdict


def verdict_of(messages: Sequence[Recognised]) -> Verdict:
    """No stage of a test call is judged by them. The first message gives the headline."""
    results = tuple(StageResult(stage, State.NOT_REACHED) for stage in Stage)
    first = messages[0].row
    return Verdict(Conclusion.RECOGNISED, results, first.meaning, first.next_question)
