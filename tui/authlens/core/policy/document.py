"""A policy document as written: statements, actions, resources and conditions with their positions.

Any text can be read. What is not a policy yields faults; a statement with a fault is preserved but never evaluated.
"""

from __future__ import annotations

import json
from collections.abc import Iterable, Iterator
from dataclasses import field
from functools import lru_cache

from authlens.core.policy.actions import action_glob
from authlens.core.policy.arn import Prefix, fields_of, fitting_prefix
from authlens.core.policy.conditions import Operator, operator_named
from authlens.core.policy.variables import VERSION_WITH_VARIABLES, Template, template
from authlens.core.policy.wildcards import Glob
from authlens.core.text import json_reader
from authlens.core.text.json_reader import (
    JsonArray,
    JsonFault,
    JsonNode,
    JsonNumber,
    JsonObject,
    JsonString,
    JsonWord,
    Span,
)
from authlens.frozen import dataclass

STATEMENT_KEYS = ("Sid", "Effect", "Action", "NotAction", "Resource", "NotResource", "Condition")
DOCUMENT_KEYS = ("Version", "Id", "Statement")


@dataclass(frozen=True, slots=True)
class ActionElement:
    """One string of `Action` or `NotAction`."""

    text: str
    span: Span
    glob: Glob = field(repr=False)
    """Matches lower-case names."""


@dataclass(frozen=True, slots=True)
class ResourceElement:
    """One string of `Resource` or `NotResource`."""

    text: str
    span: Span
    template: Template = field(repr=False)
    prefix: Prefix = field(repr=False)
    """The part before the tail in an ARN that it could match."""


@dataclass(frozen=True, slots=True)
class ConditionValue:
    text: str
    span: Span
    template: Template = field(repr=False)


@dataclass(frozen=True, slots=True)
class Condition:
    """One key under one operator of a `Condition` block."""

    operator_name: str
    operator_span: Span
    operator: Operator | None = field(repr=False)
    """`None` if the name is not an operator; such a condition is never met."""
    key: str
    key_span: Span
    values: tuple[ConditionValue, ...]
    templates: tuple[Template, ...] = field(repr=False)


@dataclass(frozen=True, slots=True)
class Statement:
    index: int
    """Counted from 0 in its document."""
    span: Span
    effect: str | None
    actions: tuple[ActionElement, ...]
    not_action: bool
    """Whether `actions` are those of `NotAction`."""
    resources: tuple[ResourceElement, ...]
    not_resource: bool
    conditions: tuple[Condition, ...]
    faults: tuple[JsonFault, ...]
    """The faults that exclude it from decisions."""
    node: JsonNode = field(repr=False)

    @property
    def lines(self) -> tuple[int, int]:
        """Its first and last line."""
        return self.span.line, self.span.end_line

    @property
    def is_usable(self) -> bool:
        return not self.faults

    @property
    def allows(self) -> bool:
        return self.effect == "Allow" and not self.faults

    @property
    def denies(self) -> bool:
        return self.effect == "Deny" and not self.faults


@dataclass(frozen=True, slots=True)
class Document:
    text: str = field(repr=False)
    """The text that the spans refer to."""
    root: JsonNode | None = field(repr=False)
    version: str | None
    statements: tuple[Statement, ...]
    faults: tuple[JsonFault, ...]
    """Including those of its statements, in document order."""
    is_text: bool = field(default=True, repr=False)
    """Whether `text` is the document itself; if not, the document is an object inside a larger text."""

    @property
    def size(self) -> int:
        """The characters that AWS counts: the string as is, or an object in compact form."""
        return len(self.text) if self.is_text else self.compact_size

    @property
    def compact_size(self) -> int:
        """Characters without white space between values."""
        if self.root is None:
            return len(self.text)
        return len(json.dumps(json_reader.plain(self.root), separators=(",", ":"), ensure_ascii=False))


@lru_cache(maxsize=64)
def parse(text: str) -> Document:
    """Parse one document. Cached, because the same text always gives the same value."""
    read = json_reader.parse(text)
    if read.root is None:
        return Document(text, None, None, (), (read.fault,) if read.fault else ())
    return from_node(read.root, text, is_text=True)


MOST_CHARACTERS = 81_920
"""Of all documents of one answer: four times what AWS accepts, ten documents of 2,048 characters."""
_SHORTEST = 50
"""Characters that a document counts as at least."""


def parse_answer(texts: Iterable[str]) -> tuple[Document, ...]:
    """The documents of an answer. What exceeds four times AWS's limit in total is not read and has a fault instead."""
    documents: list[Document] = []
    left = MOST_CHARACTERS
    for text in texts:
        left -= max(len(text), _SHORTEST)
        documents.append(parse(text) if left >= 0 else _unread(text))
    return tuple(documents)


def _unread(text: str) -> Document:
    message = (
        f"the documents of this answer have more than {MOST_CHARACTERS:,} characters in total, four times what AWS "
        "accepts, and the rest is not read"
    )
    return Document(text, None, None, (), (JsonFault("unread", message, Span(0, 0, 1, 1, 1, 1)),))


def from_node(node: JsonNode, text: str, is_text: bool = False) -> Document:
    """A document that is a value inside a text already parsed."""
    if not isinstance(node, JsonObject):
        fault = JsonFault("not-an-object", _not_a_policy(node), node.span)
        return Document(text, node, None, (), (fault,), is_text)
    faults: list[JsonFault] = []
    written = node.get("Version")
    version = written.value if isinstance(written, JsonString) else None
    is_plain = version != VERSION_WITH_VARIABLES
    statements = tuple(_statement(item, index, is_plain) for index, item in enumerate(_statement_nodes(node, faults)))
    faults.extend(fault for statement in statements for fault in statement.faults)
    return Document(text, node, version, statements, tuple(faults), is_text)


