"""JSON with the position of every value. Any text is accepted: errors in it are reported as faults, never raised.

Duplicate keys, numbers of any size and lone surrogates are preserved, because a policy is judged by its text.
"""

from __future__ import annotations

import re
from bisect import bisect_right
from collections.abc import Iterator
from itertools import accumulate, chain
from json.decoder import scanstring  # type: ignore[attr-defined]  # typeshed leaves it out
from typing import Any

from authlens.frozen import dataclass

DEEPEST = 64
"""The deepest nesting accepted; the conditions of a policy are at level six."""
MAX_VALUES = 25_000
"""Including keys; this many are read in half a second. Ten policies of AWS's 2,048 characters have fewer than
11,000."""


@dataclass(frozen=True, slots=True)
class Span:
    """A range of the text: character offsets, and lines and columns counted from 1. The end is exclusive."""

    start: int
    end: int
    line: int
    column: int
    end_line: int
    end_column: int


@dataclass(frozen=True, slots=True)
class JsonFault:
    """An error in a text, with its position."""

    id: str
    message: str
    span: Span


@dataclass(frozen=True, slots=True)
class JsonString:
    value: str
    span: Span
    """Including the quotes."""


@dataclass(frozen=True, slots=True)
class JsonNumber:
    text: str
    span: Span


@dataclass(frozen=True, slots=True)
class JsonWord:
    """`true`, `false` or `null`."""

    value: bool | None
    span: Span


@dataclass(frozen=True, slots=True)
class JsonArray:
    items: tuple[JsonNode, ...]
    span: Span


@dataclass(frozen=True, slots=True)
class JsonObject:
    members: tuple[tuple[JsonString, JsonNode], ...]
    """In order, including duplicates."""
    span: Span

    def get(self, key: str) -> JsonNode | None:
        """The value of a key; for duplicates the last one, as in most parsers."""
        return next((value for name, value in reversed(self.members) if name.value == key), None)

    def key(self, key: str) -> JsonString | None:
        return next((name for name, _ in reversed(self.members) if name.value == key), None)

    def duplicates(self) -> Iterator[tuple[JsonString, JsonString]]:
        """Each repeated key, paired with its first occurrence."""
        first: dict[str, JsonString] = {}
        for name, _ in self.members:
            if name.value in first:
                yield name, first[name.value]
            else:
                first[name.value] = name


JsonNode = JsonObject | JsonArray | JsonString | JsonNumber | JsonWord


@dataclass(frozen=True, slots=True)
class JsonText:
    """The result of parsing a text: its root, or the fault that prevented parsing."""

    root: JsonNode | None
    fault: JsonFault | None


def parse(text: str, most_values: int = MAX_VALUES, deepest: int = DEEPEST) -> JsonText:
    reader = _JsonParser(text, most_values, deepest)
    try:
        return JsonText(reader.document(), None)
    except _Unreadable as unreadable:
        span = LinePlaces(text).span(unreadable.offset, min(unreadable.offset + 1, len(text)))
        return JsonText(None, JsonFault("json-syntax", unreadable.message, span))


def plain(node: JsonNode) -> Any:
    """The value as a Python object. A number too long for Python to convert stays text."""
    match node:
        case JsonObject():
            return {name.value: plain(value) for name, value in node.members}
        case JsonArray():
            return [plain(item) for item in node.items]
        case JsonNumber():
            return _number(node.text)
        case _:
            return node.value


def words(node: JsonNode) -> str:
    """The kind of value, for use in a sentence."""
    match node:
        case JsonObject():
            return "an object"
        case JsonArray():
            return "a list"
        case JsonString():
            return "a string"
        case JsonNumber():
            return "a number"
        case _:
            return {True: "true", False: "false", None: "null"}[node.value]


def walk(node: JsonNode) -> Iterator[JsonNode]:
    """The node and everything inside it, in document order."""
    yield node
    match node:
        case JsonObject():
            yield from chain.from_iterable(walk(value) for _, value in node.members)
        case JsonArray():
            yield from chain.from_iterable(walk(item) for item in node.items)


