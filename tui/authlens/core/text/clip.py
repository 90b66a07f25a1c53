"""Keeps sentences readable that quote a text of any length: long quotations lose their middle."""

from __future__ import annotations

import re

_LONG_QUOTE = re.compile(r"`([^`]{200})[^`]{101,}([^`]{60})`")
_LONGEST = 1000


def clip(sentence: str) -> str:
    """The sentence with `…` in place of the middle of long quotations, and of what is long all the same."""
    shorter = _LONG_QUOTE.sub(r"`\1…\2`", sentence)
    return shorter if len(shorter) <= _LONGEST else f"{shorter[: _LONGEST - 200]}…{shorter[-199:]}"
