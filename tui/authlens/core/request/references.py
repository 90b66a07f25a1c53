"""References in saved requests: recognised, escaped and replaced. `store.references` resolves them.

`${env:NAME}`, `${env:NAME:-default}`, `${file:PATH}`, `${keyring:SERVICE/USER}` and `${case:NAME}`;
`$${` is a literal `${`.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from typing import Any

from authlens.core.request.request import AuthorizerRequest
from authlens.frozen import dataclass

KINDS = ("env", "file", "keyring", "case")
_WITH_DEFAULT = ("env", "case")
_TOKEN = re.compile(r"\$\$\{|\$\{(?P<kind>[a-zA-Z]+):(?P<name>[^}]*)(?P<end>\}?)")
_SCHEME = re.compile(r"(?:bearer|basic)\s+\Z", re.IGNORECASE)
"""May precede a reference in a header without being secret."""
_LOOKS_LIKE_REFERENCE = re.compile(r"\$\{(?=[a-zA-Z]+:)|(?<=\$)\$\{")


@dataclass(frozen=True, slots=True)
class Reference:
    """A reference or an escape in a text."""

    kind: str
    """As written, so possibly misspelled; empty for an escape."""
    name: str
    default: str | None
    """The part after `:-`."""
    is_closed: bool
    written: str
    start: int

    @property
    def end(self) -> int:
        return self.start + len(self.written)

    @property
    def is_escape(self) -> bool:
        return not self.kind


def scan(text: str) -> Iterator[Reference]:
    """Everything in the text that looks like a reference, and every escape."""
    return map(_of_match, _TOKEN.finditer(text))


def references(text: str) -> Iterator[Reference]:
    """The references of known kinds."""
    return (each for each in scan(text) if each.kind in KINDS and each.is_closed)


def whole_reference(text: str) -> Reference | None:
    """The reference that makes up the whole text."""
    found = next(references(text), None)
    return found if found and found.written == text and found.name else None


def replaced(text: str, change: Callable[[Reference], str]) -> str:
    """The text with every reference and escape replaced by the result of `change`."""
    return _TOKEN.sub(lambda found: change(_of_match(found)), text)


def _of_match(found: re.Match[str]) -> Reference:
    kind, name, default = found["kind"] or "", found["name"] or "", None
    if kind in _WITH_DEFAULT and ":-" in name:
        name, _, default = name.partition(":-")
    return Reference(kind, name, default, bool(found["end"]), found[0], found.start())


def literal(value: Any) -> Any:
    """Text, or the texts of a dict, with `${` escaped wherever it would be read as a reference or an escape."""
    if isinstance(value, str):
        return _LOOKS_LIKE_REFERENCE.sub("$${", value)
    if isinstance(value, dict):
        return {name: literal(inner) for name, inner in value.items()}
    return value


def unescaped(value: Any) -> Any:
    """The inverse of `literal`: text, or the texts of a dict, as sent; references stay as written."""
    if isinstance(value, str):
        return value.replace("$${", "${")
    if isinstance(value, dict):
        return {name: unescaped(inner) for name, inner in value.items()}
    return value


def unescaped_request(request: AuthorizerRequest) -> AuthorizerRequest:
    """The request with escapes replaced by what is sent."""
    return request.with_texts(unescaped)


def refers(value: str | bytes) -> bool:
    """Whether the value contains a reference, even one in capitals, which is an error on sending."""
    return isinstance(value, str) and "${" in value and any(map(_is_meant_as_reference, scan(value)))


def is_only_reference(value: str | bytes) -> bool:
    """Whether the value consists of references only and so contains no secret. A default may be one."""
    if not isinstance(value, str) or not refers(value):
        return False
    rest, end = "", 0
    for each in filter(_is_meant_as_reference, scan(value)):
        if each.default is not None:
            return False
        rest += _SCHEME.sub("", value[end : each.start])
        end = each.end
    return not (rest + value[end:]).strip()


def _is_meant_as_reference(found: Reference) -> bool:
    return found.is_closed and found.kind.lower() in KINDS
