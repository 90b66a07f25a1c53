"""Policy variables: `${iot:ClientId}` and the escapes `${*}`, `${?}`, `${$}`, found in text and replaced by their
values.

A value is literal: wildcards inside it match themselves. A variable without exactly one value stays as text, and so
does every variable in a document whose Version is not 2012-10-17 (IAM's page on Version).
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import field

from authlens.core.policy.wildcards import Glob, Symbol, Unknown, Wild, compile_text, compiled, symbols
from authlens.frozen import dataclass

Values = Mapping[str, tuple[str, ...]]

VERSION_WITH_VARIABLES = "2012-10-17"

_PARTS = re.compile(r"\$\{(?P<inside>[^{}]*)\}|(?P<run>\*)|(?P<one>\?)|(?P<text>(?:[^*?$]|\$(?!\{))+|\$)")


class Context:
    """What is known about a connection: values by context key. Keys are case-insensitive, as in IAM."""

    __slots__ = ("_folded", "_globs", "_values")

    def __init__(self, values: Values) -> None:
        self._values = values
        self._folded: dict[str, str] | None = None
        self._globs: dict[int, tuple[Template, Glob]] = {}

    def glob(self, template: Template) -> Glob:
        """The template with its variables replaced, compiled once."""
        known = self._globs.get(id(template))
        if known is None:
            known = self._globs[id(template)] = template, compiled(template.filled(self))
        return known[1]

    def get(self, key: str) -> tuple[str, ...] | None:
        """The values of a key; `None` if it is absent. An empty set is not absent."""
        found = self._values.get(key)
        return found if found is not None else self._values.get(self.name(key) or "")

    def name(self, key: str) -> str | None:
        """The key as the context spells it."""
        if self._folded is None:
            self._folded = {name.casefold(): name for name in self._values}
        return self._folded.get(key.casefold())


@dataclass(frozen=True, slots=True)
class Variable:
    """One `${…}` in a text."""

    written: str
    name: str
    default: str | None
    """The default in `${name, 'default'}`, used if there is no value."""
    is_plain: bool
    """Whether it stays as text: because of the document's Version, or because of its place."""

    @property
    def is_escape(self) -> bool:
        return self.name in ("*", "?", "$") and not self.is_plain

    def value(self, context: Context) -> str | None:
        """The text that replaces it; `None` leaves it as written."""
        if self.is_plain:
            return None
        if self.is_escape:
            return self.name
        values = context.get(self.name)
        return values[0] if values and len(values) == 1 else self.default

    def why_unresolved(self, context: Context) -> str:
        if self.is_plain:
            return (
                f"`{self.written}` stays as text: variables need a document with Version {VERSION_WITH_VARIABLES}, "
                "and a place after the account of the ARN"
            )
        values = context.get(self.name)
        if values is None:
            return f"`{self.written}` has no value here and stays as text"
        return f"`{self.written}` has {len(values)} values and stays as text: only a single value can be substituted"


@dataclass(frozen=True, slots=True)
class Template:
    """A text in a policy, parsed into wildcards and variables."""

    written: str
    parts: tuple[str | Wild | Variable, ...]
    variables: tuple[Variable, ...]
    """Excluding escapes."""
    fixed: Glob | None = field(repr=False)
    """The glob of a text without variables, compiled once."""

    head: str = field(repr=False)
    """The literal text before the first wildcard or variable, with which every match starts."""
    symbols: tuple[Symbol, ...] = field(repr=False)
    """For comparing patterns: variables are left unknown."""

    @property
    def is_plain(self) -> bool:
        """Whether its variables stay as text."""
        return any(variable.is_plain for variable in self.variables)

    def glob(self, context: Context) -> Glob:
        return self.fixed or context.glob(self)

    def text(self, context: Context) -> str:
        """The text with its variables substituted and wildcards as plain characters."""
        if "$" not in self.written:
            return self.written
        return "".join(part.value if isinstance(part, Wild) else str(part) for part in self.filled(context))

    def loosened(self) -> Glob:
        """The glob with every variable replaced by `*`: everything it could match."""
        return compiled(
            Wild.RUN if isinstance(part, Variable) and not part.is_escape else _symbol(part) for part in self.parts
        )

    def filled(self, context: Context) -> Iterator[str | Wild]:
        """The parts, with each variable replaced by its value or left as text."""
        for part in self.parts:
            if isinstance(part, Variable):
                value = part.value(context)
                yield part.written if value is None else value
            else:
                yield part


def template(text: str, is_plain: bool = False) -> Template:
    """Parse a text. `is_plain`: its variables stay as text."""
    if "$" not in text:
        pieces = symbols(text)
        return Template(text, pieces, (), compile_text(text), _head(pieces), pieces)
    parts = tuple(_part(found, is_plain) for found in _PARTS.finditer(text))
    variables = tuple(part for part in parts if isinstance(part, Variable) and not part.is_escape)
    filled = tuple(map(_symbol, parts))
    fixed = None if variables else compiled(filled)
    return Template(text, parts, variables, fixed, _head(parts), filled)


def _head(parts: Sequence[object]) -> str:
    return parts[0] if parts and isinstance(parts[0], str) else ""


def _part(found: re.Match[str], is_plain: bool) -> str | Wild | Variable:
    if found["inside"] is None:
        return found["text"] or Wild(found.group())
    name, comma, rest = (piece.strip() for piece in found["inside"].partition(","))
    quoted = len(rest) > 1 and rest[0] == rest[-1] == "'"
    if not name or (comma and not quoted):
        return found.group()
    return Variable(found.group(), name, rest[1:-1] if comma else None, is_plain)


def _symbol(part: str | Wild | Variable) -> Symbol:
    if not isinstance(part, Variable):
        return part
    if part.is_plain:
        return part.written
    return part.name if part.is_escape else Unknown(part.name)
