"""Resolves the intrinsic functions of a CloudFormation template as far as possible on this machine.

Unknown values (another stack's exports, a resource's attributes) raise Unresolvable with place and reason.
"""

from __future__ import annotations

import json
import re
from base64 import b64encode
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Any, Final

from authlens.core.text.yaml_reader import YamlNode

_BLANK = re.compile(r"\$\{(!?)([^{}]*)\}")
MOST_STEPS = 100_000
MOST_TEXT = 1024 * 1024
MOST_TEXTS = 16 * 1024 * 1024
"""Nodes resolved, characters of one text and of all texts of a template: a few lines of `!Sub` that name each other can
produce billions."""
_WHOLE = ("Ref", "Fn::If", "Fn::ImportValue")
"""Functions that return a value as it is."""
_DYNAMIC = re.compile(r"\{\{resolve:[^}]*\}*")


class Unresolvable(Exception):
    """A value is known on AWS only."""

    def __init__(self, node: YamlNode, reason: str, next_step: str = "", stand_in: str | None = None) -> None:
        super().__init__(f"line {node.line}: {reason}")
        self.node = node
        self.reason = reason
        self.next_step = next_step
        """How to provide the value here; empty if the caller knows better."""
        self.stand_in = stand_in
        """A logical id, if the whole value is the name of that resource."""


class NoValue:
    """`AWS::NoValue`: omit the property."""


NO_VALUE: Final = NoValue()


@dataclass(frozen=True, slots=True)
class Outside:
    """What comes from outside a template."""

    pseudo: Mapping[str, Any]
    """Pseudo parameters."""
    parameters: Mapping[str, Callable[[], Any]]
    """The values of its parameters, from settings or from the parent stack."""
    resource: Callable[[str, str | None], str | None]
    """The value of `Ref` (no attribute) or `GetAtt` of a resource; `None` if only AWS knows it."""
    exported: Callable[[str], str | None]
    """The value of `ImportValue` by export name; `None` if no stack here exports it."""


