"""Lint rules for the shape of a document: JSON, keys, versions and statements."""

from __future__ import annotations

from collections.abc import Callable, Iterator

from authlens.core.contract.pages import EMULATOR, GRAMMAR, LAST_WILL_REPORT, VERSIONS
from authlens.core.contract.statement import documented, measured, reported
from authlens.core.lint.rule import Hit, LintRule, LintSubject
from authlens.core.policy.actions import nearest
from authlens.core.policy.conditions import operator_named
from authlens.core.policy.document import DOCUMENT_KEYS, STATEMENT_KEYS, Document
from authlens.core.policy.variables import VERSION_WITH_VARIABLES as _VERSION
from authlens.core.text import json_reader
from authlens.core.text.json_reader import JsonArray, JsonObject, JsonString, Span


def _faults(fault_id: str) -> Callable[[LintSubject], Iterator[Hit]]:
    """A rule that reports a fault found while parsing the document."""

    def check(subject: LintSubject) -> Iterator[Hit]:
        for index, document in enumerate(subject.documents):
            for fault in document.faults:
                if fault.id == fault_id:
                    yield Hit(fault.message, index, _statement_at(subject, index, fault.span), fault.span)

    return check


def _statement_at(subject: LintSubject, document: int, span: Span) -> int | None:
    for statement in subject.documents[document].statements:
        if statement.span.start <= span.start and span.end <= statement.span.end:
            return statement.index
    return None


def _duplicate_key(subject: LintSubject) -> Iterator[Hit]:
    for index, document in enumerate(subject.documents):
        for node in json_reader.walk(document.root) if document.root else ():
            for again, first in node.duplicates() if isinstance(node, JsonObject) else ():
                message = f"the key `{again.value}` is repeated, first on line {first.span.line}; the last one counts"
                yield Hit(message, index, _statement_at(subject, index, again.span), again.span)


def _missing_version(subject: LintSubject) -> Iterator[Hit]:
    for index, document in enumerate(subject.documents):
        if isinstance(document.root, JsonObject) and document.root.get("Version") is None:
            yield Hit(f"the document has no Version{_kept_as_text(document)}", index, None, document.root.span)


def _other_version(subject: LintSubject) -> Iterator[Hit]:
    for index, document in enumerate(subject.documents):
        version = document.root.get("Version") if isinstance(document.root, JsonObject) else None
        if version is not None and document.version != _VERSION:
            written = f"`{document.version}`" if document.version is not None else json_reader.words(version)
            yield Hit(f"Version is {written}, not `{_VERSION}`{_kept_as_text(document)}", index, None, version.span)


def _kept_as_text(document: Document) -> str:
    """The first variable that stays as text because of the Version, phrased as the end of a sentence."""
    templates = (
        template
        for statement in document.statements
        for template in (
            *(element.template for element in statement.resources),
            *(template for condition in statement.conditions for template in condition.templates),
        )
    )
    variable = next((one for template in templates for one in template.variables), None)
    return f", so `{variable.written}` stays as text" if variable else ""


def _unknown_key(subject: LintSubject) -> Iterator[Hit]:
    for index, document in enumerate(subject.documents):
        if isinstance(document.root, JsonObject):
            for key in _others(document.root, DOCUMENT_KEYS):
                yield Hit(_where_it_belongs(key.value, "the document", DOCUMENT_KEYS), index, None, key.span)
    for one in subject.statements():
        if isinstance(one.statement.node, JsonObject):
            for key in _others(one.statement.node, STATEMENT_KEYS):
                if key.value not in _PRINCIPALS:
                    yield one.hit(_where_it_belongs(key.value, "a statement", STATEMENT_KEYS), key.span)


_PRINCIPALS = ("Principal", "NotPrincipal")


def _others(node: JsonObject, known: tuple[str, ...]) -> Iterator[JsonString]:
    return (key for key, _ in node.members if key.value not in known)


def _where_it_belongs(key: str, place: str, known: tuple[str, ...]) -> str:
    what = f"`{key}` is not a key of {place}"
    if key in STATEMENT_KEYS:
        return f"{what}: it belongs inside a statement; a brace may be misplaced"
    if key in DOCUMENT_KEYS:
        return f"{what}: it belongs to the document; a brace may be misplaced"
    if operator_named(key):
        return f"{what}: operators belong inside Condition; a brace may be misplaced"
    meant = nearest(key, known)
    return f"{what}; did you mean `{meant}`?" if meant else what


def _principal(subject: LintSubject) -> Iterator[Hit]:
    for one in subject.statements():
        node = one.statement.node
        for key in _others(node, STATEMENT_KEYS) if isinstance(node, JsonObject) else ():
            if key.value in _PRINCIPALS:
                yield one.hit(f"an AWS IoT policy has no {key.value}", key.span)


