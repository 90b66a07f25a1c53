"""Turns a function's answer into the Outcome, or the reason AWS refuses it (contract §5 and §6), in AWS's order and
words.

Where nothing was measured, the choice is ours: a member that is JSON null counts as omitted, a value of the wrong type
is quoted as JSON, the limit of 2,048 applies to the characters that would be returned, a policy is any JSON object, and
the JSON text of an object counts as the object.
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterator, Mapping
from typing import Any, NoReturn

from authlens.core.contract.limits import (
    DEFAULT_DISCONNECT,
    DEFAULT_REFRESH,
    LONGEST_DOCUMENT,
    MOST_DOCUMENTS,
    PRINCIPAL_PATTERN,
    SECONDS,
)
from authlens.core.contract.outcome import Outcome
from authlens.core.contract.refusal import INVALID_RESPONSE, Refusal, RefusalRule
from authlens.core.contract.stage import Stage
from authlens.frozen import dataclass

_POLICIES = "policyDocuments failed to satisfy constraint: "
_SECONDS = "failed to satisfy constraint: Member must be greater than 5 minutes and less than 24 hours."


def _rule(identifier: str, words: str) -> RefusalRule:
    return RefusalRule(identifier, Stage.VALID, words, INVALID_RESPONSE)


FUNCTION_FAILED = RefusalRule(
    "function-failed",
    Stage.RAN,
    "Lambda function encountered error in execution: {message}: {type}",
    INVALID_RESPONSE,
)
NO_BOOLEAN = _rule("no-boolean", "Lambda invocation result is in invalid format")
PRINCIPAL = _rule(
    "principal-id", f"{{value}} at principalId failed to satisfy constraint: Member must satisfy {PRINCIPAL_PATTERN}"
)
NO_LIST = _rule("no-policy-list", _POLICIES + "List of policies cannot be null.")
TOO_MANY = _rule("too-many-documents", _POLICIES + "Number of policies allowed cannot exceed 10")
TOO_LONG = _rule("document-too-long", _POLICIES + "Size of a policy document cannot exceeds hard limit of 2048")
SYNTAX = _rule("policy-syntax", _POLICIES + "Policy document is Malformed: Invalid policy syntax.")
ARN = _rule("resource-arn", "Policy document is Malformed: The resource {value} is not in valid ARN format")
REFRESH = _rule("refresh-seconds", f"{{value}} at refreshAfterInSeconds {_SECONDS}")
DISCONNECT = _rule("disconnect-seconds", f"{{value}} at disconnectAfterInSeconds {_SECONDS}")

ANSWER = (FUNCTION_FAILED, NO_BOOLEAN, PRINCIPAL, NO_LIST, TOO_MANY, TOO_LONG, SYNTAX, ARN, REFRESH, DISCONNECT)
"""Every rule of contract §5, in the order in which AWS checks them."""
FUNCTION_FAILED_BRIEFLY = RefusalRule(
    FUNCTION_FAILED.id, Stage.RAN, "Lambda function encountered error in execution{rest}", INVALID_RESPONSE
)
"""The same without Lambda's message or its type: cut off, or summarized by a tool."""
MESSAGES = (*ANSWER, FUNCTION_FAILED_BRIEFLY)
"""What is recognised of them."""


@dataclass(frozen=True, slots=True)
class FunctionAnswer:
    """The result of one run of the function: a payload, or an error in Lambda's words."""

    payload: bytes | None = None
    error_type: str | None = None
    """Set when the function raised, timed out or died (`ValueError`, `Sandbox.Timedout`, `Runtime.ExitError`)."""
    error_message: str | None = None


class _Refused(Exception):
    def __init__(self, refusal: Refusal) -> None:
        super().__init__(refusal.message)
        self.refusal = refusal


