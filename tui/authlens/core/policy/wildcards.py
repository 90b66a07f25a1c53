"""Wildcards of the policy language: `*` is any run of characters, `/` and `:` included, `?` is one character.

`+` and `#` mean nothing here. A glob is made of symbols, so that characters that came out of a variable stay literal.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from enum import Enum


class Wild(Enum):
    RUN = "*"
    ONE = "?"


@dataclass(frozen=True, slots=True)
class Unknown:
    """A variable that has no value yet: it stands for one text, the same wherever its name is the same."""

    name: str


Symbol = str | Wild | Unknown
"""A string symbol is literal text of any length."""


@dataclass(frozen=True, slots=True)
class Glob:
    """A compiled pattern: chunks that `*` separated, each made of literals that `?` separated."""

    chunks: tuple[tuple[str, ...], ...]

    def matches(self, text: str) -> bool:
        chunks = self.chunks
        first = chunks[0]
        if len(chunks) == 1:
            return text == first[0] if len(first) == 1 else _length(first) == len(text) and _stands(first, text, 0)
        last = chunks[-1]
        start, end = _length(first), len(text) - _length(last)
        if start > end or not _stands(first, text, 0) or not _stands(last, text, end):
            return False
        # The leftmost place of each middle chunk leaves the most room for the rest, so nothing is tried twice.
        for chunk in chunks[1:-1]:
            found = _find(chunk, text, start, end)
            if found < 0:
                return False
            start = found + _length(chunk)
        return True


def compile_symbols(symbols: Iterable[Symbol]) -> Glob:
    """A glob of literals and wildcards; an unknown is not among them."""
    chunks: list[list[list[str]]] = [[[]]]
    for symbol in symbols:
        if symbol is Wild.RUN:
            chunks.append([[]])
        elif symbol is Wild.ONE:
            chunks[-1].append([])
        else:
            chunks[-1][-1].append(str(symbol))
    return Glob(tuple(tuple("".join(piece) for piece in chunk) for chunk in chunks))


def symbols(text: str) -> tuple[Symbol, ...]:
    """The symbols of a text in which nothing but wildcards is special."""
    return tuple(Wild(part) if part in ("*", "?") else part for part in re.split(r"([*?])", text) if part)


_MOST_STEPS = 200_000
"""Patterns longer than any that AWS accepts are compared as texts, so that no text takes long."""


def covers(wide: Sequence[Symbol], narrow: Sequence[Symbol]) -> bool:
    """Whether everything that `narrow` matches is matched by `wide`. Sound; it may miss what only `?*` shows."""
    pattern, letters = _letters(wide), _letters(narrow)
    if len(pattern) * len(letters) > _MOST_STEPS:
        return pattern == letters
    states = _closed({0}, pattern)
    for letter in letters:
        states = _closed(_advance(states, pattern, letter), pattern)
        if not states:
            return False
    return len(pattern) in states


def overlap(one: Sequence[Symbol], other: Sequence[Symbol]) -> bool:
    """Whether some text is matched by both. An unknown matches only itself and wildcards."""
    left, right = _letters(one), _letters(other)
    if len(left) * len(right) > _MOST_STEPS:
        return left == right
    seen: set[tuple[int, int]] = set()
    pending = [(0, 0)]
    while pending:
        pair = pending.pop()
        if pair in seen:
            continue
        seen.add(pair)
        if pair == (len(left), len(right)):
            return True
        pending.extend(_steps(left, right, *pair))
    return False


def _steps(left: Sequence[Symbol], right: Sequence[Symbol], i: int, j: int) -> Iterable[tuple[int, int]]:
    a = left[i] if i < len(left) else None
    b = right[j] if j < len(right) else None
    if a is Wild.RUN:
        yield i + 1, j
    if b is Wild.RUN:
        yield i, j + 1
    if a is Wild.RUN and b is not None:
        yield i, j + 1
    if b is Wild.RUN and a is not None:
        yield i + 1, j
    if a is not None and b is not None and Wild.RUN not in (a, b) and (a == b or Wild.ONE in (a, b)):
        yield i + 1, j + 1


def _advance(states: set[int], pattern: Sequence[Symbol], letter: Symbol) -> set[int]:
    reached = set()
    for state in states:
        if state == len(pattern):
            continue
        symbol = pattern[state]
        if symbol is Wild.RUN:
            reached.add(state)
        elif symbol == letter or (symbol is Wild.ONE and isinstance(letter, str)):
            reached.add(state + 1)
    return reached


def _closed(states: set[int], pattern: Sequence[Symbol]) -> set[int]:
    """With the states that a `*` reaches by matching nothing."""
    for state in tuple(states):
        while state < len(pattern) and pattern[state] is Wild.RUN:
            state += 1
            states.add(state)
    return states


def _letters(symbols: Sequence[Symbol]) -> list[Symbol]:
    letters: list[Symbol] = []
    for symbol in symbols:
        letters.extend(symbol if isinstance(symbol, str) else [symbol])
    return letters


def _length(chunk: tuple[str, ...]) -> int:
    return len(chunk[0]) if len(chunk) == 1 else sum(map(len, chunk)) + len(chunk) - 1


def _stands(chunk: tuple[str, ...], text: str, at: int) -> bool:
    for piece in chunk:
        if not text.startswith(piece, at):
            return False
        at += len(piece) + 1
    return True


def _find(chunk: tuple[str, ...], text: str, start: int, end: int) -> int:
    if len(chunk) == 1:
        return text.find(chunk[0], start, end)
    last = end - _length(chunk)
    return next((at for at in range(start, last + 1) if _stands(chunk, text, at)), -1)
