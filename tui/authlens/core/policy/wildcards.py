"""Wildcards of the policy language: `*` is any run of characters, including `/` and `:`; `?` is one character.

`+` and `#` are ordinary characters. A glob is made of symbols, so that characters from a variable's value stay literal.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Sequence
from contextlib import contextmanager
from contextvars import ContextVar
from enum import Enum
from functools import lru_cache

from authlens.frozen import dataclass


class Wild(Enum):
    RUN = "*"
    ONE = "?"

    __hash__ = object.__hash__
    """Patterns are keys of caches; an enum's own hash is a function in Python."""


@dataclass(frozen=True, slots=True)
class Unknown:
    """A variable without a value yet: some text, the same for every variable with the same name."""

    name: str

    def __str__(self) -> str:
        return self.name


Symbol = str | Wild | Unknown
"""A string symbol is literal text of any length."""


@dataclass(frozen=True, slots=True)
class Glob:
    """A compiled pattern: chunks separated by `*`, each made of literals separated by `?`."""

    chunks: tuple[tuple[str, ...], ...]

    def matches(self, text: str) -> bool:
        chunks = self.chunks
        if chunks == _ANY:
            return True
        first = chunks[0]
        if len(chunks) == 1:
            return text == first[0] if len(first) == 1 else _length(first) == len(text) and _fits_at(first, text, 0)
        last = chunks[-1]
        start, end = _length(first), len(text) - _length(last)
        if start > end or not _fits_at(first, text, 0) or not _fits_at(last, text, end):
            return False
        # Matching each middle chunk as far left as possible leaves the most room for the rest, so nothing is tried
        # twice.
        for chunk in chunks[1:-1]:
            found = _find(chunk, text, start, end)
            if found < 0:
                return False
            start = found + _length(chunk)
        return True


_ANY = (("",), ("",))
"""The chunks of `*`."""
MOST_STEPS = 400_000
"""Of comparing patterns: the documents of an answer take a few thousand, and these about a second."""
STEPS_OF_AN_ANSWER = MOST_STEPS // 4
"""What everything that is said about one answer may take together."""


class TooMuchWork(Exception):
    """Comparing the patterns would take longer than was allowed."""


_LEFT: ContextVar[list[int] | None] = ContextVar("steps left", default=None)
_SHARED: ContextVar[list[int] | None] = ContextVar("steps left to all", default=None)


@contextmanager
def bounded_work(steps: int) -> Iterator[None]:
    """Let comparisons of patterns take this many steps, a few for each symbol, and then raise TooMuchWork.

    Inside another bound, or a shared one, its steps are taken from what is left of that one.
    """
    outer = _LEFT.get() or _SHARED.get()
    allowed = steps if outer is None else min(steps, outer[0])
    left = [allowed]
    token = _LEFT.set(left)
    try:
        yield
    finally:
        _LEFT.reset(token)
        if outer is not None:
            outer[0] -= allowed - max(0, left[0])


@contextmanager
def shared_work(steps: int) -> Iterator[None]:
    """All bounds inside take these steps together. What is not inside a bound of its own is never stopped."""
    token = _SHARED.set([steps])
    try:
        yield
    finally:
        _SHARED.reset(token)


def spend(steps: int) -> None:
    """Count steps within a bound; outside of one, nothing. Raises TooMuchWork.

    What is cached counts as if it were not, so that the same documents always lead to the same result.
    """
    left = _LEFT.get()
    if left is not None:
        left[0] -= steps
        if left[0] < 0:
            raise TooMuchWork


def compile_symbols(symbols: Iterable[Symbol]) -> Glob:
    """A glob from literals and wildcards; unknowns are not allowed."""
    found = tuple(symbols)
    spend(4 + len(found))
    return compiled(found)


