"""Shortens sentences that quote text of arbitrary length: the middle of a long quotation is cut out."""

from __future__ import annotations

import re

_LONG_QUOTE = re.compile(r"`([^`]{200})[^`]{101,}([^`]{60})`")
_LONGEST = 1000


def clip(sentence: str) -> str:
    """The sentence with `…` in place of the middle of each long quotation, and of the sentence itself if still too
    long."""
    shorter = _LONG_QUOTE.sub(r"`\1…\2`", sentence)
    return shorter if len(shorter) <= _LONGEST else f"{shorter[: _LONGEST - 200]}…{shorter[-199:]}"
