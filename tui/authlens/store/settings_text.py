"""Changes to a YAML file that the user also edits. Where it can be done in place, comments and layout stay.

The rule: a change in place is accepted only if the text reads back as intended; otherwise the whole file is rewritten.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Any

from authlens.core.text.yaml_reader import YamlError, YamlNode, load
from authlens.core.text.yaml_writer import dump

_COMMENT_OR_END = re.compile(r"\s+#.*|\s*$", re.DOTALL)

Changes = Mapping[tuple[str, ...], Any]


def with_changes(text: str, document: YamlNode, changes: Changes) -> str:
    """The text with the value at each path changed or added. The document is the text, read."""
    wanted = document.plain() or {}
    for path, value in changes.items():
        _put(wanted, path, value)
    edited = text
    for path, value in changes.items():
        edited = _edited(edited, path, value)
    return edited if _reads_as(edited, wanted) else dump(wanted)


def _put(wanted: dict[str, Any], path: tuple[str, ...], value: Any) -> None:
    for name in path[:-1]:
        inner = wanted.get(name)
        section = inner if isinstance(inner, dict) else {}
        wanted[name] = section
        wanted = section
    wanted[path[-1]] = value


def _edited(text: str, path: tuple[str, ...], value: Any) -> str:
    """One value changed on its line, or added at the end of the file or of its section; as it was if neither fits."""
    try:
        node = load(text)
    except YamlError:
        return text
    for depth, name in enumerate(path):
        inner = node.value.get(name) if isinstance(node.value, dict) else None
        if inner is None:
            return _added(text, node, path[depth:], value) if depth else _appended(text, path, value)
        node = inner
    return _replaced(text, node, value)


def _replaced(text: str, node: YamlNode, value: Any) -> str:
    lines = text.splitlines(keepends=True)
    if node.text is None or isinstance(value, dict) or node.line > len(lines):
        return text
    line = lines[node.line - 1]
    before, after = line[: node.column - 1], line[node.column - 1 :]
    end = _COMMENT_OR_END.search(after)
    lines[node.line - 1] = f"{before}{_inline(value)}{after[end.start() :] if end else ''}"
    return "".join(lines)


def _added(text: str, section: YamlNode, path: tuple[str, ...], value: Any) -> str:
    """A new key as the first one of a block section."""
    lines = text.splitlines(keepends=True)
    first = next(iter(section.value.values()), None) if isinstance(section.value, dict) else None
    if first is None or first.key is None:
        return text
    indent = " " * (first.key.column - 1)
    block = "".join(f"{indent}{line}\n" for line in dump(_nested(path, value)).splitlines())
    lines.insert(first.key.line - 1, block)
    return "".join(lines)


def _appended(text: str, path: tuple[str, ...], value: Any) -> str:
    break_before = "\n" if text and not text.endswith("\n") else ""
    return f"{text}{break_before}{dump(_nested(path, value))}"


def _nested(path: tuple[str, ...], value: Any) -> dict[str, Any]:
    for name in reversed(path):
        value = {name: value}
    return dict(value)


def _inline(value: Any) -> str:
    return dump({"v": value}).removeprefix("v: ").rstrip("\n")


def _reads_as(text: str, wanted: dict[str, Any]) -> bool:
    try:
        return bool(load(text).plain() == wanted)
    except YamlError:
        return False
