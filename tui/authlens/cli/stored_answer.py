"""A stored answer as an invocation: what `invoke`, the AWS CLI or the history wrote, an error, or a function's own.

A bare outcome or function's answer is held to AWS's rules, so that one which AWS would refuse is explained as refused.
"""

from __future__ import annotations

import json
import re
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from authlens.core.answer import judge
from authlens.core.authorizer import Authorizer
from authlens.core.invocation import Failure, FailureKind, Invocation, Outcome
from authlens.core.invocation_json import from_json
from authlens.core.policy import policy_file
from authlens.core.policy.lint import lint, lint_outcome
from authlens.core.policy.rule import Answer, Finding, Surroundings
from authlens.core.refusal import Refusal
from authlens.core.request import AuthorizerRequest
from authlens.core.target import Target

_CLI_ERROR = re.compile(
    r"An error occurred \((?P<error>\w+)\) when calling the TestInvokeAuthorizer operation"
    r"(?: \(reached max retries: \d+\))?: (?P<message>.*)",
    re.DOTALL,
)


@dataclass(frozen=True, slots=True)
class StoredAnswer:
    invocation: Invocation
    written: str | None = None
    """The text of an answer alone, in which its mistakes have their places."""

    def lint(self, authorizer: Authorizer | None) -> tuple[Finding, ...]:
        if self.written is not None:
            file = policy_file.read(self.written)
            answer = Answer.of_node(file.answer) if file.answer else None
            return lint(file.documents, Surroundings(authorizer=authorizer), answer)
        if self.invocation.outcome is None:
            return ()
        known = authorizer or self.invocation.authorizer
        return lint_outcome(self.invocation.outcome, self.invocation.request, known)


def read_stored_answer(text: str, now: datetime) -> StoredAnswer:
    """Raises ValueError with a sentence."""
    printed = _CLI_ERROR.search(text)
    if printed is not None:
        words = printed["message"].strip()
        return StoredAnswer(_invocation(_failure(printed["error"], None if words == "None" else words, None), now))
    try:
        value = json.loads(text)
    except (ValueError, RecursionError):
        raise ValueError(
            "this is neither JSON nor an error that the AWS CLI printed; give an answer, an invocation or an error"
        ) from None
    if not isinstance(value, dict):
        raise ValueError("an answer is a JSON object")
    return _of_object(value, text, now)


def _of_object(value: dict[str, Any], text: str, now: datetime) -> StoredAnswer:
    if "request" in value and "startedAt" in value:
        return StoredAnswer(from_json(value))
    error = value.get("__type") or value.get("Code")
    if isinstance(error, str):
        message = value.get("message", value.get("Message"))
        failure = _failure(error.rpartition("#")[2], message if isinstance(message, str) else None, None)
        return StoredAnswer(_invocation(failure, now))
    return StoredAnswer(_invocation(_judged(value), now), text)


def _judged(value: dict[str, Any]) -> Outcome | Failure:
    judged = judge(json.dumps(value.get("outcome", value)).encode())
    if isinstance(judged, Refusal):
        return _failure(judged.error, judged.message, judged.http_status)
    return judged


def _failure(error: str, message: str | None, status: int | None) -> Failure:
    return Failure(FailureKind.AWS, error, message, status)


def _invocation(result: Outcome | Failure, now: datetime) -> Invocation:
    """An answer alone: nothing is known of the request that it belongs to."""
    return Invocation(AuthorizerRequest(), Target(), result, now, 0.0)
