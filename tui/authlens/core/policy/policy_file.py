"""The policy documents in one file: a policy, a list of policies, or a whole answer with its `policyDocuments`.

Documents may be objects or, as AWS returns them, JSON in a string; either way a place in a document is found again in
the file.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from functools import lru_cache

from authlens.core.policy import document
from authlens.core.policy.document import Document
from authlens.core.text import json_reader
from authlens.core.text.json_reader import Fault, JsonArray, JsonObject, JsonString, Node, Span
from authlens.frozen import dataclass

_WRAPPERS = ("outcome", "result", "answer")
"""Members under which an invocation keeps its outcome."""


@dataclass(frozen=True, slots=True)
class PolicyFile:
    text: str
    documents: tuple[Document, ...]
    strings: tuple[JsonString | None, ...]
    """For each document the string that holds it, where one does."""
    answer: JsonObject | None
    """The members beside `policyDocuments`."""
    is_text: bool = False
    """The whole file is JSON text that holds the answer; places are those of the text inside."""
    fault: Fault | None = None
    """Why there is no policy to be found; the one document that stands for it has the same fault."""

    def locate(self, index: int, span: Span) -> Span:
        """A span of a document as a span of the file."""
        string = self.strings[index]
        if string is None:
            return span
        offsets = json_reader.string_offsets(self.text, string.span)
        return _places(self.text).span(offsets[span.start], offsets[span.end])


@lru_cache(maxsize=1)
def _places(text: str) -> json_reader.Places:
    """Counting the lines of a file once is enough for all its findings."""
    return json_reader.Places(text)


def read(text: str) -> PolicyFile:
    whole = json_reader.parse(text)
    if whole.root is None:
        return PolicyFile(text, (document.parse(text),), (None,), None, fault=whole.fault)
    if isinstance(whole.root, JsonString) and (inside := read(whole.root.value)).answer and not inside.is_text:
        return replace(inside, is_text=True)
    answer = _answer(whole.root)
    root = answer.get("policyDocuments") if answer else whole.root
    if root is not None and (fault := _too_many(root)):
        return PolicyFile(text, (Document(text, None, None, (), (fault,)),), (None,), answer, fault=fault)
    fault = None if root is None else _no_documents(root)
    found = list(_documents(root, text, whole.root)) if root is not None else []
    documents = tuple(one for one, _ in found)
    return PolicyFile(text, documents, tuple(string for _, string in found), answer, fault=fault)


def _answer(root: Node) -> JsonObject | None:
    """The object that an authorizer's answer or AWS's outcome is; at the root, or inside an invocation."""
    if not isinstance(root, JsonObject):
        return None
    inside = [root.get(name) for name in _WRAPPERS]
    for node in (root, *inside):
        if isinstance(node, JsonObject) and (node.get("policyDocuments") or node.get("isAuthenticated")):
            return node
    return None


def _documents(node: Node, text: str, whole: Node) -> Iterator[tuple[Document, JsonString | None]]:
    match node:
        case JsonArray():
            for item in node.items:
                yield _document(item, text, whole)
        case JsonObject() if isinstance(inner := node.get("policyDocument"), JsonString | JsonObject):
            yield _document(inner, text, whole)
        case _:
            yield _document(node, text, whole)


def _document(node: Node, text: str, whole: Node) -> tuple[Document, JsonString | None]:
    if isinstance(node, JsonString):
        return document.parse(node.value), node
    if node is whole:
        return document.parse(text), None
    return document.from_node(node, text), None


def _too_many(root: Node) -> Fault | None:
    """Documents in strings are JSON texts of their own, each within its limit: the file has one for all of them."""
    documents = root.items if isinstance(root, JsonArray) else ()
    strings = [document for document in documents if isinstance(document, JsonString)]
    values = 0
    for string in strings:
        values += 1 + sum(map(string.value.count, ",:[{"))
        if values > json_reader.MAX_VALUES:
            message = f"the policies have more than {json_reader.MAX_VALUES:,} keys and values together; split the file"
            return Fault("json-syntax", message, string.span)
    return None


def _no_documents(root: Node) -> Fault | None:
    if isinstance(root, JsonObject | JsonArray | JsonString):
        return None
    message = f"a policy, a list of policies or an answer was expected, this is {json_reader.words(root)}"
    return Fault("not-an-object", message, root.span)