def _empty_statement(subject: LintSubject) -> Iterator[Hit]:
    for index, document in enumerate(subject.documents):
        node = document.root.get("Statement") if isinstance(document.root, JsonObject) else None
        if isinstance(node, JsonArray) and not node.items:
            yield Hit("the Statement list is empty, so the document grants nothing", index, None, node.span)


def _duplicate_sid(subject: LintSubject) -> Iterator[Hit]:
    seen: dict[tuple[int, str], int] = {}
    for one in subject.statements():
        sid = one.statement.node.get("Sid") if isinstance(one.statement.node, JsonObject) else None
        if isinstance(sid, JsonString):
            first = seen.setdefault((one.document, sid.value), one.statement.index)
            if first != one.statement.index:
                yield one.hit(f"the Sid `{sid.value}` is already used by statement {first + 1}", sid.span)


RULES = (
    LintRule(
        "json-syntax",
        "error",
        "A document that is not JSON is refused as malformed.",
        "Correct the text at the position shown; generate it with a JSON library instead of joining strings.",
        measured(EMULATOR),
        _faults("json-syntax"),
    ),
    LintRule(
        "not-an-object",
        "error",
        "A policy must be a JSON object; anything else is refused as malformed.",
        "Return an object with Version and Statement.",
        measured(EMULATOR),
        _faults("not-an-object"),
    ),
    LintRule(
        "missing-statement",
        "error",
        "Without a Statement nothing is allowed.",
        "Add a Statement list.",
        documented(GRAMMAR),
        _faults("missing-statement"),
    ),
    LintRule(
        "empty-statement",
        "warning",
        "A document without statements counts towards the limit of ten and allows nothing.",
        "Add a statement, or omit the document.",
        documented(GRAMMAR),
        _empty_statement,
    ),
    LintRule(
        "wrong-type",
        "error",
        "A value of a type that the policy grammar does not allow makes the document malformed.",
        "Use the type given in the message.",
        documented(GRAMMAR),
        _faults("wrong-type"),
    ),
    LintRule(
        "missing-effect",
        "error",
        "A statement without Effect neither allows nor denies.",
        "Add an Effect.",
        documented(GRAMMAR),
        _faults("missing-effect"),
    ),
    LintRule(
        "invalid-effect",
        "error",
        "Effect has two values, which are case-sensitive.",
        "Write Allow or Deny.",
        documented(GRAMMAR),
        _faults("invalid-effect"),
    ),
    LintRule(
        "missing-action",
        "error",
        "A statement without Action has nothing to allow or deny.",
        "Add an Action.",
        documented(GRAMMAR),
        _faults("missing-action"),
    ),
    LintRule(
        "missing-resource",
        "error",
        "A statement without Resource has nothing that its actions apply to.",
        "Add a Resource.",
        documented(GRAMMAR),
        _faults("missing-resource"),
    ),
    LintRule(
        "conflicting-keys",
        "error",
        "Action and NotAction are mutually exclusive, and so are Resource and NotResource.",
        "Keep one of the two.",
        documented(GRAMMAR),
        _faults("conflicting-keys"),
    ),
    LintRule(
        "duplicate-key",
        "error",
        "Most JSON parsers silently keep only the last of two equal keys; two Condition blocks become one.",
        "Merge the two.",
        reported(LAST_WILL_REPORT),
        _duplicate_key,
    ),
    LintRule(
        "unknown-key",
        "error",
        "A key that is not in the grammar is refused or ignored. A misplaced brace puts a key in the wrong object.",
        "Correct the name, or move it to where the message says.",
        documented(GRAMMAR),
        _unknown_key,
    ),
    LintRule(
        "principal",
        "error",
        "The principal of an AWS IoT policy is the client it is returned for; only resource policies of other "
        "services name one.",
        "Remove the key.",
        documented(GRAMMAR),
        _principal,
    ),
    LintRule(
        "missing-version",
        "warning",
        "Without Version the 2008 policy language applies, in which IAM treats policy variables as plain text.",
        f'Add "Version": "{_VERSION}".',
        documented(VERSIONS),
        _missing_version,
    ),
    LintRule(
        "other-version",
        "warning",
        "Only this version of the policy language supports policy variables.",
        f'Write "Version": "{_VERSION}".',
        documented(VERSIONS),
        _other_version,
    ),
    LintRule(
        "duplicate-sid",
        "warning",
        "A Sid must be unique within its document.",
        "Rename or remove one.",
        documented(GRAMMAR),
        _duplicate_sid,
    ),
)
