"""What just happened as an expectation, with the questions that were open and what a person alone can wish. Pure."""

from __future__ import annotations

import json
import re
from collections.abc import Sequence
from dataclasses import replace
from typing import Any

from authlens.core.invocation.access import ALLOWED, AccessQuestions
from authlens.core.invocation.invocation import Failure, Invocation
from authlens.core.saved.expectation import Expectation, ExpectedError, Question
from authlens.core.saved.question import question_problem
from authlens.core.text.pattern import LONGEST


def recorded(invocation: Invocation, questions: Sequence[Question], before: Expectation | None) -> Expectation:
    """`before` gives its questions, which are answered anew, and its limits, which no answer tells."""
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
    allowed = tuple(question for question in asked if access.ask(question, in_short=True).word == ALLOWED)
    return replace(new, allow=allowed, deny=tuple(question for question in asked if question not in allowed))


_CHANGING = re.compile(r"[0-9a-fA-F]{8}(?:-[0-9a-fA-F]{4}){3}-[0-9a-fA-F]{12}")
"""An id of one call, which no second call repeats."""


def record(invocation: Invocation) -> Expectation:
    """What just happened, as the expectation. Times and findings are left to the user."""
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
    """The message word for word, but for the ids of one call; of a long one its beginning."""
    if message is None:
        return None
    whole = _escaped(message)
    return f"^{whole}$" if len(whole) <= LONGEST - 2 else f"^{_escaped(message[: LONGEST // 3])}"


def _escaped(message: str) -> str:
    parts = (re.escape(part).replace(r"\ ", " ") for part in _CHANGING.split(message))
    return "[0-9a-fA-F-]{36}".join(parts)


def _value(document: str) -> Any:
    """A policy as its JSON value; whatever else came as the text that it is."""
    try:
        value = json.loads(document)
    except (ValueError, RecursionError):
        return document
    return value if isinstance(value, dict) else document