def judge(answer: FunctionAnswer | bytes, needs_documents: bool = True) -> Outcome | Refusal:
    """What AWS turns the answer into; bytes are the payload of a function that returned.

    needs_documents: `False` for CUSTOM_AUTH_X509, where `policyDocuments` is optional.
    """
    run = FunctionAnswer(answer) if isinstance(answer, bytes) else answer
    if run.error_type is not None:
        return FUNCTION_FAILED.refusal(
            message="null" if run.error_message is None else run.error_message, type=run.error_type
        )
    try:
        return _outcome(_members(run.payload or b""), needs_documents)
    except _Refused as refused:
        return refused.refusal
    except RecursionError:
        return NO_BOOLEAN.refusal()


def _outcome(members: Mapping[str, Any], needs_documents: bool) -> Outcome:
    """The checks run in AWS's order, because keyword arguments are evaluated in the order written."""
    return Outcome(
        is_authenticated=_boolean(members.get("isAuthenticated")),
        principal_id=_principal(members.get("principalId")),
        policy_documents=tuple(_documents(members.get("policyDocuments"), needs_documents)),
        refresh_after_in_seconds=_seconds(members.get("refreshAfterInSeconds"), DEFAULT_REFRESH, REFRESH),
        disconnect_after_in_seconds=_seconds(members.get("disconnectAfterInSeconds"), DEFAULT_DISCONNECT, DISCONNECT),
    )


def _members(payload: bytes) -> Mapping[str, Any]:
    value = _strict_json(payload)
    inner = _strict_json(value) if isinstance(value, str) else value
    return inner if isinstance(inner, dict) else {}


def is_json_text(payload: bytes | None) -> bool:
    """Whether a function returned the JSON text of an object (`json.dumps(answer)`) instead of the object."""
    value = _strict_json(payload or b"")
    return isinstance(value, str) and isinstance(_strict_json(value), dict)


def _boolean(value: Any) -> bool:
    return value if isinstance(value, bool) else _refuse(NO_BOOLEAN)


def _principal(value: Any) -> str:
    if isinstance(value, str):
        return value if re.fullmatch(PRINCIPAL_PATTERN, value) else _refuse(PRINCIPAL, value=value)
    return _refuse(PRINCIPAL, value=compact(value))


def _documents(value: Any, are_needed: bool) -> Iterator[str]:
    if value is None and not are_needed:
        return
    if not isinstance(value, list):
        _refuse(NO_LIST)
    if len(value) > MOST_DOCUMENTS:
        _refuse(TOO_MANY)
    for document in value:
        yield _document(document if isinstance(document, str) else compact(document))


def _document(text: str) -> str:
    if len(text) > LONGEST_DOCUMENT:
        _refuse(TOO_LONG)
    policy = _strict_json(text)
    if not isinstance(policy, dict):
        _refuse(SYNTAX)
    wrong = next((resource for resource in _resources(policy) if not is_arn(resource)), None)
    return text if wrong is None else _refuse(ARN, value=wrong)


def _resources(policy: Mapping[str, Any]) -> Iterator[str]:
    """Every Resource that is a string, even if the rest of the document violates the grammar."""
    for statement in as_list(policy.get("Statement")):
        if isinstance(statement, dict):
            yield from (item for item in as_list(statement.get("Resource")) if isinstance(item, str))


def is_arn(resource: str) -> bool:
    return resource == "*" or resource.startswith("arn:")


def _seconds(value: Any, default: int, rule: RefusalRule) -> int:
    if value is None:
        return default
    if isinstance(value, int) and value in SECONDS:
        return value
    return _refuse(rule, value=compact(value))


def compact(value: Any) -> str:
    """The JSON text of a value without white space and with its keys in order, as AWS returns a document."""
    return json.dumps(value, separators=(",", ":"), ensure_ascii=False)


def _strict_json(text: str | bytes) -> Any:
    """The value, or `None` if the text is not JSON (the same rules refuse `null`)."""
    try:
        return json.loads(text if isinstance(text, str) else text.decode("utf-8"), parse_constant=no_constant)
    except (ValueError, RecursionError):
        return None


def no_constant(word: str) -> NoReturn:
    raise ValueError(f"{word} is not JSON")


def as_list(value: Any) -> list[Any]:
    return value if isinstance(value, list) else [value]


def _refuse(rule: RefusalRule, **blanks: object) -> NoReturn:
    raise _Refused(rule.refusal(**blanks))
