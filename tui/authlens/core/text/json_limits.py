"""JSON that other tools write, which may be large: read only where it cannot take too much time or memory.

The rule: the characters that make values (`{`, `[`, `,`) are counted before anything is made of them.
"""

from __future__ import annotations

import json
from typing import Any

MOST_BYTES = 16 * 1024 * 1024
MOST_VALUES = 320_000
"""Counted with their commas; a plan of 3,000 resources has 200,000."""
MOST_OF_ONE = 100_000
"""Of one answer or invocation, likewise."""


def load_bounded(content: bytes | str, most_values: int = MOST_VALUES) -> Any:
    """The value. Raises ValueError for text that is not JSON, too large or nested too deeply."""
    if len(content) > MOST_BYTES:
        raise ValueError(f"it is larger than {MOST_BYTES // 1024 // 1024} MiB")
    signs: tuple[Any, ...] = ("{", "[", ",") if isinstance(content, str) else (b"{", b"[", b",")
    if sum(map(content.count, signs)) > most_values:
        raise ValueError("it has too many values to be read in time")
    try:
        return json.loads(content)
    except RecursionError:
        raise ValueError("it is nested too deeply") from None