def string_offsets(text: str, span: Span) -> list[int]:
    """For each character of a string's value, and for its end, the offset in the text where it is written."""
    offsets, position = [], span.start + 1
    while position < span.end - 1:
        offsets.append(position)
        position += _escape_length(text, position) if text[position] == "\\" else 1
    return [*offsets, position]


def within(span: Span, start: int, end: int) -> Span:
    """Part of a span on a single line, as every JSON string is."""
    first, last = span.column + start - span.start, span.column + end - span.start
    return Span(start, end, span.line, first, span.line, last)


class LinePlaces:
    """Converts offsets in a text into spans."""

    def __init__(self, text: str) -> None:
        same_length = text.replace("\r\n", " \n").replace("\r", "\n")
        self._starts = [0, *accumulate(len(line) + 1 for line in same_length.split("\n"))][:-1]

    def span(self, start: int, end: int) -> Span:
        first, last = bisect_right(self._starts, start) - 1, bisect_right(self._starts, end) - 1
        return Span(start, end, first + 1, start - self._starts[first] + 1, last + 1, end - self._starts[last] + 1)


class _Unreadable(Exception):
    def __init__(self, message: str, offset: int) -> None:
        self.message = message
        self.offset = offset


_SPACE = re.compile(r"[ \t\r\n]*")
_NUMBER = re.compile(r"-?(?:0|[1-9][0-9]*)(?:\.[0-9]+)?(?:[eE][+-]?[0-9]+)?")
_SOUND = re.compile(r'(?:[^"\\\x00-\x1f]|\\(?:["\\/bfnrt]|u[0-9A-Fa-f]{4})){0,4096}')
"""Matched in pieces, because the engine may have to remember each repeat."""
_PAIR = re.compile(r"\\u[Dd][89ABab][0-9A-Fa-f]{2}\\u[Dd][C-Fc-f][0-9A-Fa-f]{2}")
_WORD = re.compile(r"[A-Za-z_][A-Za-z0-9_]*")
_WORDS: dict[str, bool | None] = {"true": True, "false": False, "null": None}
_PYTHON_WORDS = {"True": "true", "False": "false", "None": "null"}


