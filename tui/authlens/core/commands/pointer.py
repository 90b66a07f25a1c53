"""The line with an error, with a caret under the character and the secrets masked.

A mask is as long as what it hides, so that the caret's column is that of the text as typed.
"""

from __future__ import annotations

import re

from authlens.core.request.members import MEMBERS, Secrecy

_VALUE = r"""(?P<value>"(?:\\.|[^"\\])*"?|'(?:\\.|[^'\\])*'?|[^\s,}{\[\]][^,}]*)"""
_SECRET_NAMES = "|".join(
    member.name for member in MEMBERS if member.secrecy is Secrecy.SECRET or member.name == "queryString"
)
_SECRET_KEY = rf"""\b(?:{_SECRET_NAMES})["']?\s*(?:@?=|:)\s*"""
_SECRET = re.compile(_SECRET_KEY + r"[\[{\s]*" + _VALUE, re.DOTALL)
_SECRET_LINE = re.compile(_SECRET_KEY + r"(?P<value>[^\n]*)")
"""Plain YAML text continues past commas and braces."""
_AFTER_QUERY = re.compile(r"""\busername["']?\s*(?:@?=|:)\s*["']?[^?,}"']*\?(?P<value>[^,}"']*)""")
_HTTP = re.compile(r"[=:]\s*" + _VALUE, re.DOTALL)
_HEADERS = re.compile(r"\bheaders\b")
_COVERED = re.compile(r"""[^\s"'\\]""")
_ROOM = 60
"""Characters shown on each side."""


def point_at(text: str, index: int, option: str) -> str:
    """Two lines: the line of `text` that contains `index`, and a caret under it. Long lines are cut."""
    covered = _cover(text, option)
    start = covered.rfind("\n", 0, index) + 1
    end = covered.find("\n", index)
    line = covered[start : len(covered) if end < 0 else end].expandtabs(1).replace("\r", " ")
    column = index - start
    left = max(0, column - _ROOM)
    shown = line[left : column + _ROOM]
    before = "…" if left else ""
    after = "…" if left + len(shown) < len(line) else ""
    return f"{before}{shown}{after}\n{' ' * (len(before) + column - left)}^"


def _cover(text: str, option: str) -> str:
    patterns = [_SECRET, _AFTER_QUERY]
    if option == "--cli-input-yaml":
        patterns.append(_SECRET_LINE)
    if _is_http(text, option):
        patterns.append(_HTTP)
    for pattern in patterns:
        text = pattern.sub(_covered, text)
    return text


def _is_http(text: str, option: str) -> bool:
    """Whether the text contains headers, whose values are always secret, because an authorizer may read its token from
    any."""
    return option == "--http-context" or (option.startswith("--cli-input") and _HEADERS.search(text) is not None)


def _covered(found: re.Match[str]) -> str:
    start, end = (position - found.start() for position in found.span("value"))
    return found[0][:start] + _COVERED.sub("*", found[0][start:end]) + found[0][end:]
