"""Policy documents compared by meaning.

Documents and statements are sets, matched best first; the order of keys and values does not matter, a single value
equals a list of one, and `Sid` and `Id` are names. A change of order is reported but is not a difference.
"""

from __future__ import annotations

import json
from collections.abc import Iterable, Iterator, Sequence
from typing import Any, TypeVar

from authlens.core.policy.actions import action_named
from authlens.frozen import dataclass

Atom = tuple[str, str]
"""An element of a statement (`Action`, `Condition StringEquals iot:ClientId`) and one of its values."""

_NAMES = frozenset({"Sid", "Id"})
_SCALARS = frozenset({"Effect", "Version"})
_DEEPEST = 60
_TOO_COMMON = frozenset({"Effect", "Version"})
"""Elements that nearly all statements share: on their own they do not make a match."""


@dataclass(frozen=True, slots=True)
class StatementMeaning:
    number: int
    """1-based, as written."""
    sid: str | None
    atoms: frozenset[Atom]


@dataclass(frozen=True, slots=True)
class PolicyMeaning:
    number: int
    """1-based, as returned."""
    text: str
    value: Any
    """The JSON value; `None` if the text is not a JSON object."""
    elements: frozenset[Atom]
    """The elements other than `Statement`: `Version` and unknown ones."""
    statements: tuple[StatementMeaning, ...]

    @property
    def meaning(self) -> object:
        """Equal for documents that mean the same."""
        return (self.elements, frozenset(statement.atoms for statement in self.statements))

    @property
    def traits(self) -> frozenset[object]:
        """The basis for measuring similarity: every atom, and every statement as a whole."""
        atoms = (atom for statement in self.statements for atom in statement.atoms)
        return frozenset((*self.elements, *atoms, *(statement.atoms for statement in self.statements)))


@dataclass(frozen=True, slots=True)
class StatementPair:
    left: StatementMeaning | None
    right: StatementMeaning | None

    @property
    def removed(self) -> frozenset[Atom]:
        return _atoms(self.left) - _atoms(self.right)

    @property
    def added(self) -> frozenset[Atom]:
        return _atoms(self.right) - _atoms(self.left)


@dataclass(frozen=True, slots=True)
class DocumentPair:
    left: PolicyMeaning | None
    right: PolicyMeaning | None
    statements: tuple[StatementPair, ...]
    """In the order of the right side; removed ones last."""

    @property
    def equal(self) -> bool:
        return self.left is not None and self.right is not None and self.left.meaning == self.right.meaning


def read_policy(document: str | Any, number: int = 1) -> PolicyMeaning:
    """The meaning of a document given as JSON text or as a JSON value. Text that is not a policy is only equal to
    itself."""
    text, value = (document, _json(document)) if isinstance(document, str) else (json.dumps(document), document)
    if not isinstance(value, dict):
        return PolicyMeaning(number, text, None, frozenset({("text", _squeezed(text, value))}), ())
    listed = value.get("Statement", [])
    statements = listed if isinstance(listed, list) else [listed]
    elements = {key: item for key, item in value.items() if key not in _NAMES and key != "Statement"}
    return PolicyMeaning(
        number,
        text,
        value,
        frozenset(_atoms_of(elements)),
        tuple(_statement(statement, place) for place, statement in enumerate(statements, 1)),
    )


def pair_documents(left: Sequence[Any], right: Sequence[Any]) -> tuple[DocumentPair, ...]:
    """Both lists of documents matched best first, in the order of the right side; removed ones last."""
    a = [read_policy(document, number) for number, document in enumerate(left, 1)]
    b = [read_policy(document, number) for number, document in enumerate(right, 1)]
    matched = _match([document.traits for document in a], [document.traits for document in b])
    _pair_unreadable(matched, a, b)
    pairs = [_document_pair(a[matched[place]] if place in matched else None, b[place]) for place in range(len(b))]
    gone = [place for place in range(len(a)) if place not in matched.values()]
    return (*pairs, *(_document_pair(a[place], None) for place in gone))


def equal_documents(left: Sequence[Any], right: Sequence[Any]) -> bool:
    """Whether both lists contain the same statements, in any documents and order."""
    a, b = (map(read_policy, documents) for documents in (left, right))
    return _whole_meaning(a) == _whole_meaning(b)


def mean_the_same(pairs: Sequence[DocumentPair]) -> bool:
    """Like `equal_documents`, for documents that are already paired."""
    left, right = (pair.left for pair in pairs if pair.left), (pair.right for pair in pairs if pair.right)
    return _whole_meaning(left) == _whole_meaning(right)


def _whole_meaning(documents: Iterable[PolicyMeaning]) -> frozenset[object]:
    """Every statement with the other elements of its document; a document without statements as a whole."""
    return frozenset(
        (document.elements, atoms)
        for document in documents
        for atoms in ({statement.atoms for statement in document.statements} or {frozenset()})
    )


def moved(pairs: Sequence[DocumentPair]) -> bool:
    """Whether documents that are on both sides are in a different order."""
    numbers = [pair.left.number for pair in pairs if pair.left and pair.right]
    return numbers != sorted(numbers)


