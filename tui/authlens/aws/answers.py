"""A 200 answer judged from its raw bytes, since botocore turns a broken one into an empty success (P7)."""

from __future__ import annotations

import json
from typing import Any

from authlens.core.contract.answer import FunctionAnswer, judge
from authlens.core.contract.outcome import Outcome
from authlens.core.invocation.invocation import Failure, FailureKind, failure_of_refusal


def read_answer(body: bytes, content_length: str | None) -> Outcome | Failure:
    """The outcome that the bytes hold, or why they hold none."""
    problem = _length_problem(body, content_length)
    if problem:
        return broken(problem)
    try:
        value = json.loads(body.decode("utf-8"), parse_constant=_refuse_constant)
    except UnicodeDecodeError as error:
        return broken(f"The answer is not UTF-8 text (byte {error.start + 1}).")
    except json.JSONDecodeError as error:
        return broken(f"The answer is not JSON: {error.msg} at line {error.lineno}, column {error.colno}.")
    except (ValueError, RecursionError):
        return broken("The answer is not JSON that can be read: a number or its nesting is out of bounds.")
    return _outcome(value)


def read_function_answer(body: bytes, error: str | None) -> Outcome | Failure:
    """How AWS IoT judges a function's answer. error: Lambda's X-Amz-Function-Error, if the function failed."""
    run = FunctionAnswer(body) if error is None else _failed_run(body)
    judged = judge(run)
    return judged if isinstance(judged, Outcome) else failure_of_refusal(judged)


def _failed_run(body: bytes) -> FunctionAnswer:
    try:
        value = json.loads(body)
    except (ValueError, RecursionError):
        value = None
    members = value if isinstance(value, dict) else {}
    kind, message = members.get("errorType"), members.get("errorMessage")
    return FunctionAnswer(
        error_type=kind if isinstance(kind, str) else "Unhandled",
        error_message=message if isinstance(message, str) else None,
    )


def broken(message: str) -> Failure:
    return Failure(
        FailureKind.BROKEN_ANSWER,
        "BrokenAnswer",
        message,
        advice="It does not say whether the request is allowed. Look at the raw answer: a proxy or a captive portal "
        "may have answered instead of AWS; check the endpoint URL.",
    )


def _length_problem(body: bytes, content_length: str | None) -> str | None:
    if not body.strip():
        return "The answer is empty."
    if content_length and content_length.isdigit() and int(content_length) != len(body):
        return f"The answer was cut short: {len(body)} of {content_length} bytes arrived."
    return None


def _refuse_constant(name: str) -> None:
    raise ValueError(name)


_MEMBERS: tuple[tuple[str, tuple[type, ...], str], ...] = (
    ("isAuthenticated", (bool,), "true or false"),
    ("principalId", (str,), "text"),
    ("policyDocuments", (list,), "a list"),
    ("refreshAfterInSeconds", (int,), "a whole number"),
    ("disconnectAfterInSeconds", (int,), "a whole number"),
)


def _outcome(value: Any) -> Outcome | Failure:
    if not isinstance(value, dict):
        return broken("The answer is JSON, but not an object.")
    for name, types, wanted in _MEMBERS:
        found = value.get(name)
        if found is not None and (not isinstance(found, types) or (bool not in types and isinstance(found, bool))):
            return broken(f"The answer's {name} is not {wanted}.")
    if value.get("isAuthenticated") is None:
        return broken("The answer does not say isAuthenticated.")
    documents = value.get("policyDocuments") or []
    if not all(isinstance(document, str) for document in documents):
        return broken("The answer's policyDocuments holds something that is not text.")
    return Outcome(
        is_authenticated=value["isAuthenticated"],
        principal_id=value.get("principalId"),
        policy_documents=tuple(documents),
        refresh_after_in_seconds=value.get("refreshAfterInSeconds"),
        disconnect_after_in_seconds=value.get("disconnectAfterInSeconds"),
    )
