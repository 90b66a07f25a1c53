"""Records the last result as an expectation, with the open questions and the limits that only a user can set."""

from __future__ import annotations

import json
import re
from collections.abc import Sequence
from dataclasses import replace
from typing import Any

from authlens.core.invocation.access import AccessQuestions
from authlens.core.invocation.invocation import Failure, Invocation
from authlens.core.saved.expectation import Expectation, ExpectedError, Question
from authlens.core.saved.question import question_problem
from authlens.core.text.pattern import LONGEST


def recorded(invocation: Invocation, questions: Sequence[Question], before: Expectation | None) -> Expectation:
    """The expectation that matches the result. `before` provides questions, which are decided again, and limits, which
    no answer contains."""
    kept = before or Expectation()
    new = replace(
        record(invocation), variables=kept.variables, max_duration=kept.max_duration, no_findings=kept.no_findings
    )
    outcome = invocation.outcome
    if outcome is None or not outcome.is_authenticated:
        return new
    variables = {**dict(invocation.variables), **kept.variables}
    access = AccessQuestions(outcome, invocation.request, variables, invocation.authorizer)
    asked = dict.fromkeys(each for each in (*kept.allow, *questions, *kept.deny) if question_problem(each) is None)
    allowed = tuple(question for question in asked if access.decide(question).allowed)
    return replace(new, allow=allowed, deny=tuple(question for question in asked if question not in allowed))


_CHANGING = re.compile(r"[0-9a-fA-F]{8}(?:-[0-9a-fA-F]{4}){3}-[0-9a-fA-F]{12}")
"""An id that differs for every call."""


def record(invocation: Invocation) -> Expectation:
    """The result as an expectation. Durations and findings are left to the user."""
    result = invocation.result
    if isinstance(result, Failure):
        return Expectation(error=ExpectedError(result.error, _message_pattern(result.message)))
    return Expectation(
        is_authenticated=result.is_authenticated,
        principal_id=result.principal_id,
        policy_documents=tuple(_value(document) for document in result.policy_documents),
        refresh_after_in_seconds=result.refresh_after_in_seconds,
        disconnect_after_in_seconds=result.disconnect_after_in_seconds,
    )


def _message_pattern(message: str | None) -> str | None:
    """A pattern for the exact message, except for ids of the call; for a long message only its beginning."""
    if message is None:
        return None
    whole = _escaped(message)
    return f"^{whole}$" if len(whole) <= LONGEST - 2 else f"^{_escaped(message[: LONGEST // 3])}"


def _escaped(message: str) -> str:
    parts = (re.escape(part).replace(r"\ ", " ") for part in _CHANGING.split(message))
    return "[0-9a-fA-F-]{36}".join(parts)


def _value(document: str) -> Any:
    """A policy as its JSON value; anything else as text."""
    try:
        value = json.loads(document)
    except (ValueError, RecursionError):
        return document
    return value if isinstance(value, dict) else document
