"""A stored answer as an invocation: what `invoke`, the AWS CLI or the history wrote, an error, or a function's own.

A bare outcome or function's answer is checked against AWS's rules, so that one AWS would refuse is reported as refused.
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from datetime import datetime
from typing import Any

from authlens.core.contract.answer import FunctionAnswer, judge
from authlens.core.contract.outcome import Outcome
from authlens.core.contract.refusal import INVALID_RESPONSE
from authlens.core.contract.stage import Stage
from authlens.core.invocation.invocation import Failure, FailureKind, Invocation, failure_of_refusal
from authlens.core.invocation.invocation_json import from_json
from authlens.core.invocation.read_for import read_for
from authlens.core.lint.linter import lint, lint_outcome
from authlens.core.lint.rule import LintedAnswer, LintFinding, Surroundings
from authlens.core.pasted.framed_errors import (
    bare_error,
    fitted,
    framed_error,
    is_certain,
    is_denied,
    is_of_test_call,
    of_another_call,
    of_setup,
    operation_in,
)
from authlens.core.pasted.function_log import raised_in_log
from authlens.core.pasted.pasted_text import text_in, undecorated
from authlens.core.pasted.printed_error import is_of_authlens, logged_error, printed_error, stored_error
from authlens.core.policy import policy_file
from authlens.core.request.authorizer import Authorizer
from authlens.core.request.request import AuthorizerRequest
from authlens.core.request.target import Target
from authlens.core.text import json_reader
from authlens.core.text.json_limits import MOST_OF_ONE, load_bounded
from authlens.core.text.json_reader import JsonObject
from authlens.core.verdict.device_messages import Recognised, log_records, recognise
from authlens.core.verdict.explanations import explain
from authlens.frozen import dataclass


@dataclass(frozen=True, slots=True)
class StoredAnswer:
    invocation: Invocation
    written: str | None = None
    """The text of a bare answer, for the positions of its errors."""
    speaking: str = "AWS said"
    """Who a failure's words come from: for a bare answer, they are what AWS would say."""
    claims_authenticated: bool | None = None
    """What the answer itself says, if known."""
    messages: tuple[Recognised, ...] = ()
    """Words from a device, a broker or a log instead of an answer."""

    def lint(self, authorizer: Authorizer | None) -> tuple[LintFinding, ...]:
        if self.written is not None:
            file = policy_file.read(self.written)
            around = Surroundings(authorizer=authorizer)
            if file.answer is None:
                root = json_reader.parse(self.written).root
                return (
                    lint((), around, LintedAnswer.of_node(root, is_text=False)) if isinstance(root, JsonObject) else ()
                )
            return lint(file.documents, around, LintedAnswer.of_node(file.answer, file.is_text))
        if self.invocation.outcome is None or self.invocation.is_probe:
            return ()
        read = read_for(self.invocation)
        known = authorizer or read.authorizer
        return lint_outcome(self.invocation.outcome, self.invocation.request, known, read.has_certificate)


class NotRecognised(ValueError):
    """The text is not recognised, so there is no verdict."""

    def __init__(self) -> None:
        super().__init__(
            "not recognised: neither an answer nor an error of AWS, a device, a broker or a log that authlens knows; "
            "an answer is a JSON object with isAuthenticated"
        )


def read_stored_answer(text: str, now: datetime) -> StoredAnswer:
    """Raises NotRecognised."""
    text = undecorated(text)
    try:
        value = load_bounded(text, MOST_OF_ONE)
    except ValueError:
        return _of_text(text, now)
    inside = _inside(value) if isinstance(value, str) else value
    if isinstance(inside, dict):
        return _of_object(inside, text, now)
    return _of_json(value, text, now)


def _of_json(value: Any, text: str, now: datetime) -> StoredAnswer:
    """Words inside of JSON, such as a log's record: first its strings, then the JSON as it is written."""
    records = log_records(text)
    if records:
        return _of_messages(records, now)
    try:
        return _of_text(text_in(value), now)
    except NotRecognised:
        return _of_text(text, now)


def _of_text(text: str, now: datetime) -> StoredAnswer:
    """An error as a tool prints it, or words from a device, a broker or a log."""
    raised = raised_in_log(text)
    if raised is not None:
        return StoredAnswer(_invocation(_judged(raised), now), speaking=_OF_AN_ANSWER)
    printed = printed_error(text)
    if printed is not None:
        return StoredAnswer(_invocation(fitted(printed), now))
    framed = framed_error(text)
    if framed is not None and is_certain(framed[0]):
        return _of_framed(*framed, operation_in(text), now)
    if framed is not None and _fits(fitted(framed[1])):
        return _of_framed(*framed, None, now)
    bare = bare_error(text)
    if bare is not None:
        return _of_framed("AWS IoT", bare, None, now)
    messages = recognise(text)
    if messages:
        return _of_messages(messages, now)
    logged = logged_error(text)
    if logged is not None:
        return StoredAnswer(_invocation(logged, now))
    if framed is not None and _counts_alone(framed[1]):
        return _of_framed(*framed, None, now)
    raise NotRecognised


