"""JSON read into the nodes of `yaml_text`. YAML's own reader takes the two halves of a JSON emoji for two characters.

The rule is that of `yaml_text`: every complaint has its place, and none quotes a value.
"""

from __future__ import annotations

import json
import re
from bisect import bisect_right
from collections.abc import Iterator
from typing import Any, NoReturn

from authlens.core.text.yaml_reader import MAX_DEPTH, YamlError, YamlNode

MAX_VALUES = 20_000
"""Keys included: read in half a second."""

_SPACE = re.compile(r"[ \t\n\r]*")


def _refuse_constant(name: str) -> NoReturn:
    """`NaN` and `Infinity`, which Python would take."""
    raise ValueError(name)


_SCALARS = json.JSONDecoder(parse_constant=_refuse_constant)


def load(text: str) -> YamlNode:
    """The value in the text. Raises YamlError when it is not JSON."""
    reader = _NodeReader(text)
    node = reader.value(depth=1)
    if not reader.at_end():
        raise reader.error("more text after the end of the JSON value")
    return node


class _NodeReader:
    def __init__(self, text: str) -> None:
        self._text = text
        self._line_starts = [0, *(found.end() for found in re.finditer("\n", text))]
        self._at = 0
        self._values = 0
        self._skip()

    def at_end(self) -> bool:
        return self._at == len(self._text)

    def error(self, message: str, at: int | None = None) -> YamlError:
        return YamlError(message, *self._place(self._at if at is None else at))

    def value(self, depth: int, key: YamlNode | None = None) -> YamlNode:
        first = self._text[self._at : self._at + 1]
        if first in ("{", "[") and depth > MAX_DEPTH:
            raise self.error(f"nested deeper than {MAX_DEPTH} levels")
        self._count()
        start = self._at
        if first == "{":
            return self._made(start, self._object(depth + 1), None, key)
        if first == "[":
            return self._made(start, self._array(depth + 1), None, key)
        value = self._scalar()
        text = value if isinstance(value, str) else self._text[start : self._at]
        self._skip()
        return self._made(start, value, text, key)

    def _made(self, start: int, value: Any, text: str | None, key: YamlNode | None) -> YamlNode:
        return YamlNode(value, *self._place(start), text, key)

    def _count(self) -> None:
        self._values += 1
        if self._values > MAX_VALUES:
            raise self.error(f"the JSON has more than {MAX_VALUES:,} keys and values; split it")

    def _place(self, at: int) -> tuple[int, int]:
        line = bisect_right(self._line_starts, at)
        return line, at - self._line_starts[line - 1] + 1

    def _object(self, depth: int) -> dict[str, YamlNode]:
        entries, keys = dict[str, YamlNode](), dict[str, YamlNode]()
        for _ in self._items("}"):
            start = self._at
            if self._text[start : start + 1] != '"':
                raise self.error("a key must be text in double quotes")
            self._count()
            name = self._scalar()
            key = self._made(start, name, name, None)
            if name in keys:
                raise key.error(f"the same key is already on line {keys[name].line}")
            keys[name] = key
            self._skip()
            self._take(":")
            entries[name] = self.value(depth, key)
        return entries

    def _array(self, depth: int) -> list[YamlNode]:
        return [self.value(depth) for _ in self._items("]")]

    def _items(self, end: str) -> Iterator[None]:
        """Stop once before each item, behind the opening bracket or a comma; then step over the closing bracket."""
        self._at += 1
        self._skip()
        if self._text[self._at : self._at + 1] != end:
            yield
            while self._text[self._at : self._at + 1] == ",":
                self._take(",")
                yield
        self._take(end)

    def _take(self, character: str) -> None:
        if self._text[self._at : self._at + 1] != character:
            raise self.error(f"expected '{character}' here")
        self._at += 1
        self._skip()

    def _scalar(self) -> Any:
        start = self._at
        try:
            value, self._at = _SCALARS.raw_decode(self._text, start)
        except json.JSONDecodeError as error:
            raise self.error("this is not a JSON value", error.pos) from None
        except ValueError:
            raise self.error("not a number of JSON, or one with too many digits") from None
        return value

    def _skip(self) -> None:
        if space := _SPACE.match(self._text, self._at):
            self._at = space.end()
