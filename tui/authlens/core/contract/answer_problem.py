"""What is wrong with an answer that AWS IoT refuses, at its first wrong member: more than AWS's own words say.

The rule: members are checked in the order of `answer.judge`, so that the one named is the one that AWS refused.
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterator, Mapping
from typing import Any

from authlens.core.contract.answer import as_list, compact, is_arn, no_constant
from authlens.core.contract.limits import LONGEST_DOCUMENT, MOST_DOCUMENTS, SECONDS
from authlens.frozen import dataclass

_LONGEST = 60
"""Characters of a value that a sentence quotes."""
_LONGEST_PRINCIPAL = 128


@dataclass(frozen=True, slots=True)
class AnswerProblem:
    member: str
    """`isAuthenticated`; empty where the answer is not an object."""
    sentence: str


def answer_problem(returned: str) -> AnswerProblem | None:
    """The first thing in it that AWS IoT refuses; `None` where nothing is known to be wrong.

    returned: the JSON text of what the function returned.
    """
    value = _read(returned)
    if value is _NO_JSON:
        return AnswerProblem("", f"The function returned {_kind(returned)}, which is not JSON.")
    inner = _read(value) if isinstance(value, str) else value
    if not isinstance(inner, dict):
        return AnswerProblem("", f"The function returned {_kind(value)}, not an object with isAuthenticated.")
    return next(_problems(inner), None)


def _problems(answer: Mapping[str, Any]) -> Iterator[AnswerProblem]:
    flag = answer.get("isAuthenticated")
    if not isinstance(flag, bool):
        yield _named(answer, "isAuthenticated", "it must be the boolean true or false")
    principal = answer.get("principalId")
    if not isinstance(principal, str):
        yield _named(answer, "principalId", f"it must be a text of 1 to {_LONGEST_PRINCIPAL} letters and digits")
    else:
        yield from _principal(principal)
    documents = answer.get("policyDocuments")
    if not isinstance(documents, list):
        yield _named(answer, "policyDocuments", "it must be a list, an empty one for nothing")
    else:
        yield from _documents(documents)
    for member in ("refreshAfterInSeconds", "disconnectAfterInSeconds"):
        seconds = answer.get(member)
        if seconds is not None and not (isinstance(seconds, int) and seconds in SECONDS):
            yield _named(answer, member, f"it must be a whole number from {SECONDS.start} to {SECONDS.stop - 1}")


def _principal(principal: str) -> Iterator[AnswerProblem]:
    wrong = re.search(r"[^a-zA-Z0-9]", principal)
    if not principal:
        yield AnswerProblem("principalId", "principalId is the empty text.")
    elif wrong is not None:
        at = f"character {wrong.start() + 1}, '{wrong.group()}', is not a letter or digit"
        yield AnswerProblem("principalId", f"principalId is {_kind(principal)}: {at}.")
    elif len(principal) > _LONGEST_PRINCIPAL:
        said = f"principalId has {len(principal):,} characters; {_LONGEST_PRINCIPAL} is the most."
        yield AnswerProblem("principalId", said)


def _documents(documents: list[Any]) -> Iterator[AnswerProblem]:
    if len(documents) > MOST_DOCUMENTS:
        said = f"policyDocuments has {len(documents)} documents; {MOST_DOCUMENTS} is the most."
        yield AnswerProblem("policyDocuments", said)
    for number, document in enumerate(documents, 1):
        text = document if isinstance(document, str) else compact(document)
        policy = _read(text)
        if len(text) > LONGEST_DOCUMENT:
            said = f"Policy document {number} has {len(text):,} characters; {LONGEST_DOCUMENT:,} is the most."
            yield AnswerProblem("policyDocuments", said)
        elif not isinstance(policy, dict):
            said = f"Policy document {number} is {_kind(document)}, which is not a JSON policy."
            yield AnswerProblem("policyDocuments", said)
        else:
            yield from _resources(number, policy)


def _resources(number: int, policy: Mapping[str, Any]) -> Iterator[AnswerProblem]:
    for index, statement in enumerate(as_list(policy.get("Statement")), 1):
        for resource in as_list(statement.get("Resource")) if isinstance(statement, dict) else ():
            if isinstance(resource, str) and not is_arn(resource):
                said = (
                    f"The Resource of statement {index} in policy document {number} is {_kind(resource)}, not an ARN."
                )
                yield AnswerProblem("policyDocuments", said)


def _named(answer: Mapping[str, Any], member: str, wanted: str) -> AnswerProblem:
    found = f"is {_kind(answer[member])}" if member in answer else "is missing"
    return AnswerProblem(member, f"{member} {found}; {wanted}.")


def _kind(value: Any) -> str:
    """`the text 'true'`: what a value is, and how it begins."""
    if value is None:
        return "null"
    if isinstance(value, str):
        return f"the text '{_cut(value)}'" if value else "the empty text"
    if isinstance(value, bool | int | float):
        return f"the {'boolean' if isinstance(value, bool) else 'number'} {json.dumps(value)}"
    return f"{'an object' if isinstance(value, dict) else 'a list'} {_cut(json.dumps(value, ensure_ascii=False))}"


def _cut(text: str) -> str:
    return text if len(text) <= _LONGEST else f"{text[:_LONGEST]}…"


_NO_JSON = object()


def _read(text: str) -> Any:
    try:
        return json.loads(text, parse_constant=no_constant)
    except (ValueError, RecursionError):
        return _NO_JSON