class Resolver:
    """Resolves nodes of one template."""

    def __init__(self, root: Mapping[str, YamlNode], outside: Outside) -> None:
        self._parameters = section(root, "Parameters")
        self._conditions = section(root, "Conditions")
        self._mappings = section(root, "Mappings")
        self._resources = section(root, "Resources")
        self._outside = outside
        self._steps = self._written = 0
        self._functions: dict[str, Callable[[YamlNode], Any]] = {
            "Ref": lambda node: self._ref(node, self._text(node)),
            "Condition": lambda node: self.condition(node, self._text(node)),
            "Fn::GetAtt": self._get_att,
            "Fn::Sub": self._sub,
            "Fn::Join": self._join,
            "Fn::Select": self._select,
            "Fn::Split": self._split,
            "Fn::If": self._if,
            "Fn::FindInMap": self._find_in_map,
            "Fn::ImportValue": self._import,
            "Fn::Length": lambda node: len(self._items(node)),
            "Fn::ToJsonString": lambda node: json.dumps(self.resolve(node), separators=(",", ":")),
            "Fn::Base64": lambda node: b64encode(self._text(node).encode()).decode(),
            "Fn::Equals": lambda node: _equal(*self._items(node, 2)),
            "Fn::And": lambda node: all(self._items(node)),
            "Fn::Or": lambda node: any(self._items(node)),
            "Fn::Not": lambda node: not self._items(node, 1)[0],
        }

    def resolve(self, node: YamlNode) -> Any:
        """The plain value. Raises Unresolvable."""
        self._take(node)
        if isinstance(node.value, dict):
            value = self._mapping(node, node.value)
        elif isinstance(node.value, list):
            value = [item for item in map(self.resolve, node.value) if item is not NO_VALUE]
        else:
            value = _static(node, node.value) if isinstance(node.value, str) else node.value
        if isinstance(value, str):
            self._written += len(value)
        return value

    def _take(self, node: YamlNode, steps: int = 1) -> None:
        self._steps += steps
        if self._steps > MOST_STEPS or self._written > MOST_TEXTS:
            raise Unresolvable(node, "the template refers to itself too often to be resolved")

    def _fits(self, node: YamlNode, length: int) -> None:
        if length > MOST_TEXT:
            raise Unresolvable(node, f"the text is longer than {MOST_TEXT} characters")

    def condition(self, node: YamlNode, name: str) -> bool:
        if name not in self._conditions:
            raise Unresolvable(node, f"there is no condition {name!r}")
        return bool(self.resolve(self._conditions[name]))

    def _mapping(self, node: YamlNode, entries: Mapping[str, YamlNode]) -> Any:
        if len(entries) == 1:
            name, argument = next(iter(entries.items()))
            if name in self._functions:
                try:
                    return self._functions[name](argument)
                except Unresolvable as problem:
                    problem.stand_in = problem.stand_in if name in _WHOLE else None
                    raise
            if name.startswith("Fn::"):
                raise Unresolvable(node, f"{name} is resolved by AWS only")
        values = {key: self.resolve(value) for key, value in entries.items()}
        return {key: value for key, value in values.items() if value is not NO_VALUE}

    def _text(self, node: YamlNode) -> str:
        value = self.resolve(node)
        if isinstance(value, dict | list) or value is None or value is NO_VALUE:
            raise node.error(f"this must be text, not {node.kind}")
        return as_text(value)

    def _items(self, node: YamlNode, count: int | None = None) -> list[Any]:
        items = self.resolve(node)
        if not isinstance(items, list) or (count is not None and len(items) != count):
            raise node.error(f"this must be a list of {count}" if count else "this must be a list")
        return items

    def _ref(self, node: YamlNode, name: str) -> Any:
        self._take(node)
        if name in self._outside.pseudo:
            return self._outside.pseudo[name]
        if name in self._parameters:
            return self._parameter(node, name)
        found = self._outside.resource(name, None)
        if found is None and name in self._resources:
            raise Unresolvable(node, f"the name of {name} is known on AWS only", stand_in=name)
        if found is None:
            raise Unresolvable(node, f"this template has no parameter or resource {name}")
        return found

    def _parameter(self, node: YamlNode, name: str) -> Any:
        fields = self._parameters[name].mapping()
        kind = str(fields["Type"].plain()) if "Type" in fields else "String"
        give = f"give --parameter {name}=VALUE, or parameters: {{{name}: VALUE}} in authlens.yaml"
        if name in self._outside.parameters:
            with _placed(node):
                text = self._outside.parameters[name]()
        elif "Default" not in fields:
            raise Unresolvable(node, f"the parameter {name} has no default", give)
        elif kind.startswith("AWS::SSM::Parameter"):
            raise Unresolvable(node, f"the parameter {name} is kept in the Parameter Store", give)
        else:
            default = fields["Default"]
            is_written = default.text is not None and not isinstance(default.value, bool)
            text = _static(node, str(default.text) if is_written else as_text(default.plain()))
        is_list = kind == "CommaDelimitedList" or "List<" in kind
        if not is_list or not isinstance(text, str):
            return text
        self._take(node, text.count(",") + 1)
        return [item.strip() for item in text.split(",")]

    def _get_att(self, node: YamlNode) -> str:
        parts = node.value.split(".", 1) if isinstance(node.value, str) else [self._text(item) for item in node.list()]
        return self._attribute(node, parts[0], ".".join(parts[1:]))

    def _attribute(self, node: YamlNode, name: str, attribute: str) -> str:
        self._take(node)
        if not attribute:
            raise node.error("Fn::GetAtt takes a resource and one of its attributes")
        with _placed(node):
            found = self._outside.resource(name, attribute)
        if found is None and name in self._resources:
            raise Unresolvable(node, f"{name}.{attribute} is known on AWS only")
        if found is None:
            raise Unresolvable(node, f"this template has no resource {name}")
        return found

    def _import(self, node: YamlNode) -> str:
        name = self._text(node)
        with _placed(node):
            found = self._outside.exported(name)
        if found is None:
            raise Unresolvable(node, f"the export {name!r} belongs to a stack that is not here")
        return found

    def _sub(self, node: YamlNode) -> str:
        text, known = node, dict[str, YamlNode]()
        if isinstance(node.value, list):
            if len(node.value) != 2:
                raise node.error("Fn::Sub takes a text and a mapping")
            text, known = node.value[0], node.value[1].mapping()

        length = 0

        def fill(blank: re.Match[str]) -> str:
            nonlocal length
            filled = value_of(blank)
            length += len(filled)
            self._fits(node, length)
            return filled

        def value_of(blank: re.Match[str]) -> str:
            literal, name = blank[1], blank[2].strip()
            if literal:
                return f"${{{name}}}"
            if name in known:
                return self._text(known[name])
            resource, dot, attribute = name.partition(".")
            return self._attribute(node, resource, attribute) if dot else as_text(self._ref(node, name))

        return _static(node, _BLANK.sub(fill, text.string("Fn::Sub")))

    def _join(self, node: YamlNode) -> str:
        separator, parts = self._items(node, 2)
        if not isinstance(parts, list):
            raise node.error("Fn::Join takes a separator and a list")
        texts, between = [*map(as_text, parts)], as_text(separator)
        self._fits(node, sum(map(len, texts)) + len(between) * len(texts))
        return _static(node, between.join(texts))

    def _select(self, node: YamlNode) -> Any:
        index, items = self._items(node, 2)
        try:
            return items[int(index)]
        except (IndexError, ValueError, TypeError):
            raise node.error("Fn::Select finds no such item") from None

    def _split(self, node: YamlNode) -> list[str]:
        separator, text = self._items(node, 2)
        items = as_text(text).split(as_text(separator))
        self._take(node, len(items))
        return items

    def _if(self, node: YamlNode) -> Any:
        return self.resolve(self._branch(node))

    def _branch(self, node: YamlNode) -> YamlNode:
        parts = node.list()
        if len(parts) != 3:
            raise node.error("Fn::If takes a condition and two values")
        return parts[1] if self.condition(parts[0], parts[0].text or "") else parts[2]

    def chosen(self, node: YamlNode) -> YamlNode:
        """What is written, or what `Fn::If` chooses, unresolved. Raises Unresolvable."""
        while isinstance(node.value, dict) and list(node.value) == ["Fn::If"]:
            self._take(node)
            node = self._branch(node.value["Fn::If"])
        return node

    def entries(self, node: YamlNode | None) -> dict[str, YamlNode]:
        """A mapping whose values are not resolved. Raises Unresolvable."""
        node = self.chosen(node) if node is not None else None
        if node is None or node.value is None:
            return {}
        if not isinstance(node.value, dict) or list(node.value) != ["Ref"]:
            return node.mapping()
        if self.resolve(node) is not NO_VALUE:
            raise node.error("this must be a mapping")
        return {}

    def _find_in_map(self, node: YamlNode) -> Any:
        parts = node.list()
        if len(parts) < 3:
            raise node.error("Fn::FindInMap takes a mapping and two keys")
        names = [self._text(item) for item in parts[:3]]
        found: Any = self._mappings
        for name in names:
            found = found.mapping() if isinstance(found, YamlNode) else found
            if name not in found:
                if len(parts) > 3 and "DefaultValue" in parts[3].mapping():
                    return self.resolve(parts[3].mapping()["DefaultValue"])
                raise Unresolvable(node, f"the mapping {names[0]!r} has no {name!r}")
            found = found[name]
        return self.resolve(found)


@contextmanager
def _placed(node: YamlNode) -> Iterator[None]:
    """A value that another template lacks is reported where this one asks for it."""
    try:
        yield
    except Unresolvable as problem:
        raise Unresolvable(node, problem.reason, problem.next_step, problem.stand_in) from None


def _static(node: YamlNode, text: str) -> str:
    """The text, unless AWS would replace a part of it."""
    dynamic = _DYNAMIC.search(text)
    if dynamic:
        raise Unresolvable(node, f"the dynamic reference {dynamic.group()} is resolved by AWS only")
    return text


def section(root: Mapping[str, YamlNode], name: str) -> dict[str, YamlNode]:
    return root[name].mapping() if name in root and root[name].value is not None else {}


def as_text(value: Any) -> str:
    """A scalar as CloudFormation converts it to text."""
    return str(value).lower() if isinstance(value, bool) else str(value)


def _equal(one: Any, other: Any) -> bool:
    return as_text(one) == as_text(other)