def _of_messages(messages: tuple[Recognised, ...], now: datetime) -> StoredAnswer:
    return StoredAnswer(_invocation(Failure(FailureKind.DEVICE, "", None), now), messages=messages)


_OF_ANY_CALL = frozenset(("ThrottlingException", "Throttling", "TooManyRequestsException", "RequestLimitExceeded"))
_OF_AWS_IOT = frozenset(("InternalFailureException", "ServiceUnavailableException"))


def _is_of_any_call(failure: Failure) -> bool:
    """Whether the explanation is the same whichever call AWS refused: an expired session, or too many calls."""
    explained = explain(failure, AuthorizerRequest())
    return failure.error in _OF_ANY_CALL or (
        explained.stage is Stage.CREDENTIALS and explained.id != "unknown" and not is_denied(failure)
    )


def _counts_alone(failure: Failure) -> bool:
    """Whether an error's class and words are enough without the tool's frame: other services have errors, too."""
    return _is_of_any_call(failure) or failure.error in _OF_AWS_IOT or failure.error == INVALID_RESPONSE


def _fits(failure: Failure) -> bool:
    """Whether AWS IoT's own words are known."""
    if failure.message is None:
        return False
    return of_setup(failure, "") is not None or is_of_test_call(failure, "", "")


def _of_framed(origin: str, failure: Failure, operation: str | None, now: datetime) -> StoredAnswer:
    failure = fitted(failure)
    setup = of_setup(failure, origin)
    if setup is not None:
        return StoredAnswer(_invocation(failure, now), messages=(setup,))
    is_test = failure.kind is not FailureKind.AWS or is_of_test_call(failure, origin, operation)
    if is_test or _is_of_any_call(failure) or not is_certain(origin):
        return StoredAnswer(_invocation(failure, now))
    return StoredAnswer(_invocation(failure, now), messages=(of_another_call(failure, origin, operation),))


def _inside(text: str) -> Any:
    """The content of the JSON text that a function returned."""
    try:
        return load_bounded(text, MOST_OF_ONE)
    except ValueError:
        return None


def _of_object(value: dict[str, Any], text: str, now: datetime) -> StoredAnswer:
    if "request" in value and "startedAt" in value:
        return StoredAnswer(from_json(value))
    stored = stored_error(value)
    if stored is not None and is_of_authlens(value):
        return StoredAnswer(_invocation(stored, now))
    if stored is not None:
        return _of_framed("JSON", stored, None, now)
    logged = value.get("message")
    raised = logged if isinstance(logged, dict) and "errorType" in logged else value
    if isinstance(raised.get("errorMessage"), str) and _is_of_lambda(raised):
        return StoredAnswer(_invocation(_judged(_raised(raised)), now), speaking=_OF_AN_ANSWER)
    answer = value.get("outcome", value)
    if not isinstance(answer, dict) or not _is_answer(answer):
        return _of_json(value, text, now)
    claims = answer.get("isAuthenticated")
    judged = _invocation(_judged(json.dumps(answer).encode()), now)
    return StoredAnswer(judged, text, _OF_AN_ANSWER, claims if isinstance(claims, bool) else None)


_OF_AN_ANSWER = "AWS would say"
_ANSWER_MEMBERS = frozenset(("isauthenticated", "policydocuments", "refreshafterinseconds", "disconnectafterinseconds"))
"""Any of them, in any case, marks an object as a function's answer."""
_BESIDE_PRINCIPAL = frozenset(("principalId", "policyDocument", "context", "usageIdentifierKey"))
"""With these and no others, `principalId` does so, too: AWS IoT's log records have one as well."""


def _is_answer(value: Mapping[str, Any]) -> bool:
    if isinstance(value.get("eventType"), str):
        return False
    is_answer = any(name.casefold() in _ANSWER_MEMBERS for name in value)
    return is_answer or ("principalId" in value and value.keys() <= _BESIDE_PRINCIPAL)


_RAISED_MEMBERS = frozenset(("errorMessage", "errorType", "stackTrace", "trace", "stack", "requestId", "cause"))


def _is_of_lambda(value: Mapping[str, Any]) -> bool:
    """Whether `errorMessage` is what Lambda says of a function, and not a member of any log's record."""
    if "isAuthenticated" in value:
        return False
    return value.keys() <= _RAISED_MEMBERS or (isinstance(value.get("errorType"), str) and "requestId" in value)


def _raised(value: dict[str, Any]) -> FunctionAnswer:
    """What `aws lambda invoke` stores when the function raises."""
    error, message = value.get("errorType"), value["errorMessage"]
    unnamed = "Sandbox.Timedout" if _TIMED_OUT in message else "Error"
    return FunctionAnswer(error_type=error if isinstance(error, str) else unnamed, error_message=message)


_TIMED_OUT = "Task timed out after"


def _judged(answer: FunctionAnswer | bytes) -> Outcome | Failure:
    judged = judge(answer)
    return judged if isinstance(judged, Outcome) else failure_of_refusal(judged)


def _invocation(result: Outcome | Failure, now: datetime) -> Invocation:
    """A bare answer: the request it belongs to is unknown."""
    return Invocation(AuthorizerRequest(), Target(), result, now, 0.0)
