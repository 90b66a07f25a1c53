"""JSON as the nodes of `yaml_reader`, whose own parser reads the two halves of a JSON emoji as two characters.

The rule is that of `yaml_reader`: every error has a position, and no message quotes a value.
"""

from __future__ import annotations

from authlens.core.text import json_reader
from authlens.core.text.json_reader import JsonArray, JsonNode, JsonNumber, JsonObject, JsonString, Span
from authlens.core.text.yaml_reader import MAX_DEPTH, YamlError, YamlNode

MAX_VALUES = 20_000
"""Including keys; this many are read in half a second."""


def load(text: str) -> YamlNode:
    """The value in the text. Raises YamlError if it is not JSON."""
    read = json_reader.parse(text, MAX_VALUES, MAX_DEPTH)
    if read.fault is not None:
        raise _error(read.fault.message, read.fault.span)
    assert read.root is not None
    return _node(read.root, None)


def _node(node: JsonNode, key: YamlNode | None) -> YamlNode:
    line, column = node.span.line, node.span.column
    match node:
        case JsonString():
            return YamlNode(node.value, line, column, node.value, key)
        case JsonNumber():
            return YamlNode(_number(node), line, column, node.text, key)
        case JsonObject():
            return YamlNode(_entries(node), line, column, None, key)
        case JsonArray():
            return YamlNode([_node(item, None) for item in node.items], line, column, None, key)
        case _:
            return YamlNode(node.value, line, column, json_reader.words(node), key)


def _entries(node: JsonObject) -> dict[str, YamlNode]:
    entries: dict[str, YamlNode] = {}
    for name, value in node.members:
        if name.value in entries:
            first = next(known for known, _ in node.members if known.value == name.value)
            raise _error(f"the same key is already on line {first.span.line}", name.span)
        entries[name.value] = _node(value, YamlNode(name.value, name.span.line, name.span.column, name.value))
    return entries


def _number(node: JsonNumber) -> int | float:
    try:
        return int(node.text) if node.text.lstrip("-").isdigit() else float(node.text)
    except ValueError:
        raise _error("a number with too many digits", node.span) from None


def _error(message: str, span: Span) -> YamlError:
    return YamlError(message, span.line, span.column)
