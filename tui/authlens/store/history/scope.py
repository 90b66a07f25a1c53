"""Which rows of the history belong to a project: those of its files, and those sent to its own targets.

The rule: it is decided on the words of a row, whose second line is the target, and its third the file.
"""

from __future__ import annotations

import os
from pathlib import Path

from authlens.frozen import dataclass


@dataclass(frozen=True, slots=True)
class Scope:
    folder: Path
    """Absolute. What was sent from a file in it, or to a local target in it, belongs to the project."""
    target: str = ""
    """The name of a target that belongs to it too, such as `demo`."""
    numbers: tuple[int, ...] = ()
    """Rows that belong to it whatever they are: what was sent from here without a file."""

    @property
    def condition(self) -> tuple[str, list[str | int]]:
        """In the terms of SQLite, with its values."""
        parts: list[str] = []
        values: list[str | int] = []
        if self.target:
            # Only the second line: a client id can be called `demo` too. First, because it is quicker to look at.
            line = f"{_line(self.target)}\n"
            parts.append(f"substr(word.text, instr(word.text, char(10)), {len(line)}) = ?")
            values.append(line)
        parts.append("instr(word.text, ?)")
        values.append(_line(os.path.join(str(self.folder), "")))
        parts.append(f"word.number IN ({', '.join('?' * len(self.numbers))})")
        return f"({' OR '.join(parts)})", [*values, *self.numbers]


def _line(text: str) -> str:
    return f"\n{text.encode('utf-8', 'replace').decode().casefold()}"
