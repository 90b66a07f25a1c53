"""JSON laid out for reading, token for token as it was written: duplicate keys, odd numbers and escapes stay. Pure."""

from __future__ import annotations

import json
import re
from bisect import bisect_right

from authlens.frozen import dataclass

_TOKEN = re.compile(r'"(?:[^"\\]|\\.)*"|[{}\[\]:,]|[^\s{}\[\]:,"]+', re.DOTALL)
_INDENT = "  "


@dataclass(frozen=True, slots=True)
class Pretty:
    lines: tuple[str, ...]
    starts: tuple[int, ...]
    """For each line the offset of its first token in the text as it came."""

    def line_at(self, offset: int) -> int:
        """The line (from 0) that holds this offset of the text as received."""
        return max(0, bisect_right(self.starts, offset) - 1)


@dataclass(frozen=True, slots=True)
class NotJson:
    """Why a text is not JSON; line and column count from 1."""

    reason: str
    line: int
    column: int


def pretty(text: str) -> Pretty | NotJson:
    try:
        json.loads(text)
    except json.JSONDecodeError as error:
        return NotJson(error.msg, error.lineno, error.colno)
    except (RecursionError, ValueError):
        return NotJson("nested too deeply, or a number too long to read", 1, 1)
    return _Layout().lay_out(text)


class _Layout:
    def __init__(self) -> None:
        self._lines: list[str] = []
        self._starts: list[int] = []
        self._line = ""
        self._start: int | None = None
        self._depth = 0

    def lay_out(self, text: str) -> Pretty:
        tokens = [(found.group(), found.start()) for found in _TOKEN.finditer(text)]
        following = [token for token, _ in tokens[1:]] + [""]
        empty = False
        for (token, offset), after in zip(tokens, following, strict=True):
            if empty:
                self._put(token, offset)
                empty = False
            elif token in "{[" and after in ("}", "]"):
                self._put(token, offset)
                empty = True
            else:
                self._place(token, offset)
        self._break()
        return Pretty(tuple(self._lines), tuple(self._starts))

    def _place(self, token: str, offset: int) -> None:
        if token in ("{", "["):
            self._put(token, offset)
            self._break(+1)
        elif token in ("}", "]"):
            self._break(-1)
            self._put(token, offset)
        elif token == ",":
            self._put(token, offset)
            self._break()
        else:
            self._put(": " if token == ":" else token, offset)

    def _put(self, text: str, offset: int) -> None:
        if self._start is None:
            self._start = offset
        self._line += text

    def _break(self, deeper: int = 0) -> None:
        if self._line:
            self._lines.append(_INDENT * self._depth + self._line)
            self._starts.append(self._start or 0)
        self._line, self._start = "", None
        self._depth += deeper
