"""What changed between two answers or requests, in words. Every sentence is short and self-contained.

`principal p1 → p2`, `statement 2: action iot:Receive added`, `document 1 unchanged`.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence

from authlens.core.compare.policies import (
    Atom,
    DocumentPair,
    PolicyMeaning,
    StatementMeaning,
    StatementPair,
    mean_the_same,
    moved,
)
from authlens.core.contract.outcome import Outcome
from authlens.core.invocation.invocation import Failure
from authlens.frozen import dataclass

Result = Outcome | Failure


@dataclass(frozen=True, slots=True)
class Change:
    """One thing that differs, or a note on one that does not."""

    about: str
    """`request`, `answer` or `policies`."""
    words: str
    differs: bool = True
    """False for a note on something that means the same: an order, a name, `document 1 unchanged`."""

    @property
    def is_of_request(self) -> bool:
        return self.about == "request"


def result_changes(left: Result, right: Result) -> Iterator[Change]:
    """The changes in everything except the policy documents."""
    if isinstance(left, Failure) or isinstance(right, Failure):
        yield from _failure_changes(left, right)
        return
    yield from _changed("answer", "authenticated", left.is_authenticated, right.is_authenticated)
    yield from _changed("answer", "principal", left.principal_id, right.principal_id)
    yield from _changed("answer", "refresh after", left.refresh_after_in_seconds, right.refresh_after_in_seconds)
    yield from _changed(
        "answer", "disconnect after", left.disconnect_after_in_seconds, right.disconnect_after_in_seconds
    )


def request_changes(
    left: Mapping[str, str], right: Mapping[str, str], left_shown: Mapping[str, str], right_shown: Mapping[str, str]
) -> Iterator[Change]:
    """The changes in members by dotted name, compared as they are and reported as they are shown."""
    for name in (*left, *(name for name in right if name not in left)):
        if left.get(name) == right.get(name):
            continue
        before, after = left_shown.get(name), right_shown.get(name)
        if before == after:
            yield Change("request", f"{name} changed ({after})")
        else:
            yield from _changed("request", name, before, after)


def policy_changes(pairs: Sequence[DocumentPair]) -> Iterator[Change]:
    single = len(pairs) == 1 and pairs[0].left is not None and pairs[0].right is not None
    if pairs and not all(pair.equal for pair in pairs) and mean_the_same(pairs):
        yield Change("policies", "the same statements are in different documents, which has no effect", differs=False)
        return
    for pair in pairs:
        yield from _document_changes(pair, "" if single else f"{_document_name(pair)}, ")
    if moved(pairs):
        order = ", ".join(f"{pair.left.number} → {pair.right.number}" for pair in pairs if pair.left and pair.right)
        yield Change("policies", f"order of documents changed, which has no effect ({order})", differs=False)


def statement_summary(statement: StatementMeaning) -> str:
    """`Allow iot:Publish, iot:Receive on topic/a`, ARNs in full."""
    effect = ", ".join(_values(statement, "Effect")) or "no effect:"
    actions, resources = (_applies_to(statement, name) for name in ("Action", "Resource"))
    conditioned = any(name.startswith("Condition") for name, _ in statement.atoms)
    return f"{effect} {actions} on {resources}{' under conditions' if conditioned else ''}"


def _applies_to(statement: StatementMeaning, name: str) -> str:
    """`iot:Publish, iot:Receive`, `all but iot:Connect` or `no action`."""
    named, others = (", ".join(_values(statement, element)) for element in (name, f"Not{name}"))
    return named or (f"all but {others}" if others else f"no {name.lower()}")


def _failure_changes(left: Result, right: Result) -> Iterator[Change]:
    if isinstance(left, Failure) and isinstance(right, Failure):
        yield from _changed("answer", "error", left.error, right.error)
        yield from _changed("answer", "HTTP status", left.http_status, right.http_status)
        yield from _changed("answer", "message", left.message, right.message)
    else:
        yield Change("answer", f"{result_words(left)} → {result_words(right)}")


def result_words(result: Result) -> str:
    """`authenticated as p1`, `refused as p1`, `InvalidRequestException: Authorizer A not found`."""
    if isinstance(result, Failure):
        if result.message and result.is_of_connection:
            return result.message
        return f"{result.error}: {result.message}" if result.message else result.error
    verdict = "authenticated" if result.is_authenticated else "not authenticated"
    return f"{verdict} as {result.principal_id}" if result.principal_id else verdict


def _changed(about: str, name: str, left: object, right: object) -> Iterator[Change]:
    if left != right:
        yield Change(about, f"{name} {_shown(left)} → {_shown(right)}")


def _shown(value: object) -> str:
    if isinstance(value, bool):
        return "yes" if value else "no"
    if value is None:
        return "(absent)"
    return repr(value) if value == "" or isinstance(value, bytes) else str(value)


def _document_name(pair: DocumentPair) -> str:
    number, *others = dict.fromkeys(side.number for side in (pair.right, pair.left) if side)
    return f"document {number} (was {others[0]})" if others else f"document {number}"


def _document_changes(pair: DocumentPair, prefix: str) -> Iterator[Change]:
    if pair.left is None or pair.right is None:
        yield _document_alone(pair)
    elif pair.equal:
        yield Change("policies", f"{_document_name(pair)} unchanged", differs=False)
    elif pair.left.value is None or pair.right.value is None:
        yield Change("policies", f"{_document_name(pair)}: text differs (not a policy on both sides)")
    else:
        yield from _element_changes(pair.left, pair.right, prefix)
        for statement in pair.statements:
            yield from _statement_changes(statement, prefix)


def _document_alone(pair: DocumentPair) -> Change:
    statements = [statement for side in (pair.left, pair.right) if side for statement in side.statements]
    said = "; ".join(statement_summary(statement) for statement in statements) or "no statement"
    return Change("policies", f"{_document_name(pair)} {'added' if pair.right else 'removed'}: {said}")


def _element_changes(left: PolicyMeaning, right: PolicyMeaning, prefix: str) -> Iterator[Change]:
    words = _atom_words(left.elements - right.elements, right.elements - left.elements)
    if words:
        yield Change("policies", prefix + words)


def _statement_changes(pair: StatementPair, prefix: str) -> Iterator[Change]:
    if pair.left is None or pair.right is None:
        statement = pair.right or pair.left
        if statement:
            verb = "added" if pair.right else "removed"
            yield Change("policies", f"{prefix}statement {statement.number} {verb}: {statement_summary(statement)}")
        return
    where = f"statement {pair.right.number}"
    if pair.left.number != pair.right.number:
        where += f" (was {pair.left.number})"
    if pair.left.atoms != pair.right.atoms:
        yield Change("policies", f"{prefix}{where}: {_atom_words(pair.removed, pair.added)}")


def _atom_words(removed: frozenset[Atom], added: frozenset[Atom]) -> str:
    """`effect Allow → Deny, action iot:Receive added, resource arn:… removed`."""
    words: list[str] = []
    for name in sorted({name for name, _ in removed | added}, key=_element_order):
        gone, new = _values_of(removed, name), _values_of(added, name)
        label = name[:1].lower() + name[1:]
        if len(gone) == len(new) == 1:
            words.append(f"{label} {gone[0]} → {new[0]}")
        else:
            words += [f"{label} {value} added" for value in new] + [f"{label} {value} removed" for value in gone]
    return ", ".join(words)


_ORDER = ("Version", "Effect", "Action", "NotAction", "Resource", "NotResource")


def _element_order(name: str) -> tuple[int, str]:
    return (_ORDER.index(name) if name in _ORDER else len(_ORDER), name)


def _values(statement: StatementMeaning, name: str) -> list[str]:
    return _values_of(statement.atoms, name)


def _values_of(atoms: frozenset[Atom], name: str) -> list[str]:
    return sorted(value for element, value in atoms if element == name)
