"""Changes, adds or removes values in a YAML or JSON text and leaves everything else as written.

The rule: comments, order, quotes, flow style and blank lines outside the changed spans stay byte for byte. The caller
reads the result back, and rewrites the whole text if it does not have the wanted value.
"""

from __future__ import annotations

import json
import re
from bisect import bisect_left
from collections.abc import Iterator, Mapping, Sequence
from functools import cached_property
from typing import Any

import yaml

from authlens.core.text.yaml_reader import is_read_alike
from authlens.core.text.yaml_writer import dump, needs_escapes

_SIMPLE = re.compile(r"[A-Za-z0-9][A-Za-z0-9_./-]*")
"""Text that never needs quotes."""
_STARTS_AS_JSON = re.compile(r'\s*\{\s*"')
_Entry = tuple[yaml.ScalarNode, yaml.Node]


class NotEditable(Exception):
    """The layout of the text does not allow this change without touching the rest."""


def edited(text: str, old: Mapping[str, Any], new: Mapping[str, Any], deep: bool = True) -> str:
    """The text, whose value is `old`, edited so that its value is `new`.

    deep: change individual values; if false, replace whole top-level entries. Raises NotEditable or yaml.YAMLError.
    """
    return _Editor(text, deep).edited(old, new)


class _Editor:
    def __init__(self, text: str, deep: bool) -> None:
        self._text = text
        self._deep = deep
        self._is_json = _STARTS_AS_JSON.match(text) is not None
        self._break = "\r\n" if "\r\n" in text else "\n"
        self._loader = yaml.CSafeLoader if is_read_alike(text) else yaml.SafeLoader
        self._edits: list[tuple[int, int, str]] = []

    @cached_property
    def _dashes(self) -> list[int]:
        """Where entries of block sequences begin. Read only for an edit of one: it takes as long as the text itself."""
        return [
            token.start_mark.index
            for token in yaml.scan(self._text, Loader=self._loader)
            if isinstance(token, yaml.BlockEntryToken)
        ]

    def edited(self, old: Mapping[str, Any], new: Mapping[str, Any]) -> str:
        root = yaml.compose(self._text, Loader=self._loader)
        if not isinstance(root, yaml.MappingNode) or not root.value:
            raise NotEditable
        self._mapping(root, old, new)
        parts, at = [], 0
        for start, end, replacement in sorted(self._edits, key=lambda edit: edit[:2]):
            if start < at:
                raise NotEditable
            parts += [self._text[at:start], replacement.replace("\n", self._break)]
            at = end
        return "".join([*parts, self._text[at:]])

    # Mappings

    def _mapping(self, node: yaml.MappingNode, old: Mapping[str, Any], new: Mapping[str, Any]) -> None:
        entries: dict[str, _Entry] = {key.value: (key, value) for key, value in node.value}
        kept = [key for key in new if key in entries]
        if not kept:
            raise NotEditable
        before: str | None = None
        for key, value in new.items():
            if key in entries:
                before = key
                if key not in old or old[key] != value:
                    self._entry(node, entries[key], old.get(key), value)
            else:
                self._insert(node, entries[before or kept[0]], before is not None, key, value)
        spans = [(name.start_mark.index, _end(value)) for name, value in node.value]
        for index, key in enumerate(entries):
            if key in old and key not in new:
                self._remove(node, spans, index)

    def _entry(self, parent: yaml.MappingNode, entry: _Entry, old: Any, new: Any) -> None:
        """Change the value of one entry."""
        key, node = entry
        if self._deep:
            if isinstance(node, yaml.MappingNode) and isinstance(old, Mapping) and isinstance(new, Mapping):
                if any(each.value in new for each, _ in node.value):
                    return self._mapping(node, old, new)
            elif isinstance(node, yaml.SequenceNode) and isinstance(old, Sequence) and isinstance(new, list):
                if new and old and len(node.value) == len(old):
                    return self._sequence(node, old, new)
            elif isinstance(node, yaml.ScalarNode) and not isinstance(new, (dict, list)):
                return self._scalar(node, new, bool(parent.flow_style), key.start_mark.column)
        if parent.flow_style:
            return self._put(node.start_mark.index, _end(node), self._inline(new))
        written = self._block({key.value: new}, key.start_mark.column).lstrip(" ")
        self._put(key.start_mark.index, self._line_end(_end(node)), written)
        return None

    def _insert(self, node: yaml.MappingNode, neighbour: _Entry, after: bool, key: str, value: Any) -> None:
        """Add an entry after another, or before it."""
        start, end = neighbour[0].start_mark.index, _end(neighbour[1])
        if node.flow_style:
            at, written = end if after else start, f"{self._inline(key)}: {self._inline(value)}"
            self._put(at, at, f", {written}" if after else f"{written}, ")
        else:
            at = self._line_end(end) if after else self._line_start(start)
            self._put_line(at, self._block({key: value}, node.value[0][0].start_mark.column))

    # Lists

    def _sequence(self, node: yaml.SequenceNode, old: Sequence[Any], new: list[Any]) -> None:
        same = next((index for index, pair in enumerate(zip(old, new, strict=False)) if pair[0] != pair[1]), None)
        head = min(len(old), len(new)) if same is None else same
        tail = 0
        while tail < min(len(old), len(new)) - head and old[-1 - tail] == new[-1 - tail]:
            tail += 1
        gone, come = list(range(head, len(old) - tail)), new[head : len(new) - tail]
        for index, value in zip(gone, come, strict=False):
            item = node.value[index]
            if not isinstance(item, yaml.ScalarNode) or isinstance(value, (dict, list)):
                raise NotEditable
            self._scalar(item, value, bool(node.flow_style), item.start_mark.column - 2)
        for value in come[len(gone) :]:
            self._insert_item(node, len(old) - tail, value)
        spans = [(self._item_start(node, each), _end(each)) for each in node.value]
        for index in gone[len(come) :]:
            self._remove(node, spans, index)

    def _insert_item(self, node: yaml.SequenceNode, index: int, value: Any) -> None:
        if node.flow_style and index:
            at = _end(node.value[index - 1])
            self._put(at, at, f", {self._inline(value)}")
        elif node.flow_style:
            at = node.value[0].start_mark.index
            self._put(at, at, f"{self._inline(value)}, ")
        else:
            start = self._item_start(node, node.value[0])
            column = start - self._line_start(start)
            at = self._line_end(_end(node.value[index - 1])) if index else self._line_start(start)
            self._put_line(at, self._block([value], column))

    def _item_start(self, node: yaml.SequenceNode, item: yaml.Node) -> int:
        at: int = item.start_mark.index
        return at if node.flow_style else self._dashes[bisect_left(self._dashes, at) - 1]

    # Removing

    def _remove(self, node: yaml.CollectionNode, spans: list[tuple[int, int]], index: int) -> None:
        start, end = spans[index]
        if not node.flow_style:
            return self._put(self._line_start(start), self._line_end(end), "")
        if index:
            return self._put(spans[index - 1][1], end, "")
        return self._put(start, spans[1][0], "")

    # Scalars

    def _scalar(self, node: yaml.ScalarNode, value: Any, in_flow: bool, column: int) -> None:
        start, end = node.start_mark.index, node.end_mark.index
        is_block = node.style in ("|", ">")
        rest = "" if is_block else self._text[end : self._line_end(end)].strip()
        written = _quoted_like(node, value)
        if written is None and not in_flow:
            written = self._block({"k": value}, column).strip(" ")[len("k:") :].strip(" ").removesuffix("\n")
        if written is None or ("\n" in written and (rest or in_flow)):
            written = self._inline(value)
        if is_block and self._text[:end].endswith("\n"):
            written = self._indented_like(self._text[start:end], written) + "\n"
        self._put(start, end, f" {written}" if start == end else written)

    def _inline(self, value: Any) -> str:
        """The value on one line, for a flow collection."""
        if isinstance(value, Mapping):
            return "{" + ", ".join(f"{self._inline(key)}: {self._inline(each)}" for key, each in value.items()) + "}"
        if isinstance(value, list):
            return "[" + ", ".join(map(self._inline, value)) + "]"
        plain = " ".join(_words(dump([value]).removeprefix("- ")))
        if isinstance(value, str) and not needs_escapes(value) and (self._is_json or not _SIMPLE.fullmatch(plain)):
            return json.dumps(value, ensure_ascii=False)
        return plain

    def _indented_like(self, old: str, new: str) -> str:
        """A literal block indented like the old one."""
        head, *lines = new.split("\n")
        first = next((line for line in old.split("\n")[1:] if line.strip()), "")
        if head not in ("|", "|-") or not first:
            return new
        indent = first[: len(first) - len(first.lstrip(" "))]
        ours = len(lines[0]) - len(lines[0].lstrip(" "))
        return "\n".join([head, *(indent + line[ours:] if line.strip() else line for line in lines)])

    def _block(self, value: Any, column: int) -> str:
        """The value in block style, indented to a column."""
        lines = dump(value).splitlines(keepends=True)
        return "".join(f"{' ' * column}{line}" if line.strip() else line for line in lines)

    def _line_start(self, at: int) -> int:
        start = self._text[:at].rfind("\n") + 1
        if self._text[start:at].strip():
            raise NotEditable
        return start

    def _line_end(self, at: int) -> int:
        """Where the next line begins."""
        if self._text[:at].endswith("\n"):
            return at
        return self._text.find("\n", at) + 1 or len(self._text)

    def _put_line(self, at: int, lines: str) -> None:
        joint = "" if at == 0 or self._text[at - 1] == "\n" else "\n"
        self._put(at, at, joint + lines)

    def _put(self, start: int, end: int, replacement: str) -> None:
        self._edits.append((start, end, replacement))


def _end(node: yaml.Node) -> int:
    """Where a value ends. For a block collection PyYAML reports where the next token begins, after any comments."""
    if isinstance(node, yaml.CollectionNode) and not node.flow_style and node.value:
        last = node.value[-1]
        return _end(last[1] if isinstance(last, tuple) else last)
    end: int = node.end_mark.index
    return end


def _quoted_like(node: yaml.ScalarNode, value: Any) -> str | None:
    """The text in the old value's style of quotes; `None` if that had no quotes or they cannot hold the text."""
    if not isinstance(value, str) or needs_escapes(value):
        return None
    if node.style == '"':
        return json.dumps(value, ensure_ascii=False)
    if node.style == "'" and "\n" not in value:
        return "'" + value.replace("'", "''") + "'"
    return None


def _words(text: str) -> Iterator[str]:
    """A value that the writer spreads over several lines, such as `!!binary |`, on one line."""
    tag, _, rest = text.strip().partition(" |")
    if rest:
        yield tag
        yield json.dumps("".join(rest.split()))
    else:
        yield text.strip()
