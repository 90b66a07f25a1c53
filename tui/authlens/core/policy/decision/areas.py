"""Areas: the names of one ARN type that an element of a policy matches, as patterns that can be compared."""

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
    """The names matched by any of the patterns, or all other names if `negated`."""

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

    @property
    def is_of_filters(self) -> bool:
        """Whether every name in it has a literal `+` or `#`: a topic filter has one, a topic cannot."""
        literal = ((each for each in pattern if isinstance(each, str)) for pattern in self.patterns)
        return (
            not self.negated
            and bool(self.patterns)
            and all(any("+" in s or "#" in s for s in each) for each in literal)
        )

    def covers(self, other: Area) -> bool:
        """Whether this area contains all of the other. A yes is always right; some cases are missed."""
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
        """Whether the areas have nothing in common. A yes is always right."""
        return Area(other.patterns, not other.negated).covers(self)

    @property
    def text(self) -> str:
        patterns = ", ".join(filter(None, map(written, self.patterns))) or "*"
        return f"everything except {patterns}" if self.negated else patterns


def area(elements: Sequence[ResourceElement], kind: str, context: Context, place: Prefix, negated: bool) -> Area:
    """The names of one ARN type that the elements match, in a region and an account as far as they are known."""
    return Area(
        tuple(dict.fromkeys(each for element in elements for each in names(element, kind, context, place))), negated
    )


def names(element: ResourceElement, kind: str, context: Context, place: Prefix) -> tuple[Pattern, ...]:
    """The patterns of the names that one element matches; for a `kind` without names, `*`, the empty name or nothing.

    The fields of a complete ARN are compared one by one: as plain text, `arn:aws:iot:*:*:topic/a` would also match the
    client id `x:topic/a`, which is never meant.
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
    """The six fields of a complete ARN; later colons belong to the last field."""
    fields: list[list[Symbol]] = [[]]
    for symbol in symbols:
        pieces = symbol.split(":", len(FIELDS) - len(fields)) if isinstance(symbol, str) else [symbol]
        fields[-1].append(pieces[0])
        fields.extend([piece] for piece in pieces[1:])
    return fields
