"""What just happened as an expectation, with the questions that were open and what a person alone can wish. Pure."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

from authlens.core.access import ALLOWED, AccessQuestions
from authlens.core.asking import slip
from authlens.core.expectation import Expectation, Question
from authlens.core.expectation_check import record
from authlens.core.invocation import Invocation


def recorded(invocation: Invocation, questions: Sequence[Question], before: Expectation | None) -> Expectation:
    """`before` gives its questions, which are answered anew, and its limits, which no answer tells."""
    kept = before or Expectation()
    new = replace(
        record(invocation), variables=kept.variables, max_duration=kept.max_duration, no_findings=kept.no_findings
    )
    outcome = invocation.outcome
    if outcome is None or not outcome.is_authenticated:
        return new
    access = AccessQuestions(outcome, invocation.request, kept.variables)
    asked = dict.fromkeys(each for each in (*kept.allow, *questions, *kept.deny) if slip(each) is None)
    allowed = tuple(question for question in asked if access.word(question) == ALLOWED)
    return replace(new, allow=allowed, deny=tuple(question for question in asked if question not in allowed))
