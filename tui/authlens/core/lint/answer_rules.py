"""Lint rules for the answer around the documents, and for AWS's limits on documents (contract §5)."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import replace
from typing import Any, TypeGuard

from authlens.core.contract.answer import compact
from authlens.core.contract.limits import (
    LONGEST_DOCUMENT,
    LONGEST_SECONDS,
    MOST_DOCUMENTS,
    PRINCIPAL_PATTERN,
    SHORTEST_SECONDS,
)
from authlens.core.contract.pages import CONTEXT_REPORT, EMULATOR, LAMBDA_ANSWER
from authlens.core.contract.statement import assumed, documented, measured, reported
from authlens.core.lint.rule import Hit, LintedAnswer, LintRule, LintSubject
from authlens.core.policy.actions import nearest

MEMBERS = (
    "isAuthenticated",
    "principalId",
    "policyDocuments",
    "refreshAfterInSeconds",
    "disconnectAfterInSeconds",
)


def _too_large(subject: LintSubject) -> Iterator[Hit]:
    for index, document in enumerate(subject.documents):
        returned_so = subject.answer is not None and document.size > LONGEST_DOCUMENT
        if returned_so or document.compact_size > LONGEST_DOCUMENT:
            size = document.size if returned_so else document.compact_size
            yield Hit(f"the document has {size} characters, {size - LONGEST_DOCUMENT} too many", index)


def _large_with_space(subject: LintSubject) -> Iterator[Hit]:
    for index, document in enumerate(subject.documents):
        compact = document.compact_size
        if subject.answer is None and document.size > LONGEST_DOCUMENT >= compact:
            yield Hit(f"the document has {document.size} characters, {compact} without white space", index)


def _too_many(subject: LintSubject) -> Iterator[Hit]:
    count = len(subject.documents)
    if count > MOST_DOCUMENTS:
        span = subject.answer.spans.get("policyDocuments") if subject.answer else None
        yield Hit(f"there are {count} documents, {count - MOST_DOCUMENTS} too many", span=span)


def _json_text(subject: LintSubject) -> Iterator[Hit]:
    if subject.answer and subject.answer.is_text:
        yield Hit(
            "the answer is JSON text, not an object; whether AWS accepts that was not measured",
            span=subject.answer.span,
        )


def _is_authenticated(subject: LintSubject) -> Iterator[Hit]:
    answer = subject.answer
    if answer and not isinstance(answer.values.get("isAuthenticated"), bool):
        yield _at(answer, "isAuthenticated", f"{_described(answer, 'isAuthenticated')}, not true or false")


def _principal_id(subject: LintSubject) -> Iterator[Hit]:
    answer = subject.answer
    if answer is None:
        return
    value = answer.values.get("principalId")
    if not isinstance(value, str):
        yield _at(answer, "principalId", f"{_described(answer, 'principalId')}, not a string")
    elif not re.fullmatch(PRINCIPAL_PATTERN, value):
        yield _at(answer, "principalId", f"principalId {_quoted(value)} {_principal_problem(value)}")


def _principal_problem(value: str) -> str:
    if not value:
        return "is empty"
    found = re.search(r"[^a-zA-Z0-9]", value)
    if found:
        return f"has `{found.group()}` at character {found.start() + 1}; letters and digits only"
    return f"has {len(value)} characters; 128 at most"


def _no_documents(subject: LintSubject) -> Iterator[Hit]:
    answer = subject.answer
    if answer is None:
        return
    value = answer.values.get("policyDocuments")
    if value is None and subject.surroundings.has_certificate:
        return
    if not isinstance(value, list):
        yield _at(answer, "policyDocuments", f"{_described(answer, 'policyDocuments')}, not a list")


def _empty_documents(subject: LintSubject) -> Iterator[Hit]:
    answer = None if subject.surroundings.has_certificate else subject.answer
    if answer and answer.values.get("policyDocuments") == [] and answer.values.get("isAuthenticated") is True:
        yield _at(
            answer, "policyDocuments", "policyDocuments is empty: the client is authenticated but allowed nothing"
        )


def _refresh_range(subject: LintSubject) -> Iterator[Hit]:
    yield from _seconds(subject, "refreshAfterInSeconds")


def _disconnect_range(subject: LintSubject) -> Iterator[Hit]:
    yield from _seconds(subject, "disconnectAfterInSeconds")


def _seconds(subject: LintSubject, name: str) -> Iterator[Hit]:
    answer = subject.answer
    value = answer.values.get(name) if answer else None
    if answer is None or value is None:
        return
    if not _is_integer(value):
        yield _at(answer, name, f"{_described(answer, name)}, not a whole number of seconds")
    elif not SHORTEST_SECONDS <= value <= LONGEST_SECONDS:
        message = f"{name} is {value}; it must be from {SHORTEST_SECONDS} to {LONGEST_SECONDS}"
        if answer.values.get("isAuthenticated") is False:
            message += ". Whether AWS checks it in an answer that refuses was not measured; AWS's samples return 0"
            yield replace(_at(answer, name, message), severity="warning")
        else:
            yield _at(answer, name, message)


def _is_integer(value: Any) -> TypeGuard[int]:
    return isinstance(value, int) and not isinstance(value, bool)


def _never_refreshed(subject: LintSubject) -> Iterator[Hit]:
    answer = subject.answer
    if answer is None or subject.refuses:
        return
    refresh, disconnect = (answer.values.get(name) for name in ("refreshAfterInSeconds", "disconnectAfterInSeconds"))
    if _is_integer(refresh) and _is_integer(disconnect) and refresh > disconnect:
        message = f"the connection ends after {disconnect} seconds, before its policy is refreshed after {refresh}"
        yield _at(answer, "refreshAfterInSeconds", message)


def _unknown_member(subject: LintSubject) -> Iterator[Hit]:
    answer = subject.answer
    if answer is None:
        return
    for name in answer.values:
        meant = nearest(name, MEMBERS)
        if name not in MEMBERS and meant and meant not in answer.values:
            yield _at(answer, name, f"`{name}` is not a member of an answer; did you mean `{meant}`?")


def _dropped_member(subject: LintSubject) -> Iterator[Hit]:
    answer = subject.answer
    if answer and "context" in answer.values:
        yield _at(answer, "context", "`context` is dropped: AWS's pages no longer name it")


def _at(answer: LintedAnswer, name: str, message: str) -> Hit:
    return Hit(message, span=answer.spans.get(name) or answer.span)


def _described(answer: LintedAnswer, name: str) -> str:
    """The member with its value as JSON."""
    return f"{name} is {_quoted(compact(answer.values[name]))}" if name in answer.values else f"{name} is missing"


def _quoted(text: str) -> str:
    return f"`{text}`" if len(text) <= _LONGEST_QUOTED else f"`{text[:_LONGEST_QUOTED]}…`"


_LONGEST_QUOTED = 60


RULES = (
    LintRule(
        "document-too-large",
        "error",
        "AWS refuses documents over 2,048 characters.",
        "Split it: up to ten documents are combined. Write it without white space.",
        measured(EMULATOR),
        _too_large,
    ),
    LintRule(
        "document-large-with-space",
        "warning",
        "Whether AWS counts white space in a document returned as a string was not measured.",
        "Return an object, or serialise without white space.",
        assumed(LAMBDA_ANSWER),
        _large_with_space,
    ),
    LintRule(
        "too-many-documents",
        "error",
        "AWS refuses an answer with more than ten documents.",
        "Merge documents; each may have 2,048 characters.",
        measured(EMULATOR),
        _too_many,
    ),
    LintRule(
        "json-text",
        "info",
        "AWS's pages show an object; authorizers that return its JSON text have been published, and probably work.",
        "Return the object itself, without json.dumps or JSON.stringify.",
        assumed(LAMBDA_ANSWER),
        _json_text,
    ),
    LintRule(
        "is-authenticated",
        "error",
        "Without a boolean isAuthenticated, AWS reports an invalid format.",
        "Return true or false, not a string.",
        measured(EMULATOR),
        _is_authenticated,
    ),
    LintRule(
        "principal-id",
        "error",
        "AWS requires 1 to 128 letters and digits, also in an answer that refuses.",
        "Remove the other characters, for example from a UUID or an e-mail address.",
        measured(EMULATOR),
        _principal_id,
    ),
    LintRule(
        "policy-documents",
        "error",
        "AWS requires a list of documents, also in an answer that refuses.",
        "Return a list, even if empty.",
        measured(EMULATOR),
        _no_documents,
    ),
    LintRule(
        "no-documents",
        "warning",
        "The test call accepts an empty list, but the CONNECT is refused.",
        "Return a document that allows iot:Connect.",
        measured(EMULATOR),
        _empty_documents,
    ),
    LintRule(
        "refresh-range",
        "error",
        "AWS requires 300 to 86400 seconds in an answer that authenticates; in one that refuses it is a warning.",
        "Choose a time in the range, or omit the member for the default of 300.",
        measured(EMULATOR),
        _refresh_range,
    ),
    LintRule(
        "disconnect-range",
        "error",
        "AWS requires 300 to 86400 seconds in an answer that authenticates; in one that refuses it is a warning.",
        "Choose a time in the range, or omit the member for the default of 86400.",
        measured(EMULATOR),
        _disconnect_range,
    ),
    LintRule(
        "never-refreshed",
        "warning",
        "A refresh that is due after the end of the connection never happens.",
        "Refresh earlier, or disconnect later.",
        documented(LAMBDA_ANSWER),
        _never_refreshed,
    ),
    LintRule(
        "unknown-member",
        "warning",
        "AWS drops unknown members, so the intended one is missing.",
        "Correct the name.",
        assumed(LAMBDA_ANSWER),
        _unknown_member,
    ),
    LintRule(
        "context-member",
        "info",
        "Old samples return it, but nothing reads it.",
        "Remove it.",
        reported(CONTEXT_REPORT),
        _dropped_member,
    ),
)
