"""The policy documents in a file: a policy, a list of policies, or a complete answer with its `policyDocuments`.

Documents may be objects or, as AWS returns them, JSON in a string; either way a position in a document can be mapped to
the file.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from functools import lru_cache

from authlens.core.policy import document
from authlens.core.policy.document import Document
from authlens.core.text import json_reader
from authlens.core.text.json_reader import JsonArray, JsonFault, JsonNode, JsonObject, JsonString, JsonWord, Span
from authlens.frozen import dataclass

_WRAPPERS = ("outcome", "result", "answer")
"""Members that contain the outcome of an invocation."""


@dataclass(frozen=True, slots=True)
class PolicyFile:
    text: str
    documents: tuple[Document, ...]
    strings: tuple[JsonString | None, ...]
    """For each document the string that contains it, if any."""
    answer: JsonObject | None
    """The object that has `policyDocuments` as a member."""
    is_text: bool = False
    """Whether the file is a JSON string that contains the answer; positions refer to the text inside it."""
    fault: JsonFault | None = None
    """Why the file contains no policy; its one placeholder document has the same fault."""

    def locate(self, index: int, span: Span) -> Span:
        """Convert a span of a document to a span of the file."""
        string = self.strings[index]
        if string is None:
            return span
        offsets = json_reader.string_offsets(self.text, string.span)
        return _places(self.text).span(offsets[span.start], offsets[span.end])


@lru_cache(maxsize=1)
def _places(text: str) -> json_reader.LinePlaces:
    """Cached: the lines of a file are counted once for all its findings."""
    return json_reader.LinePlaces(text)


def read(text: str) -> PolicyFile:
    whole = json_reader.parse(text)
    if whole.root is None:
        return PolicyFile(text, (document.parse(text),), (None,), None, fault=whole.fault)
    if isinstance(whole.root, JsonString) and (inside := read(whole.root.value)).answer and not inside.is_text:
        return replace(inside, is_text=True)
    answer = _answer(whole.root)
    root = answer.get("policyDocuments") if answer else whole.root
    if root is None or (answer and isinstance(root, JsonWord) and root.value is None):
        return PolicyFile(text, (), (), answer)
    if fault := _too_many(root):
        return PolicyFile(text, (Document(text, None, None, (), (fault,)),), (None,), answer, fault=fault)
    found = tuple(_documents(root, text, whole.root))
    documents, strings = tuple(one for one, _ in found), tuple(string for _, string in found)
    return PolicyFile(text, documents, strings, answer, fault=_no_documents(root))


def _answer(root: JsonNode) -> JsonObject | None:
    """The object of an authorizer's answer or AWS's outcome, at the root or inside an invocation."""
    if not isinstance(root, JsonObject):
        return None
    inside = [root.get(name) for name in _WRAPPERS]
    for node in (root, *inside):
        if isinstance(node, JsonObject) and any(name.value.casefold() in _ANSWERS for name, _ in node.members):
            return node
    return None


_ANSWERS = ("policydocuments", "isauthenticated")
"""The members of which an answer has at least one, whatever their case."""


def _documents(node: JsonNode, text: str, whole: JsonNode) -> Iterator[tuple[Document, JsonString | None]]:
    match node:
        case JsonArray():
            for item in node.items:
                yield _document(item, text, whole)
        case JsonObject() if isinstance(inner := node.get("policyDocument"), JsonString | JsonObject):
            yield _document(inner, text, whole)
        case _:
            yield _document(node, text, whole)


def _document(node: JsonNode, text: str, whole: JsonNode) -> tuple[Document, JsonString | None]:
    if isinstance(node, JsonString):
        return document.parse(node.value), node
    if node is whole:
        return document.parse(text), None
    return document.from_node(node, text), None


def _too_many(root: JsonNode) -> JsonFault | None:
    """Each document in a string is JSON of its own with its own limit; this limits all documents of the file
    together."""
    documents = root.items if isinstance(root, JsonArray) else ()
    strings = [document for document in documents if isinstance(document, JsonString)]
    values = 0
    for string in strings:
        values += 1 + sum(map(string.value.count, ",:[{"))
        if values > json_reader.MAX_VALUES:
            message = f"the policies have more than {json_reader.MAX_VALUES:,} keys and values together; split the file"
            return JsonFault("json-syntax", message, string.span)
    return None


def _no_documents(root: JsonNode) -> JsonFault | None:
    if isinstance(root, JsonObject | JsonArray | JsonString):
        return None
    message = f"expected a policy, a list of policies or an answer, not {json_reader.words(root)}"
    return JsonFault("not-an-object", message, root.span)
