"""Two texts side by side: aligned rows, changes word by word, folds and jump targets.

Lines are matched without their trailing comma, so that appending a value to a JSON list changes one line and not two.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from difflib import SequenceMatcher
from enum import StrEnum
from itertools import zip_longest

from authlens.frozen import dataclass

Span = tuple[int, int]
"""Start and end of characters in a row's text."""

_WORDS = re.compile(r"\w+|\s+|[^\w\s]")
_MOST_LINES = 2000
_MOST_WORDS = 400
"""Beyond these limits, everything between the common ends counts as one change, because matching takes quadratic
time."""


class RowKind(StrEnum):
    """How a row's sides relate; the value is its glyph."""

    SAME = " "
    CHANGED = "~"
    REMOVED = "-"
    ADDED = "+"


@dataclass(frozen=True, slots=True)
class AlignedRow:
    kind: RowKind
    left: str | None
    """`None` if the line is only on the right."""
    right: str | None
    left_spans: tuple[Span, ...] = ()
    """What changed within the line; empty unless `kind` is CHANGED."""
    right_spans: tuple[Span, ...] = ()


@dataclass(frozen=True, slots=True)
class Fold:
    """A run of unchanged rows that need not be shown."""

    start: int
    """The index of its first row."""
    count: int


@dataclass(frozen=True, slots=True)
class Section:
    """A part of both sides under one title: the request, the answer, a document."""

    title: str
    rows: tuple[AlignedRow, ...]

    @property
    def changed(self) -> bool:
        return any(row.kind is not RowKind.SAME for row in self.rows)


def align(left: Sequence[str], right: Sequence[str]) -> tuple[AlignedRow, ...]:
    """The lines of both sides in rows."""
    a, b = [line.rstrip(",") for line in left], [line.rstrip(",") for line in right]
    rows: list[AlignedRow] = []
    for tag, left_from, left_to, right_from, right_to in _opcodes(a, b):
        lines = zip_longest(left[left_from:left_to], right[right_from:right_to])
        rows += (AlignedRow(RowKind.SAME, *pair) if tag == "equal" else row(*pair) for pair in lines)
    return tuple(rows)


def row(left: str | None, right: str | None) -> AlignedRow:
    """One row of two lines, or of one line and a gap."""
    if left is None or right is None:
        return AlignedRow(RowKind.ADDED if left is None else RowKind.REMOVED, left, right)
    if left == right:
        return AlignedRow(RowKind.SAME, left, right)
    return AlignedRow(RowKind.CHANGED, left, right, *word_spans(left, right))


def word_spans(left: str, right: str) -> tuple[tuple[Span, ...], tuple[Span, ...]]:
    """The characters of each side that are missing on the other, in whole words."""
    a, b = _WORDS.findall(left), _WORDS.findall(right)
    changes = [operation for operation in _opcodes(a, b, _MOST_WORDS) if operation[0] != "equal"]
    return _spans(a, [(op[1], op[2]) for op in changes]), _spans(b, [(op[3], op[4]) for op in changes])


def fold(rows: Sequence[AlignedRow], context: int = 3) -> tuple[AlignedRow | Fold, ...]:
    """The rows with every long run of unchanged ones folded, except `context` rows around each change."""
    near = {
        shown
        for place, each in enumerate(rows)
        if each.kind is not RowKind.SAME
        for shown in range(place - context, place + context + 1)
    }
    return tuple(_folded(rows, near))


def _folded(rows: Sequence[AlignedRow], near: set[int]) -> Iterator[AlignedRow | Fold]:
    start = 0
    while start < len(rows):
        end = start
        while end < len(rows) and end not in near:
            end += 1
        if end - start > 1:
            yield Fold(start, end - start)
            start = end
        else:
            yield rows[start]
            start += 1


Operation = tuple[str, int, int, int, int]


def _opcodes(left: Sequence[str], right: Sequence[str], most: int = _MOST_LINES) -> Iterator[Operation]:
    """The opcodes of SequenceMatcher, with the common ends handled first."""
    head = _common(left, right)
    tail = _common(left[head:][::-1], right[head:][::-1])
    left_to, right_to = len(left) - tail, len(right) - tail
    if head:
        yield "equal", 0, head, 0, head
    if max(left_to, right_to) - head > most:
        yield "replace", head, left_to, head, right_to
    else:
        matcher = SequenceMatcher(None, left[head:left_to], right[head:right_to], autojunk=False)
        for tag, a, b, c, d in matcher.get_opcodes():
            yield tag, a + head, b + head, c + head, d + head
    if tail:
        yield "equal", left_to, len(left), right_to, len(right)


def _common(left: Sequence[str], right: Sequence[str]) -> int:
    """The length of the common prefix."""
    pairs = enumerate(zip(left, right, strict=False))
    return next((place for place, (a, b) in pairs if a != b), min(len(left), len(right)))


def _spans(words: Sequence[str], ranges: Sequence[Span]) -> tuple[Span, ...]:
    ends = [0]
    for word in words:
        ends.append(ends[-1] + len(word))
    return tuple((ends[start], ends[end]) for start, end in ranges if start < end)
