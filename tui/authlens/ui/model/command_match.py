"""How well a command of the palette fits what was typed. Pure.

The rule: every word typed is the beginning of one of the command's, first of all of its name; what it does counts less.
"""

from __future__ import annotations

import re

_WORD = re.compile(r"[\w$]+")
_ALSO = {
    "certificate": "yaml",
    "clear": "new",
    "empty": "new",
    "endpoint": "target",
    "exit": "quit",
    "export": "copy",
    "import": "paste",
    "key": "signature",
    "listen": "devices",
    "permissions": "access",
    "profile": "target",
    "publish": "connect",
    "region": "target",
    "reset": "new",
    "search": "history",
    "subscribe": "connect",
    "url": "target",
}
"""Other words for a word of a command's name."""


def fit(typed: str, title: str, about: str = "") -> float:
    """From 1.0, for the name itself, down to 0.0. title: `GROUP: NAME`. about: what the command does."""
    group, _, name = title.casefold().rpartition(": ")
    wanted = _WORD.findall(typed.casefold())
    if not wanted:
        return 0.0
    if _WORD.findall(name) == wanted:
        return 1.0
    scores = [_of_word(word, name, group, about.casefold()) for word in wanted]
    if 0.0 in scores:
        return 0.0
    leads = name.startswith(wanted[0])
    return sum(scores) / len(scores) + (0.05 if leads else 0.0) - min(len(name), 90) / 10_000


def _of_word(word: str, name: str, group: str, about: str) -> float:
    for score, text in ((0.8, name), (0.6, group), (0.4, about)):
        words = _WORD.findall(text)
        if word in words:
            return score + 0.1
        if any(each.startswith(word) for each in words):
            return score
    if _ALSO.get(word) in _WORD.findall(name):
        return 0.3
    return 0.2 if word in f"{group} {name}" else 0.0
