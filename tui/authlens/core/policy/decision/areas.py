"""Areas: which names of one ARN type an element of a policy reaches, as patterns that can be compared."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from functools import cached_property

from authlens.core.policy.arn import FIELDS, Prefix, split
from authlens.core.policy.document import ResourceElement
from authlens.core.policy.variables import Context
from authlens.core.policy.wildcards import Glob, Symbol, Wild, compile_symbols, covers, intersects, residuals, written

Pattern = tuple[Symbol, ...]

EVERYTHING: Pattern = (Wild.RUN,)


@dataclass(frozen=True)
class Area:
    """The names that one of the patterns matches, or with `negated` all others."""

    patterns: tuple[Pattern, ...]
    negated: bool = False

    @cached_property
    def _globs(self) -> tuple[Glob, ...]:
        return tuple(compile_symbols(pattern) for pattern in self.patterns)

    def contains(self, name: str) -> bool:
        return any(glob.matches(name) for glob in self._globs) != self.negated

    @property
    def is_empty(self) -> bool:
        return not self.patterns and not self.negated

    def covers(self, other: Area) -> bool:
        """Whether everything in the other area lies in this one. What it affirms holds; it may miss some."""
        match self.negated, other.negated:
            case False, False:
                return all(any(covers(wide, narrow) for wide in self.patterns) for narrow in other.patterns)
            case True, False:
                return not any(intersects(one, each) for one in self.patterns for each in other.patterns)
            case False, True:
                return any(covers(wide, EVERYTHING) for wide in self.patterns)
            case _:
                return all(any(covers(wide, narrow) for wide in other.patterns) for narrow in self.patterns)

    def is_apart_from(self, other: Area) -> bool:
        """Whether nothing lies in both areas. What it affirms holds."""
        return Area(other.patterns, not other.negated).covers(self)

    @property
    def text(self) -> str:
        patterns = ", ".join(filter(None, map(written, self.patterns))) or "*"
        return f"everything except {patterns}" if self.negated else patterns


def area(
    elements: Sequence[ResourceElement], kind: str, context: Context, place: Prefix, negated: bool = False
) -> Area:
    """The names of one ARN type that the elements reach, in a region and an account as far as they are known."""
    return Area(
        tuple(_distinct(each for element in elements for each in names(element, kind, context, place))), negated
    )


def names(element: ResourceElement, kind: str, context: Context, place: Prefix) -> tuple[Pattern, ...]:
    """The patterns of the names that one element reaches; a `kind` without names, `*`, gives the empty name or none.

    The fields of a whole ARN are taken one by one: as a text `arn:aws:iot:*:*:topic/a` matches the client id
    `x:topic/a` too, which nobody means.
    """
    symbols = tuple(element.template.filled(context))
    if kind == "*":
        return ((),) if compile_symbols(symbols).matches("*") else ()
    prefix = place.completed(element.prefix)
    if split(element.text) is None:
        return residuals(symbols, f"{prefix}{kind}/")
    *fields, tail = _fields(symbols)
    fits = all(compile_symbols(field).matches(text) for field, text in zip(fields, prefix.split(":"), strict=False))
    return residuals(tail, f"{kind}/") if fits else ()


def _fields(symbols: Iterable[Symbol]) -> list[list[Symbol]]:
    """The six fields of a whole ARN; later colons belong to the last one."""
    fields: list[list[Symbol]] = [[]]
    for symbol in symbols:
        pieces = symbol.split(":", len(FIELDS) - len(fields)) if isinstance(symbol, str) else [symbol]
        fields[-1].append(pieces[0])
        fields.extend([piece] for piece in pieces[1:])
    return fields


def _distinct(patterns: Iterable[Pattern]) -> Iterable[Pattern]:
    return dict.fromkeys(patterns)
