"""Removes from a pasted text what a terminal, a log or a chat put around the words.

The rule: nothing inside the words changes.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Any

_ANSI = re.compile(r"\x1b\[[0-9;?]{0,20}[A-Za-z]")
_FENCE = re.compile(r"\A\s*```[\w-]{0,20}\n(?P<inside>.*?)\n?```\s*\Z", re.DOTALL)
_BEFORE_WORDS = re.compile(
    r"""\s*
    (?:[\w.-]{1,60}\s*\|\s)?                                                  # docker compose
    (?:[\[(]?\d{4}-\d\d-\d\d[T ]\d\d:\d\d:\d\d[\d.,]{0,10}(?:Z|[+-]\d\d:?\d\d)?[\])]?\s+)?
    (?:[A-Z][a-z]{2}\ [ \d]\d\ \d\d:\d\d:\d\d\ \S{1,60}\ \S{1,60}:\ )?          # syslog
    (?:[\[(<]?(?:ERROR|ERR|WARN|WARNING|INFO|DEBUG|FATAL|error|warn|info|debug)[\])>]?(?:[:\s]+|$))?
    (?:(?:Uncaught|Unhandled)\ )?
    (?:(?:panic|Error|Exception|Caused\ by):\s+)?
    ['"`]?
    """,
    re.VERBOSE,
)
_MOST_STRINGS, _DEEPEST = 200, 8


def undecorated(text: str) -> str:
    """Without colours, and without the fence of a code block around everything."""
    text = _ANSI.sub("", text)
    fenced = _FENCE.match(text)
    return fenced["inside"] if fenced is not None else text


def words_of_line(line: str) -> Iterator[str]:
    """The line, and the line without what a log writes before its words and a quote puts after them."""
    line = line.strip()
    yield line
    start = _BEFORE_WORDS.match(line)
    bare = line[start.end() if start is not None else 0 :]
    for words in (bare, bare.rstrip("'\"`,;"), without_end(bare)):
        if words != line:
            yield words


_OPENING = {")": "(", "]": "[", "}": "{"}


def without_end(text: str) -> str:
    """Without the quotation marks at its end, and the brackets that were opened before it."""
    while text and text[-1] in "'\"`,;)]}> " and text.count(text[-1]) > text.count(_OPENING.get(text[-1], "\0")):
        text = text[:-1]
    return text


def strings_in(value: Any, depth: int = 0) -> Iterator[str]:
    """Every string of a JSON value, in order."""
    if isinstance(value, str):
        yield value
    elif isinstance(value, dict | list) and depth < _DEEPEST:
        for inner in value.values() if isinstance(value, dict) else value:
            yield from strings_in(inner, depth + 1)


def text_in(value: Any) -> str:
    """The strings of a JSON value, one a line."""
    return "\n".join(text for text, _ in zip(strings_in(value), range(_MOST_STRINGS), strict=False))