def _document_pair(left: PolicyMeaning | None, right: PolicyMeaning | None) -> DocumentPair:
    a = left.statements if left else ()
    b = right.statements if right else ()
    matched = _match([statement.atoms for statement in a], [statement.atoms for statement in b])
    pairs = [StatementPair(a[matched[place]] if place in matched else None, b[place]) for place in range(len(b))]
    gone = [StatementPair(statement, None) for place, statement in enumerate(a) if place not in matched.values()]
    return DocumentPair(left, right, tuple(_without_repeats([*pairs, *gone], a, b)))


def _without_repeats(
    pairs: list[StatementPair], left: Sequence[StatementMeaning], right: Sequence[StatementMeaning]
) -> Iterator[StatementPair]:
    """Statements are a set: a statement repeated on one side is not a difference."""
    known = {statement.atoms for statement in left} & {statement.atoms for statement in right}
    for pair in pairs:
        alone = pair.left or pair.right
        if (pair.left and pair.right) or (alone and alone.atoms not in known):
            yield pair


Traits = TypeVar("Traits", bound=frozenset[Any])


def _match(left: Sequence[Traits], right: Sequence[Traits]) -> dict[int, int]:
    """Matches right indices to left indices: the most similar first, then the nearest.

    Equal items are matched first, so that only the rest has to be measured.
    """
    places: dict[Traits, list[int]] = {}
    for i, a in enumerate(left):
        places.setdefault(a, []).append(i)
    matched: dict[int, int] = {}
    _take(matched, ((0.0, abs(i - j), j, i) for j, b in enumerate(right) for i in places.get(b, ())))
    taken = set(matched.values())
    free = [(i, a) for i, a in enumerate(left) if i not in taken]
    rest = ((j, b) for j, b in enumerate(right) if j not in matched)
    alike = ((-_likeness(a, b), abs(i - j), j, i) for j, b in rest for i, a in free)
    _take(matched, (candidate for candidate in alike if candidate[0]))
    return matched


def _take(matched: dict[int, int], candidates: Iterable[tuple[float, int, int, int]]) -> None:
    """Match unmatched candidates, best first."""
    taken = set(matched.values())
    for _, _, j, i in sorted(candidates):
        if j not in matched and i not in taken:
            matched[j] = i
            taken.add(i)


def _likeness(left: frozenset[Any], right: frozenset[Any]) -> float:
    shared = left & right
    telling = any(isinstance(trait, frozenset) or trait[0] not in _TOO_COMMON for trait in shared)
    return len(shared) / len(left | right) if telling else 0.0


def _pair_unreadable(matched: dict[int, int], left: list[PolicyMeaning], right: list[PolicyMeaning]) -> None:
    """A document that is not a JSON object is compared, as text, with the one at the same position."""
    for place in range(min(len(left), len(right))):
        free = place not in matched and place not in matched.values()
        if free and (left[place].value is None or right[place].value is None):
            matched[place] = place


def _statement(value: Any, number: int) -> StatementMeaning:
    if not isinstance(value, dict):
        return StatementMeaning(number, None, frozenset({("text", json.dumps(value, sort_keys=True))}))
    sid = value.get("Sid")
    elements = {key: item for key, item in value.items() if key not in _NAMES}
    return StatementMeaning(number, sid if isinstance(sid, str) else None, frozenset(_atoms_of(elements)))


def _atoms_of(elements: dict[str, Any]) -> Iterator[Atom]:
    for name, value in elements.items():
        if name == "Condition" and isinstance(value, dict):
            yield from _condition_atoms(value)
        elif name in _SCALARS:
            yield name, _text(value)
        else:
            yield from _each(name, value)


def _condition_atoms(condition: dict[str, Any]) -> Iterator[Atom]:
    for operator, keys in condition.items():
        if isinstance(keys, dict):
            for key, values in keys.items():
                yield from _each(f"Condition {operator} {key}", values)
        else:
            yield f"Condition {operator}", _text(keys)


def _each(name: str, value: Any) -> Iterator[Atom]:
    values = value if isinstance(value, list) else [value]
    if not values:
        yield name, "(empty list)"
    for item in values:
        yield name, _action(_text(item)) if name in ("Action", "NotAction") else _text(item)


def _action(text: str) -> str:
    """A known action in its canonical spelling, because actions are case-insensitive."""
    known = action_named(text)
    return known.name if known else text


def _text(value: Any) -> str:
    """The value as compared in policies, where `true` and `"true"` are the same."""
    return value if isinstance(value, str) else json.dumps(value, sort_keys=True, ensure_ascii=False)


def _atoms(statement: StatementMeaning | None) -> frozenset[Atom]:
    return statement.atoms if statement else frozenset()


def _json(text: str) -> Any:
    try:
        value = json.loads(text)
    except (ValueError, RecursionError):
        return None
    return value if _is_shallow(value) else None


def _is_shallow(value: Any) -> bool:
    """Whether the value is not nested too deeply; deeper ones are compared as text, because recursive code would fail
    on them."""
    level = [value]
    for _ in range(_DEEPEST):
        level = [item for holder in level for item in _items(holder)]
    return not level


def _items(value: Any) -> Iterable[Any]:
    if isinstance(value, dict):
        return value.values()
    return value if isinstance(value, list) else ()


def _squeezed(text: str, value: Any) -> str:
    """JSON other than an object is compared by value, other text by its characters."""
    return text.strip() if value is None else json.dumps(value, sort_keys=True)
