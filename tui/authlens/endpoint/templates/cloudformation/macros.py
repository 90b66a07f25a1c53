"""Expands what AWS expands before it reads a template: `AWS::Include` of a local file, and `Fn::ForEach`."""

from __future__ import annotations

import os
from collections.abc import Callable, Iterator, Mapping
from dataclasses import replace
from pathlib import Path

from authlens.core.text import yaml_reader
from authlens.core.text.yaml_reader import YamlError, YamlNode
from authlens.endpoint.templates.cloudformation.text import MOST_NODES, load_template
from authlens.endpoint.templates.cloudformation.values import section
from authlens.endpoint.templates.definition_file import content_of

Note = Callable[[int, str, str], None]
"""Reports what cannot be expanded: line, problem, next step."""

_TRANSFORM, _LOOP = "Fn::Transform", "Fn::ForEach::"
DEEPEST = 5
"""Maximum nesting of includes and loops."""


def needs_expansion(text: str) -> bool:
    return _TRANSFORM in text or "!Transform" in text or _LOOP in text


class Expansion:
    """The expansion of one template."""

    def __init__(self, root: Mapping[str, YamlNode], path: Path, note: Note, given: Mapping[str, str]) -> None:
        """given: the values of parameters from settings."""
        self._root = root
        self._given = given
        self._folder = path.parent
        self._note = note
        self._left = MOST_NODES

    def expanded(self) -> dict[str, YamlNode]:
        """Raises YamlError if the template would become too large."""
        return {name: self._node(node, {}, 0) for name, node in self._root.items()}

    def _node(self, node: YamlNode, loop: Mapping[str, str], depth: int) -> YamlNode:
        self._left -= 1
        if self._left < 0:
            raise node.error(f"expanded, the template has more than {MOST_NODES} values")
        if isinstance(node.value, dict):
            entries: dict[str, YamlNode] = node.value
            variable = entries.get("Ref")
            if len(entries) == 1 and variable is not None and variable.value in loop:
                return replace(variable, value=loop[variable.value], text=loop[variable.value])
            return replace(node, value=dict(self._entries(entries, loop, depth)))
        if isinstance(node.value, list):
            return replace(node, value=[self._node(item, loop, depth) for item in node.value])
        if isinstance(node.value, str) and loop:
            text = _filled(node.value, loop)
            return replace(node, value=text, text=text)
        return node

    def _entries(
        self, entries: Mapping[str, YamlNode], loop: Mapping[str, str], depth: int
    ) -> Iterator[tuple[str, YamlNode]]:
        for key, node in entries.items():
            if key == _TRANSFORM:
                yield from self._included(node, depth)
            elif key.startswith(_LOOP):
                yield from self._repeated(key, node, loop, depth)
            else:
                yield _filled(key, loop), self._node(node, loop, depth)

    def _included(self, node: YamlNode, depth: int) -> Iterator[tuple[str, YamlNode]]:
        fields = node.value if isinstance(node.value, dict) else {}
        name = fields["Name"].value if "Name" in fields else "a macro"
        location = section(fields, "Parameters").get("Location")
        where = location.value if location is not None else None
        if name != "AWS::Include":
            self._note(node.line, f"only AWS can expand the macro {name}", "name the processed template instead")
        elif not isinstance(where, str) or "://" in where:
            self._note(node.line, "the file of AWS::Include is in S3", "name a local copy as its Location")
        elif depth >= DEEPEST:
            self._note(node.line, f"includes are nested deeper than {DEEPEST} levels", "")
        else:
            yield from self._content(node, Path(os.path.abspath(self._folder / where)), depth)

    def _content(self, node: YamlNode, path: Path, depth: int) -> Iterator[tuple[str, YamlNode]]:
        try:
            entries = load_template(yaml_reader.decode(content_of(path))).mapping()
        except (OSError, ValueError, YamlError) as error:
            why = (error.strerror if isinstance(error, OSError) else None) or error
            self._note(node.line, f"{path}, which AWS::Include names, cannot be read: {why}", "")
            return
        # Values of an included file get the place of the include: a warning names one file.
        for key, value in self._entries(entries, {}, depth + 1):
            yield key, _placed(value, node)

    def _repeated(
        self, key: str, node: YamlNode, loop: Mapping[str, str], depth: int
    ) -> Iterator[tuple[str, YamlNode]]:
        parts = node.value if isinstance(node.value, list) else []
        names = self._collection(parts[1]) if len(parts) == 3 else None
        if names is None or not isinstance(parts[2].value, dict) or depth >= DEEPEST:
            name = _referred(parts[1]) if len(parts) == 3 else ""
            step = "write its list out, or give it as the default of a parameter"
            if name in section(self._root, "Parameters"):
                step = f'give --parameter {name}=A,B, or parameters: {{{name}: "A,B"}} in authlens.yaml'
            self._note(node.line, f"the collection of {key} is not known here", step)
            return
        for name in names:
            yield from self._entries(parts[2].value, {**loop, str(parts[0].value): name}, depth + 1)

    def _collection(self, node: YamlNode) -> list[str] | None:
        """A list of texts, or a parameter whose value is known."""
        if isinstance(node.value, list) and all(isinstance(item.value, str) for item in node.value):
            return [item.value for item in node.value]
        name = _referred(node)
        parameter = section(section(self._root, "Parameters"), name)
        value = self._given.get(name, parameter["Default"].value if "Default" in parameter else None)
        return [item.strip() for item in value.split(",")] if isinstance(value, str) else None


def _referred(node: YamlNode) -> str:
    """What it refers to; empty for anything else."""
    reference = node.value.get("Ref") if isinstance(node.value, dict) else None
    return str(reference.value) if reference is not None else ""


def _filled(text: str, loop: Mapping[str, str]) -> str:
    for name, value in loop.items():
        text = text.replace(f"${{{name}}}", value).replace(f"&{{{name}}}", value)
    return text


def _placed(node: YamlNode, place: YamlNode) -> YamlNode:
    """The node and everything in it at another place."""
    value = node.value
    if isinstance(value, dict):
        value = {key: _placed(inner, place) for key, inner in value.items()}
    elif isinstance(value, list):
        value = [_placed(inner, place) for inner in value]
    return replace(node, value=value, line=place.line, column=place.column)