def compiled(symbols: Iterable[Symbol]) -> Glob:
    """As `compile_symbols`, and takes no steps: for a decision, which is always made."""
    chunks: list[list[list[str]]] = [[[]]]
    for symbol in symbols:
        if symbol is Wild.RUN:
            chunks.append([[]])
        elif symbol is Wild.ONE:
            chunks[-1].append([])
        else:
            chunks[-1][-1].append(str(symbol))
    return Glob(tuple(tuple("".join(piece) for piece in chunk) for chunk in chunks))


def compile_text(text: str) -> Glob:
    """A glob from a text in which only wildcards are special. Takes no steps: its time is that of reading the text."""
    return Glob(tuple(tuple(chunk.split("?")) for chunk in text.split("*")))


def symbols(text: str) -> tuple[str | Wild, ...]:
    """The symbols of a text in which only wildcards are special."""
    return tuple(_WILDS.get(part, part) for part in _AT_WILDS.split(text) if part)


_AT_WILDS = re.compile(r"([*?])")
_WILDS: dict[str, Wild] = {wild.value: wild for wild in Wild}


_MOST_STEPS = 4_000
"""Patterns whose comparison could take more steps are compared as plain text."""


def covers(wide: Sequence[Symbol], narrow: Sequence[Symbol]) -> bool:
    """Whether `wide` matches everything that `narrow` matches. A yes is always right; some cases with `?` are
    missed."""
    spend(4 + len(wide) + len(narrow))
    return _covers(wide, narrow)


def _covers(wide: Sequence[Symbol], narrow: Sequence[Symbol]) -> bool:
    if _part_ways(wide, narrow):
        return False
    if Wild.ONE not in wide:
        # A `*` or unknown in `narrow` becomes a character of its own, which only a `*` in `wide` matches.
        return _covering_glob(tuple(wide)).matches(_covered_text(tuple(narrow)))
    pattern, letters = _letters(wide), _letters(narrow)
    if len(pattern) * len(letters) > _MOST_STEPS:
        return pattern == letters
    return len(pattern) in _reached(pattern, letters)


def admits(pattern: Sequence[Symbol], wanted: Sequence[Symbol]) -> bool:
    """Whether `pattern` matches a text that starts with `wanted`, or exactly `wanted` if that does not end with `*`.

    An unknown in `wanted` is matched by `*` and by itself.
    """
    spend(4 + len(pattern) + len(wanted))
    return _admits(tuple(pattern), tuple(wanted))


@lru_cache(maxsize=2048)
def _admits(pattern: tuple[Symbol, ...], wanted: tuple[Symbol, ...]) -> bool:
    if _part_ways(pattern, wanted):
        return False
    letters, states = _letters(pattern), wanted[:-1] if wanted[-1] is Wild.RUN else wanted
    reached = _reached(letters, _letters(states))
    return bool(reached) if wanted[-1] is Wild.RUN else len(letters) in reached


def residuals(pattern: Sequence[Symbol], start: str) -> tuple[tuple[Symbol, ...], ...]:
    """What may follow `start` in texts that the pattern matches, again as patterns.

    The pattern matches `start + rest` exactly if one of these matches `rest`; none of them covers another.
    """
    spend(10 + 2 * sum(len(symbol) if isinstance(symbol, str) else 1 for symbol in pattern))
    return _residuals(tuple(pattern), start)


@lru_cache(maxsize=4096)
def _residuals(pattern: tuple[Symbol, ...], start: str) -> tuple[tuple[Symbol, ...], ...]:
    letters = _letters(pattern)
    rests = tuple(_joined(letters[state:]) for state in sorted(_reached(letters, list(start))))
    return tuple(
        rest
        for index, rest in enumerate(rests)
        if not any(_covers(other, rest) for other in rests[:index])
        and not any(_covers(other, rest) and not _covers(rest, other) for other in rests[index + 1 :])
    )


