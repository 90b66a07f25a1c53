"""A comparison as aligned text: the request member by member, the answer, and each pair of documents.

Rows compare the actual values and show them redacted. By meaning, documents are written in a fixed order, so that only
differences in meaning are marked; as text, they are indented but otherwise unchanged.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import replace
from typing import Any

from authlens.core.compare.aligned_text import AlignedRow, RowKind, Section, align, row
from authlens.core.compare.compare import Comparison, Side, members, shown_members
from authlens.core.compare.policies import DocumentPair, PolicyMeaning, StatementMeaning, StatementPair
from authlens.core.contract.outcome import Outcome
from authlens.core.invocation.invocation import Failure
from authlens.core.text.visible import visible

_KEYS = ("Version", "Id", "Statement", "Sid", "Effect", "Principal", "Action", "NotAction", "Resource", "NotResource")
_AS_WRITTEN = frozenset({"Version", "Id", "Sid", "Effect", "Condition", "Statement"})
"""Elements that are not written as a list."""


def sections(comparison: Comparison, textual: bool = False) -> tuple[Section, ...]:
    """Every part that either side has. `textual` shows the documents as text instead of by meaning."""
    left, right = comparison.left, comparison.right
    parts = list(_request(left, right))
    redact = comparison.redactor().text
    if left.result is not None or right.result is not None:
        rows = _keyed(answer_members(left), answer_members(right))
        parts.append(Section("answer", tuple(_one_line_each(_hidden(rows, redact)))))
    for pair in comparison.documents:
        rows = list(_as_text(pair) if textual else _by_meaning(pair))
        parts.append(Section(_title(pair), _hidden(rows, redact)))
    return tuple(parts)


def answer_members(side: Side) -> dict[str, str]:
    """An answer without its documents, by API name."""
    result = side.result
    if isinstance(result, Failure):
        return _present(error=result.error, httpStatus=result.http_status, message=result.message)
    if isinstance(result, Outcome):
        return _present(
            isAuthenticated=result.is_authenticated,
            principalId=result.principal_id,
            refreshAfterInSeconds=result.refresh_after_in_seconds,
            disconnectAfterInSeconds=result.disconnect_after_in_seconds,
        )
    return {}


def _present(**values: object) -> dict[str, str]:
    return {
        name: value if isinstance(value, str) else json.dumps(value)
        for name, value in values.items()
        if value is not None
    }


def _request(left: Side, right: Side) -> Iterator[Section]:
    if left.request and right.request:
        rows = _keyed(members(left.request), members(right.request))
        redacted = (shown_members(left.request, left.authorizer), shown_members(right.request, right.authorizer))
        shown = _one_line_each(_keyed(*redacted))
        yield Section("request", tuple(map(_shown_as, rows, shown)))


def _keyed(left: Mapping[str, str], right: Mapping[str, str]) -> list[AlignedRow]:
    names = [*left, *(name for name in right if name not in left)]
    return [row(_line(name, left.get(name)), _line(name, right.get(name))) for name in names]


def _line(name: str, value: str | None) -> str | None:
    return None if value is None else f"{name}: {value}"


def _one_line_each(rows: Iterable[AlignedRow]) -> list[AlignedRow]:
    """Rows whose values are shown on one line."""
    return [_shown_as(each, row(*(text and visible(text) for text in (each.left, each.right)))) for each in rows]


def _shown_as(actual: AlignedRow, shown: AlignedRow) -> AlignedRow:
    """The shown row, marked like the actual row."""
    if actual.kind is RowKind.CHANGED and shown.kind is RowKind.SAME and shown.right is not None:
        return replace(row(shown.left, f"{shown.right} (differs)"), kind=RowKind.CHANGED)
    return replace(shown, kind=actual.kind)


def _hidden(rows: Sequence[AlignedRow], redact: Callable[[str], str]) -> tuple[AlignedRow, ...]:
    """The rows, redacted. There is almost never anything to hide, which one check of the whole text shows."""
    text = "\n".join(line for each in rows for line in (each.left, each.right) if line is not None)
    return tuple(rows) if redact(text) == text else tuple(_hidden_row(each, redact) for each in rows)


def _hidden_row(each: AlignedRow, redact: Callable[[str], str]) -> AlignedRow:
    left, right = (text if text is None else redact(text) for text in (each.left, each.right))
    return each if (left, right) == (each.left, each.right) else _shown_as(each, row(left, right))


def _title(pair: DocumentPair) -> str:
    left, right = (side.number if side else None for side in (pair.left, pair.right))
    if left is not None and right is not None and left != right:
        return f"document {left} → {right}"
    return f"document {right if left is None else left}"


def _as_text(pair: DocumentPair) -> tuple[AlignedRow, ...]:
    return align(*(_indented(side) for side in (pair.left, pair.right)))


def _indented(document: PolicyMeaning | None) -> list[str]:
    if document is None:
        return []
    if document.value is None:
        return document.text.splitlines()
    return json.dumps(document.value, indent=2, ensure_ascii=False).splitlines()


def _by_meaning(pair: DocumentPair) -> tuple[AlignedRow, ...]:
    """Statement by statement, each next to its match."""
    if not (pair.left and pair.right) or pair.left.value is None or pair.right.value is None:
        return _as_text(pair)
    rows = [*align(["{", *_elements(pair.left)], ["{", *_elements(pair.right)]), row(_OPEN, _OPEN)]
    for each in pair.statements:
        right = _statement(pair.right, each.right)
        left = right if _same(each) else _statement(pair.left, each.left)
        rows += align(left, right)
    return (*rows, row("  ]", "  ]"), row("}", "}"))


_OPEN = '  "Statement": ['


def _same(pair: StatementPair) -> bool:
    """Whether the statements have the same meaning and name, and so the same text in a fixed order."""
    return bool(pair.left and pair.right and (pair.left.sid, pair.left.atoms) == (pair.right.sid, pair.right.atoms))


def _elements(document: PolicyMeaning) -> list[str]:
    value = {name: item for name, item in document.value.items() if name != "Statement"}
    return json.dumps(_ordered(value), indent=2, ensure_ascii=False).splitlines()[1:-1] if value else []


def _statement(document: PolicyMeaning, statement: StatementMeaning | None) -> list[str]:
    if statement is None:
        return []
    written = document.value["Statement"]
    value = written[statement.number - 1] if isinstance(written, list) else written
    lines = json.dumps(_ordered(value), indent=2, ensure_ascii=False).splitlines()
    return [f"    {line}" for line in (*lines[:-1], f"{lines[-1]},")]


def _ordered(value: Any) -> Any:
    if not isinstance(value, dict):
        return value
    names = sorted(value, key=lambda name: (_KEYS.index(name) if name in _KEYS else len(_KEYS), name))
    return {name: _ordered_element(name, value[name]) for name in names}


def _ordered_element(name: str, value: Any) -> Any:
    if name == "Condition" and isinstance(value, dict):
        return {operator: _ordered_values(value[operator]) for operator in sorted(value)}
    return value if name in _AS_WRITTEN else _listed(value)


def _ordered_values(keys: Any) -> Any:
    return {key: _listed(keys[key]) for key in sorted(keys)} if isinstance(keys, dict) else keys


def _listed(value: Any) -> list[Any]:
    values: Sequence[Any] = value if isinstance(value, list) else [value]
    if all(isinstance(item, str) for item in values):
        return sorted(set(values))
    written = {json.dumps(item, sort_keys=True): item for item in values}
    return [written[text] for text in sorted(written)]
