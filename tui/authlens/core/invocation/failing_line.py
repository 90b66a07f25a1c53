"""Where in its own code a function failed, read from the stack trace that it logged."""

from __future__ import annotations

import re

_PYTHON = re.compile(r'^\s*File "(?P<file>[^"\n]+)", line (?P<line>\d+)', re.MULTILINE)
_NODE = re.compile(r"^\s*at (?:[^\n(]*\()?(?:file://)?(?P<file>/[^\n():]+):(?P<line>\d+):\d+\)?,?$", re.MULTILINE)
_OF_OTHERS = re.compile(r"site-packages|node_modules|/lib/python\d|^<|/bootstrap\.(?:py|mjs)$|/awslambdaric/")
_LONGEST = 64 * 1024
"""Characters of the end of a log that are looked at."""


def failing_line(log: str | None) -> str:
    """`app.py, line 12`: the innermost line that is the function's own; empty where the log holds no stack trace."""
    place = failing_place(log)
    return f"{place[0]}, line {place[1]}" if place is not None else ""


def failing_place(log: str | None) -> tuple[str, int] | None:
    """That line's file, without its folders, and its number."""
    end = (log or "")[-_LONGEST:]
    python = [found for found in _PYTHON.finditer(end) if not _OF_OTHERS.search(found["file"])]
    # Python names the innermost line last, Node.js first in each trace.
    found = python[-1] if python else _first_of_last_trace(end)
    return (found["file"].rpartition("/")[2], int(found["line"])) if found else None


def _first_of_last_trace(text: str) -> re.Match[str] | None:
    """The first own line of the last of Node.js's traces; an earlier one may be of an error that was caught."""
    found, is_open = None, True
    for line in text.splitlines():
        if not line.lstrip().startswith("at "):
            is_open = "[cause]:" not in line
            continue
        own = _NODE.match(line) if is_open else None
        if own is not None and not _OF_OTHERS.search(own["file"]):
            found, is_open = own, False
    return found
