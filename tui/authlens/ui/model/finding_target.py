"""Where in the form a finding belongs, which findings are shown, and which one a key fixes. Pure."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

from authlens.ui.model.draft import MEMBERS

if TYPE_CHECKING:
    from authlens.core.preflight.finding import Finding

_FIELDS = {member: name for name, member in MEMBERS.items()}
_FIRST_OF = {"httpContext.headers": "headers", "httpContext": "query_string", "mqttContext": "username"}
"""Where to go for what is about a part of the form, the most particular first."""


def member_of(path: str) -> str | None:
    """The field of the draft, or `headers`, that holds an API member's text; `None` for the request as a whole."""
    if path in _FIELDS:
        return _FIELDS[path]
    return next((name for part, name in _FIRST_OF.items() if path.startswith(part)), None)


def notable(findings: Sequence[Finding], pointed: Finding | None) -> list[Finding]:
    """Those that are shown in words. Notes are only when the user went to one of them."""
    with_notes = pointed is not None and pointed.severity == "info"
    return [finding for finding in findings if with_notes or finding.severity != "info"]


def unsaid(findings: Sequence[Finding], pointed: Finding | None, said: frozenset[str]) -> list[Finding]:
    """Those that the answer does not give as its reason, or that a key fixes or the user went to."""
    return [each for each in findings if each.id not in said or each.fix is not None or each is pointed]


def fixable(findings: Sequence[Finding], pointed: Finding | None) -> Finding | None:
    """What the key fixes: never anything that is not shown."""
    if pointed is not None:
        return pointed if pointed.fix is not None else None
    return next((finding for finding in notable(findings, None) if finding.fix is not None), None)


def next_finding(findings: Sequence[Finding], pointed: Finding | None) -> Finding | None:
    """The next to go to; after the last comes none, then the first."""
    ways = [None, *findings]
    at = next((index for index, each in enumerate(ways) if each is pointed), 0)
    return ways[(at + 1) % len(ways)]


def location(text: str, offset: int) -> tuple[int, int]:
    """Line and column of a character, from 0."""
    before = text[:offset]
    return before.count("\n"), len(before) - before.rfind("\n") - 1


def offset(text: str, place: tuple[int, int]) -> int:
    """The opposite of `location`."""
    line, column = place
    return sum(len(before) + 1 for before in text.split("\n")[:line]) + column
