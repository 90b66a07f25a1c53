"""Finds where the command begins in a pasted text: after prompts, comments, exports, wrappers, a code fence or `$(`.

The rule: text before the program is irrelevant to the request, except for the variables that it sets.
"""

from __future__ import annotations

import re
from dataclasses import field

from authlens.frozen import dataclass

_COMMAND = "test-invoke-authorizer"
_OUR_COMMAND = "invoke"
_PATH = r"(?<![\w.:~\\/-])(?:[\w.:~\\/-]*[\\/])?"
_AWS = re.compile(_PATH + r"aws(?:\.exe|-cli)?(?=\s+(?:-|iot\b|[\\^`]\s))")
_OURS = re.compile(_PATH + r"(?:authlens(?=\s+invoke\b)|python[\d.]*(?=\s+-m\s+authlens\s+invoke\b))")
_ASSIGNED_BEFORE = re.compile(
    r"(?:[A-Za-z_]\w*=(?:\"[^\"]*\"|'[^']*'|[^\s\"'])*\s+)+(?:(?:env|time|command|sudo|exec)\s+)*\Z"
)
_EXPORTED = re.compile(
    r"^\s*(?:export\s+|set\s+|\$env:)([A-Za-z_]\w*)[ \t]*=[ \t]*[\"']?([^\"'\s;&$]*)", re.MULTILINE | re.IGNORECASE
)


_LONGEST = 4096
"""Characters of a line before the program that are examined."""


@dataclass(frozen=True, slots=True)
class CommandStart:
    at: int
    """The position of the program, or of the first variable set only for it."""
    in_parentheses: bool = False
    """Whether it is inside `$(…)`, whose end is also the end of the command."""
    exported: dict[str, str] = field(default_factory=dict)
    """Variables set by earlier lines."""


def find(text: str) -> CommandStart | None:
    """The start of the command; `None` if the text contains no such command."""
    programs = sorted(
        [
            *_starts(_AWS, text, text.rfind(_COMMAND)),
            *_starts(_OURS, text, text.rfind(_OUR_COMMAND) + len(_OUR_COMMAND)),
        ]
    )
    for at in programs:
        line = max(text.rfind("\n", 0, at) + 1, at - _LONGEST)
        before = text[line:at]
        if not before.lstrip().startswith("#") or before.strip() == "#":
            return _start(text, line, before, at)
    return None


def _starts(program: re.Pattern[str], text: str, end: int) -> list[int]:
    return [found.start() for found in program.finditer(text, 0, end)] if end >= len(_OUR_COMMAND) else []


def _start(text: str, line: int, before: str, at: int) -> CommandStart:
    assigned = _ASSIGNED_BEFORE.search(before)
    return CommandStart(
        at=line + assigned.start() if assigned else at,
        in_parentheses=before.rstrip().endswith("$("),
        exported=dict(_EXPORTED.findall(text[:line])),
    )
