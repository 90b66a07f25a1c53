"""The `cases:` of a saved request: variants of one request, each with its own changes.

The rule: a case is merged as nodes before it is read, so that its content is checked like the rest of the file and
every problem has its own line and column. `null` in a case removes a value of the file.
"""

from __future__ import annotations

import difflib
from collections.abc import Iterator, Mapping
from dataclasses import replace

from authlens.core.request.references import Reference, references, replaced
from authlens.core.saved.source import SEPARATOR
from authlens.core.text.yaml_reader import YamlNode
from authlens.frozen import dataclass

KEYS = ("request", "expect", "values", "description", "tags", "skip")
"""The keys of a case."""

_NULLS = ("null", "Null", "NULL", "~")
_OF_AN_ANSWER = (
    "isAuthenticated",
    "principalId",
    "allow",
    "deny",
    "variables",
    "policyDocuments",
    "refreshAfterInSeconds",
    "disconnectAfterInSeconds",
)
"""The keys that cannot be combined with `error`."""


@dataclass(frozen=True, slots=True)
class CaseFields:
    """A case ready to be read: the keys of the whole file with the changes applied."""

    name: str
    written: YamlNode
    """The case as written in the file."""
    fields: Mapping[str, YamlNode]


def read_cases(node: YamlNode, fields: Mapping[str, YamlNode]) -> Iterator[CaseFields]:
    """Each case of `cases:`; `fields` are the keys of the file. Raises YamlError.

    The nodes are removed from the document one by one, because those of thousands of cases take more memory than their
    values.
    """
    cases = node.mapping()
    if not cases:
        raise node.error("cases is empty; add a case, or remove the key")
    inherited = {key: value for key, value in fields.items() if key != "cases"}
    for name in tuple(cases):
        written = cases.pop(name)
        _check_name(name, written)
        yield CaseFields(name, written, _fields_of(name, written, inherited))


def mentions_case(text: str) -> bool:
    """Whether the text contains `${case:…}`, which only a case can fill in."""
    return any(found.kind == "case" for found in references(text))


def _check_name(name: str, written: YamlNode) -> None:
    key = written.key or written
    if not name.strip() or not name.isprintable():
        raise key.error("a case needs a name of printable characters")
    if SEPARATOR in name:
        raise key.error(f"the name of a case cannot contain {SEPARATOR}, which separates the file from the case")


def _fields_of(name: str, written: YamlNode, inherited: Mapping[str, YamlNode]) -> dict[str, YamlNode]:
    own = written.fields(*KEYS) if written.value is not None else {}
    given = own["values"].mapping() if "values" in own else {}
    values = {each: value.string(f"the value {each}") for each, value in given.items()}
    fields = dict(inherited)
    for key in ("description", "skip"):
        if key in own:
            _put(fields, key, own[key])
    if "tags" in own:
        fields["tags"] = _with_tags(inherited.get("tags"), own["tags"])
    if "request" in own:
        fields["request"] = merged(inherited["request"], own["request"])
    if "expect" in own:
        fields["expect"] = _expect(inherited.get("expect"), own["expect"])
    fill = _Fill(name, values)
    return {key: fill.node(value) for key, value in fields.items()}


def _put(fields: dict[str, YamlNode], key: str, value: YamlNode) -> None:
    if _removes(value):
        fields.pop(key, None)
    else:
        fields[key] = value


def _with_tags(base: YamlNode | None, own: YamlNode) -> YamlNode:
    return own if base is None else replace(own, value=[*base.list(), *own.list()])


def merged(base: YamlNode, own: YamlNode) -> YamlNode:
    """The mapping `base` with the members of `own` merged in recursively. Header names are case-insensitive."""
    values = dict(base.mapping())
    for key, value in own.mapping().items():
        known = key if key in values else _same_header(key, values) if _is_headers(own) else key
        if _removes(value):
            values.pop(known, None)
        elif isinstance(value.value, dict) and known in values and isinstance(values[known].value, dict):
            values[known] = merged(values[known], value)
        else:
            values.pop(known, None)
            values[key] = _without_removals(value)
    return replace(own, value=values)


def _without_removals(node: YamlNode) -> YamlNode:
    """A mapping that is new in the case, without its `null` members: there is nothing to remove."""
    if not isinstance(node.value, dict):
        return node
    return replace(
        node, value={key: _without_removals(value) for key, value in node.value.items() if not _removes(value)}
    )


def _is_headers(node: YamlNode) -> bool:
    return node.key is not None and node.key.text == "headers"


def _same_header(name: str, headers: Mapping[str, YamlNode]) -> str:
    return next((each for each in headers if each.lower() == name.lower()), name)


def _expect(base: YamlNode | None, own: YamlNode) -> YamlNode:
    """The keys of the case replace those of the file, and keys that cannot be combined with them are dropped."""
    named = own.mapping()
    values = dict(base.mapping()) if base is not None else {}
    for key in _ruled_out(named):
        values.pop(key, None)
    for key, value in named.items():
        _put(values, key, value)
    return replace(own, value=values)


def _ruled_out(named: Mapping[str, YamlNode]) -> tuple[str, ...]:
    if "error" in named and not _removes(named["error"]):
        return _OF_AN_ANSWER
    refused = "isAuthenticated" in named and named["isAuthenticated"].value is False
    return ("error", "allow") if refused else ("error",) if any(key in named for key in _OF_AN_ANSWER) else ()


def _removes(node: YamlNode) -> bool:
    """An explicit `null`; a missing value is an error as everywhere else."""
    return node.value is None and node.text in _NULLS


@dataclass(frozen=True, slots=True)
class _Fill:
    """Replaces `${case:NAME}` by the values of a case. A node without any is returned unchanged."""

    case: str
    values: Mapping[str, str]

    def node(self, node: YamlNode) -> YamlNode:
        if isinstance(node.value, dict):
            filled = {key: self.node(value) for key, value in node.value.items()}
            is_same = all(filled[key] is value for key, value in node.value.items())
            return node if is_same else replace(node, value=filled)
        if isinstance(node.value, list):
            items = [self.node(each) for each in node.value]
            is_same = all(item is each for item, each in zip(items, node.value, strict=True))
            return node if is_same else replace(node, value=items)
        if not isinstance(node.value, str) or "${case:" not in node.value:
            return node
        text = replaced(node.value, lambda found: self._value(found, node))
        return replace(node, value=text, text=text)

    def _value(self, found: Reference, node: YamlNode) -> str:
        if found.kind != "case" or not found.is_closed:
            return found.written
        name = found.name
        if name in self.values:
            return self.values[name]
        if found.default is not None:
            return found.default
        near = difflib.get_close_matches(name, self.values)
        hint = f"; did you mean '{near[0]}'?" if near else ""
        raise node.error(f"the case '{self.case}' has no value '{name}'{hint}")