def intersects(one: Sequence[Symbol], other: Sequence[Symbol]) -> bool:
    """Whether some text is matched by both patterns. An unknown may be any text, so it counts as a match."""
    first, second = (
        _letters([Wild.RUN if isinstance(each, Unknown) else each for each in part]) for part in (one, other)
    )
    if len(first) * len(second) > _MOST_PAIRS:
        return True
    spend(10 + len(first) * len(second) // 4)
    seen = {(0, 0)}
    pending = [(0, 0)]
    while pending:
        i, j = pending.pop()
        if i == len(first) and j == len(second):
            return True
        for step in _common_steps(first, second, i, j):
            if step not in seen:
                seen.add(step)
                pending.append(step)
    return False


_MOST_PAIRS = 100_000


def _common_steps(first: list[Symbol], second: list[Symbol], i: int, j: int) -> Iterable[tuple[int, int]]:
    """The pairs of positions reached by a common letter, or by a `*` that matches nothing more."""
    a = first[i] if i < len(first) else None
    b = second[j] if j < len(second) else None
    if a is Wild.RUN:
        yield i + 1, j
        if b is not None:
            yield i, j + 1
    elif b is Wild.RUN:
        yield i, j + 1
        if a is not None:
            yield i + 1, j
    elif a is not None and b is not None and (a == b or Wild.ONE in (a, b)):
        yield i + 1, j + 1


def written(pattern: Sequence[Symbol]) -> str:
    """The pattern as written in a policy, with literal wildcards escaped."""
    return "".join(
        part.value
        if isinstance(part, Wild)
        else f"${{{part}}}"
        if isinstance(part, Unknown)
        else re.sub(r"[*?]", r"${\g<0>}", part)
        for part in pattern
    )


def _joined(letters: Sequence[Symbol]) -> tuple[Symbol, ...]:
    """The letters with adjacent literals joined."""
    symbols: list[Symbol] = []
    for letter in letters:
        if symbols and isinstance(letter, str) and isinstance(symbols[-1], str):
            symbols[-1] += letter
        else:
            symbols.append(letter)
    return tuple(symbols)


def _part_ways(one: Sequence[Symbol], other: Sequence[Symbol]) -> bool:
    """Whether the patterns already differ in their literal prefixes."""
    first, second = one[0] if one else "", other[0] if other else ""
    if not isinstance(first, str) or not isinstance(second, str):
        return False
    common = min(len(first), len(second))
    return first[:common] != second[:common]


@lru_cache(maxsize=512)
def _covering_glob(wide: tuple[Symbol, ...]) -> Glob:
    return compiled(_encoded(wide, Wild.RUN))


@lru_cache(maxsize=512)
def _covered_text(narrow: tuple[Symbol, ...]) -> str:
    return "".join(map(str, _encoded(narrow)))


def _encoded(symbols_: Sequence[Symbol], kept: Wild | None = None) -> Iterable[Symbol]:
    """Symbols as literal text; unassigned code points represent symbols that are not text."""
    for symbol in symbols_:
        if isinstance(symbol, str) or symbol is kept:
            yield symbol
        else:
            yield f"\U0010fffe{symbol}\U0010ffff" if isinstance(symbol, Unknown) else f"\U0010fffd{symbol.value}"


def _reached(pattern: Sequence[Symbol], letters: Sequence[Symbol]) -> set[int]:
    """The positions in the pattern that can be reached by the letters."""
    states = _closed({0}, pattern)
    for letter in letters:
        states = _closed(_advance(states, pattern, letter), pattern)
        if not states:
            break
    return states


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
    """Adds the states that a `*` reaches by matching nothing."""
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


def _fits_at(chunk: tuple[str, ...], text: str, at: int) -> bool:
    for piece in chunk:
        if not text.startswith(piece, at):
            return False
        at += len(piece) + 1
    return True


def _find(chunk: tuple[str, ...], text: str, start: int, end: int) -> int:
    if len(chunk) == 1:
        return text.find(chunk[0], start, end)
    last = end - _length(chunk)
    return next((at for at in range(start, last + 1) if _fits_at(chunk, text, at)), -1)