class _JsonParser:
    """A recursive-descent parser for one text."""

    def __init__(self, text: str, most_values: int, deepest: int) -> None:
        self._text = text
        self._most_values = most_values
        self._deepest = deepest
        self._at = 0
        self._depth = 0
        self._values = 0
        self._places = LinePlaces(text)

    def document(self) -> JsonNode:
        if self._text.startswith("\ufeff"):
            raise _Unreadable("the text starts with a byte order mark, which is not valid JSON; save it without one", 0)
        if self._peek() == "":
            raise _Unreadable("the text is empty; JSON was expected", 0)
        root = self._value()
        if self._peek() != "":
            raise _Unreadable(
                "unexpected text after the end of the JSON value; look for a misplaced brace or bracket", self._at
            )
        return root

    def _peek(self) -> str:
        """The next character after white space; empty at the end."""
        if found := _SPACE.match(self._text, self._at):
            self._at = found.end()
        return self._text[self._at : self._at + 1]

    def _value(self) -> JsonNode:
        character = self._peek()
        self._count()
        if character == "{":
            return self._nested(self._object)
        if character == "[":
            return self._nested(self._array)
        return self._string("a value") if character == '"' else self._scalar()

    def _count(self) -> None:
        self._values += 1
        if self._values > self._most_values:
            raise _Unreadable(f"the JSON has more than {self._most_values:,} keys and values; split it", self._at)

    def _nested(self, read: Any) -> JsonNode:
        self._depth += 1
        if self._depth > self._deepest:
            raise _Unreadable(f"the JSON is nested deeper than {self._deepest} levels", self._at)
        node: JsonNode = read()
        self._depth -= 1
        return node

    def _object(self) -> JsonObject:
        start = self._open()
        members: list[tuple[JsonString, JsonNode]] = []
        while self._more("}", bool(members)):
            self._count()
            key = self._string("a key in double quotes")
            if self._peek() != ":":
                raise _Unreadable(f"expected ':' after the key{self._quote_hint()}", self._at)
            self._at += 1
            members.append((key, self._value()))
        return JsonObject(tuple(members), self._places.span(start, self._at))

    def _array(self) -> JsonArray:
        start = self._open()
        items: list[JsonNode] = []
        while self._more("]", bool(items)):
            items.append(self._value())
        return JsonArray(tuple(items), self._places.span(start, self._at))

    def _open(self) -> int:
        self._at += 1
        return self._at - 1

    def _more(self, closing: str, begun: bool) -> bool:
        """Whether another element follows; consumes the comma before it, or the closing character."""
        character = self._peek()
        if character == closing:
            self._at += 1
            return False
        if not begun:
            return True
        if character != ",":
            raise _Unreadable(_expected(f"a comma or `{closing}`", character) + self._quote_hint(), self._at)
        self._at += 1
        if self._peek() == closing:
            raise _Unreadable(f"trailing comma before `{closing}`", self._at)
        return True

    def _quote_hint(self) -> str:
        """A hint for a word right after a closed string: somebody forgot to escape a quote."""
        before = self._text[: self._at].rstrip()
        inside = before.endswith('"') and re.match(r"[A-Za-z\\]", self._text[self._at :])
        return '; a double quote inside a string must be written \\"' if inside else ""

    def _string(self, wanted: str) -> JsonString:
        if self._peek() != '"':
            raise _Unreadable(_expected(wanted, self._peek()), self._at)
        start = self._open()
        try:
            value, self._at = scanstring(self._text, self._at, True)
        except ValueError:
            raise self._string_fault(start) from None
        return JsonString(value, self._places.span(start, self._at))

    def _string_fault(self, start: int) -> _Unreadable:
        """What is wrong with a string that the `json` scanner rejects, and where."""
        while (found := _SOUND.match(self._text, self._at)) and found.group():
            self._at = found.end()
        character, letter = (self._text[at : at + 1] for at in (self._at, self._at + 1))
        if character == "":
            return _Unreadable("this string has no closing quote", start)
        if character != "\\":
            return _Unreadable("line breaks and control characters inside a string must be escaped", self._at)
        if letter == "u":
            return _Unreadable("`\\u` must be followed by four hexadecimal digits", self._at)
        return _Unreadable("invalid escape; write a backslash as two backslashes", self._at)

    def _scalar(self) -> JsonNumber | JsonWord:
        start = self._at
        number = _NUMBER.match(self._text, start)
        if number:
            self._at = number.end()
            return JsonNumber(number.group(), self._places.span(start, self._at))
        word = _WORD.match(self._text, start)
        if word and word.group() in _WORDS:
            self._at = word.end()
            return JsonWord(_WORDS[word.group()], self._places.span(start, self._at))
        hint = self._foreign_word(word.group()) if word else ""
        raise _Unreadable(hint or _expected("a value", self._peek()), start)

    def _foreign_word(self, word: str) -> str:
        """A hint about where a word that is not JSON came from; empty if it gives no clue."""
        if word in _PYTHON_WORDS:
            return f"`{word}` is Python; in JSON write {_PYTHON_WORDS[word]}"
        if self._depth == 0 and re.match(r"[\w-]+:(?:\s|$)", self._text[self._at :]):
            return "this looks like YAML; a policy is JSON"
        return ""


def _expected(wanted: str, found: str) -> str:
    if found == "":
        return f"unexpected end of text; expected {wanted}"
    if found == "'":
        return "JSON strings need double quotes, not single quotes"
    if found in "/#":
        return "JSON has no comments"
    return f"expected {wanted}"


def _escape_length(text: str, position: int) -> int:
    """The length of an escape; a surrogate pair is one character written as two escapes."""
    if not text.startswith("u", position + 1):
        return 2
    return 12 if _PAIR.match(text, position) else 6


def _number(text: str) -> int | float | str:
    if len(text) > 300:
        return text
    return int(text) if text.lstrip("-").isdigit() else float(text)
