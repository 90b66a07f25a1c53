"""The stage at which an invocation failed, and the single word that lists show for it instead of a full verdict."""

from __future__ import annotations

from authlens.core.contract.stage import ALLOWED, stage_word
from authlens.core.invocation.invocation import Invocation
from authlens.core.saved.question import first_questions
from authlens.core.verdict.stages import stages


def failing_stage(invocation: Invocation) -> str:
    """The stage's name; empty if every stage passed or none could be checked."""
    device = invocation.device
    if device is not None:
        return next((step.stage.value for step in device.steps if not step.passed), "") if device.is_refused else ""
    lit = stages(invocation, first_questions(invocation.request, None)).lit
    return lit.stage.value if lit is not None else ""


def stage_and_words(invocation: Invocation) -> tuple[str, str]:
    """The failing stage, with the words that a search for it matches."""
    stage = failing_stage(invocation)
    if stage:
        return stage, f"{stage} {stage_word(stage, invocation.device is not None)}"
    return "", ALLOWED if invocation.outcome is not None and invocation.device is None else ""
