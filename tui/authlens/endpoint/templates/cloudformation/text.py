"""Parses a CloudFormation template, YAML or JSON, into nodes with places and intrinsic functions in long form.

As strict as our own YAML (no duplicate keys, bounded depth and size), but with `!Ref` and the other short tags
(`!GetAtt A.B` reads as `{"Fn::GetAtt": ["A", "B"]}`), and with anchors, aliases and merge keys.
"""

from __future__ import annotations

import re
from functools import lru_cache

import yaml

from authlens.core.text import json_nodes
from authlens.core.text.yaml_reader import MAX_BYTES, MAX_DEPTH, YamlError, YamlNode, place

_WORDS = {
    form: word in ("true", "yes", "on")
    for word in ("true", "false", "yes", "no", "on", "off")
    for form in (word, word.capitalize(), word.upper())
}
"""The booleans of YAML 1.1, as CloudFormation reads them; `y` and `n` are text (reported). Documented:
https://docs.aws.amazon.com/AWSCloudFormation/latest/UserGuide/template-formats.html"""
_NOTHING = frozenset(("", "~", "null", "Null", "NULL"))
_WITHOUT_PREFIX = ("Ref", "Condition")
MAX_EVENTS = 12_000
_STANDARD = "tag:yaml.org,2002:"


MOST_NODES = 100_000
"""Maximum nodes with aliases expanded; a few lines of aliases can produce billions."""
_MERGE = "<<"


class _Budget:
    """Counts the nodes that are created."""

    def __init__(self) -> None:
        self._left = MOST_NODES

    def take(self, line: int, column: int) -> None:
        self._left -= 1
        if self._left < 0:
            raise YamlError(f"with its aliases expanded, the template has more than {MOST_NODES} values", line, column)


@lru_cache(maxsize=8)
def load_template(text: str) -> YamlNode:
    """Raises YamlError. Cached, because one command reads a project for its targets, its functions and its names."""
    if len(text.encode("utf-8", "surrogatepass")) > MAX_BYTES:
        raise YamlError(f"the template is larger than {MAX_BYTES} bytes")
    if text.lstrip().startswith("{"):
        return json_nodes.load(text)
    try:
        composed = yaml.compose(text, Loader=_Bounded)
    except yaml.MarkedYAMLError as error:
        mark = error.problem_mark or error.context_mark
        where = (mark.line + 1, mark.column + 1) if mark else (1, 1)
        raise YamlError(f"this is not valid YAML: {error.problem}", *where) from None
    except yaml.reader.ReaderError as error:
        code = ord(text[error.position])
        raise YamlError(f"the character U+{code:04X} is not allowed in YAML", *place(text, error.position)) from None
    except (yaml.YAMLError, ValueError, RecursionError):
        raise YamlError("not valid YAML") from None
    return YamlNode(None, 1, 1, "") if composed is None else _node(composed, 1, _Budget())


_LONG = 16
_COUNTED = re.compile("[\n\r\x85\u2028\u2029\ufeff]")
"""What PyYAML does not count as one column of the same line."""


class _Bounded(yaml.SafeLoader):
    """Stops at more events than a template of 500 resources with ten keys has, and where it is nested too deeply."""

    events = depth = 0

    def get_event(self) -> yaml.Event:
        self.events += 1
        if self.events > MAX_EVENTS:
            mark = self.get_mark()
            raise YamlError("the template has too many values to be read in time", mark.line + 1, mark.column + 1)
        event: yaml.Event = super().get_event()  # type: ignore[no-untyped-call]  # typeshed has no types for it
        self.depth += isinstance(event, yaml.CollectionStartEvent) - isinstance(event, yaml.CollectionEndEvent)
        if self.depth > MAX_DEPTH:
            start = event.start_mark or self.get_mark()
            raise YamlError(f"nested deeper than {MAX_DEPTH} levels", start.line + 1, start.column + 1)
        return event

    def forward(self, length: int = 1) -> None:
        """As PyYAML's, which looks at each character: a long text without line breaks is passed at once."""
        end = self.pointer + length
        if length < _LONG or end + 1 >= len(self.buffer) or _COUNTED.search(self.buffer, self.pointer, end):
            super().forward(length)
            return
        self.pointer = end
        self.index += length
        self.column += length


def _node(composed: yaml.Node, depth: int, budget: _Budget, key: YamlNode | None = None) -> YamlNode:
    line, column = composed.start_mark.line + 1, composed.start_mark.column + 1
    budget.take(line, column)
    if depth > MAX_DEPTH:
        raise YamlError(f"nested deeper than {MAX_DEPTH} levels", line, column)
    if isinstance(composed, yaml.MappingNode):
        node = YamlNode(_mapping(composed, depth + 1, budget), line, column, key=key)
    elif isinstance(composed, yaml.SequenceNode):
        node = YamlNode([_node(item, depth + 1, budget) for item in composed.value], line, column, key=key)
    else:
        node = YamlNode(_scalar(composed), line, column, composed.value, key)
    return node if composed.tag.startswith(_STANDARD) else _long_form(composed.tag, node, key)


def _mapping(composed: yaml.MappingNode, depth: int, budget: _Budget) -> dict[str, YamlNode]:
    entries: dict[str, YamlNode] = {}
    merged: dict[str, YamlNode] = {}
    for key, value in composed.value:
        name = _node(key, depth, budget)
        if name.text == _MERGE and key.style is None:
            for mapping in _merged(value, name):
                merged = {**_mapping(mapping, depth, budget), **merged}
            continue
        if name.text is None:
            raise name.error("a key must be text")
        if name.text in entries:
            raise name.error("this key is here twice")
        entries[name.text] = _node(value, depth, budget, name)
    return {**merged, **entries}


def _merged(value: yaml.Node, name: YamlNode) -> list[yaml.MappingNode]:
    """The mappings that `<<` merges; the first one has precedence."""
    mappings = value.value if isinstance(value, yaml.SequenceNode) else [value]
    if not all(isinstance(mapping, yaml.MappingNode) for mapping in mappings):
        raise name.error("'<<' takes a mapping or a list of mappings")
    return list(mappings)


def _scalar(composed: yaml.Node) -> str | int | bool | None:
    text = str(composed.value)
    if getattr(composed, "style", None) in ("'", '"', "|", ">") or not composed.tag.startswith(_STANDARD):
        return text
    if text in _NOTHING:
        return None
    if re.fullmatch("-?(0|[1-9][0-9]{0,17})", text):
        return int(text)
    return _WORDS.get(text, text)


def _long_form(tag: str, node: YamlNode, key: YamlNode | None) -> YamlNode:
    name = tag.removeprefix("!")
    if name == "GetAtt" and isinstance(node.value, str):
        parts = node.value.split(".", 1)
        node = YamlNode([YamlNode(part, node.line, node.column, part) for part in parts], node.line, node.column)
    function = name if name in _WITHOUT_PREFIX else f"Fn::{name}"
    return YamlNode({function: node}, node.line, node.column, key=key)
