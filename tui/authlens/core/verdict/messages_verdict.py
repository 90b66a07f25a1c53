"""The verdict for messages of a device, a broker or a log: what they mean, and what to ask next."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from authlens.core.contract.stage import Stage
from authlens.core.verdict.device_messages import Recognised
from authlens.core.verdict.stages import Conclusion, StageResult, StageState, Verdict


def verdict_of(messages: Sequence[Recognised]) -> Verdict:
    """The messages say nothing about the stages of a test call. The first one gives the headline."""
    results = tuple(StageResult(stage, StageState.NOT_REACHED) for stage in Stage)
    first = messages[0].row
    return Verdict(Conclusion.RECOGNISED, results, first.meaning, first.next_question)


def message_lines(messages: Sequence[Recognised]) -> Iterator[str]:
    """Each message with its meaning, its causes with the likeliest first, and how this is known."""
    for message in messages:
        row = message.row
        detail = f" ({message.detail})" if message.detail else ""
        yield ""
        yield f"{row.origin}, stage {row.stage}, {row.id}: {message.words}{detail}"
        yield f"  {row.meaning}"
        yield from (f"  {number}. {cause}" for number, cause in enumerate(row.causes, 1))
        yield f"  Next: {row.next_question}"
        note = f" ({row.source.note})" if row.source.note else ""
        yield f"  Known: {row.source.known}{note}{f', {row.source.page}' if row.source.page else ''}"