def _not_a_policy(node: JsonNode) -> str:
    if isinstance(node, JsonString) and node.value.lstrip().startswith("{"):
        return "this is a string that contains a policy: it was JSON-encoded twice"
    return f"a policy must be an object with Version and Statement, not {json_reader.words(node)}"


def _statement_nodes(root: JsonObject, faults: list[JsonFault]) -> tuple[JsonNode, ...]:
    node = root.get("Statement")
    match node:
        case None:
            faults.append(
                JsonFault("missing-statement", "the document has no Statement, so it grants nothing", root.span)
            )
            return ()
        case JsonArray():
            return node.items
        case JsonObject():
            return (node,)
        case _:
            message = f"Statement must be a statement or a list of statements, not {json_reader.words(node)}"
            faults.append(JsonFault("wrong-type", message, node.span))
            return ()


def _statement(node: JsonNode, index: int, is_plain: bool) -> Statement:
    if not isinstance(node, JsonObject):
        fault = JsonFault("wrong-type", f"a statement must be an object, not {json_reader.words(node)}", node.span)
        return Statement(index, node.span, None, (), False, (), False, (), (fault,), node)
    faults: list[JsonFault] = []
    action_key, actions = _either(node, "Action", "NotAction", faults)
    resource_key, resources = _either(node, "Resource", "NotResource", faults)
    effect = _effect(node, faults)
    conditions = tuple(_conditions(node.get("Condition"), faults, is_plain))
    return Statement(
        index,
        node.span,
        effect,
        tuple(ActionElement(text.value, text.span, action_glob(text.value)) for text in actions),
        action_key == "NotAction",
        tuple(_resource(text, is_plain) for text in resources),
        resource_key == "NotResource",
        conditions,
        tuple(sorted(faults, key=lambda fault: fault.span.start)),
        node,
    )


def _effect(node: JsonObject, faults: list[JsonFault]) -> str | None:
    effect = node.get("Effect")
    if effect is None:
        faults.append(JsonFault("missing-effect", "the statement has no Effect; write Allow or Deny", node.span))
        return None
    if isinstance(effect, JsonString) and effect.value in ("Allow", "Deny"):
        return effect.value
    written = f"`{effect.value}`" if isinstance(effect, JsonString) else json_reader.words(effect)
    faults.append(
        JsonFault(
            "invalid-effect", f"Effect must be Allow or Deny, spelled exactly like that, not {written}", effect.span
        )
    )
    return None


def _either(node: JsonObject, plain: str, negated: str, faults: list[JsonFault]) -> tuple[str, list[JsonString]]:
    """The strings of `Action` or `NotAction`, or of `Resource` or `NotResource`, and which key it was."""
    found = [key for key in (plain, negated) if node.get(key) is not None]
    if not found:
        faults.append(
            JsonFault(f"missing-{plain.lower()}", f"the statement has neither {plain} nor {negated}", node.span)
        )
        return plain, []
    if len(found) > 1:
        both = node.key(negated) or node
        faults.append(
            JsonFault("conflicting-keys", f"a statement must have either {plain} or {negated}, not both", both.span)
        )
    value = node.get(found[0])
    return found[0], list(_texts(value, found[0], faults)) if value is not None else []


def _texts(node: JsonNode, key: str, faults: list[JsonFault]) -> Iterator[JsonString]:
    items = node.items if isinstance(node, JsonArray) else (node,)
    if not items:
        faults.append(JsonFault("wrong-type", f"{key} is an empty list; it needs at least one value", node.span))
    for item in items:
        if isinstance(item, JsonString):
            yield item
        else:
            faults.append(
                JsonFault("wrong-type", f"{key} must contain strings, not {json_reader.words(item)}", item.span)
            )


def _resource(text: JsonString, is_plain: bool) -> ResourceElement:
    """Variables are replaced in the last field of an ARN only (IAM's page on variables): with one before it, the text
    matches nothing."""
    is_plain = is_plain or any("${" in field for field in fields_of(text.value)[:-1])
    return ResourceElement(text.value, text.span, template(text.value, is_plain), fitting_prefix(text.value))


def _conditions(node: JsonNode | None, faults: list[JsonFault], is_plain: bool) -> Iterator[Condition]:
    if node is None:
        return
    for operator, keys in _members(node, "Condition must be an object of operators", faults):
        for key, values in _members(keys, f"{operator.value} must be an object of condition keys", faults):
            named = operator_named(operator.value)
            stays = is_plain or (named is not None and not named.takes_variables)
            read = tuple(_condition_values(values, faults, stays))
            yield Condition(
                operator.value,
                operator.span,
                named,
                key.value,
                key.span,
                read,
                tuple(value.template for value in read),
            )


def _members(node: JsonNode, rule: str, faults: list[JsonFault]) -> Iterator[tuple[JsonString, JsonNode]]:
    """The members of an object, the last one of any duplicates; a fault if it is not an object."""
    if not isinstance(node, JsonObject):
        faults.append(JsonFault("wrong-type", f"{rule}, not {json_reader.words(node)}", node.span))
        return
    yield from {name.value: (name, value) for name, value in node.members}.values()


def _condition_values(node: JsonNode, faults: list[JsonFault], is_plain: bool) -> Iterator[ConditionValue]:
    for item in node.items if isinstance(node, JsonArray) else (node,):
        match item:
            case JsonString(value=text) | JsonNumber(text=text):
                yield ConditionValue(text, item.span, template(text, is_plain))
            case JsonWord(value=bool() as truth):
                text = str(truth).lower()
                yield ConditionValue(text, item.span, template(text))
            case _:
                message = f"a condition value must be a string, a number, true or false, not {json_reader.words(item)}"
                faults.append(JsonFault("wrong-type", message, item.span))
