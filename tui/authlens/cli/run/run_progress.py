"""A line that counts, on a terminal that a person watches; nothing anywhere else."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TextIO


class Progress:
    """Overwrites its own line, and takes it away for what is written in between."""

    def __init__(self, total: int | None, stream: TextIO, environ: Mapping[str, str]) -> None:
        self._total = total
        self._stream = stream
        self._shown = stream.isatty() and not environ.get("CI") and environ.get("TERM") != "dumb"
        self._width = 0

    def show(self, done: int) -> None:
        if self._shown:
            text = str(done) if self._total is None else f"{done}/{self._total}"
            self._width = len(text)
            self._write(f"\r{text}")

    def clear(self) -> None:
        if self._shown and self._width:
            self._write(f"\r{' ' * self._width}\r")
            self._width = 0

    def _write(self, text: str) -> None:
        """A terminal that went away must not end the run."""
        try:
            self._stream.write(text)
            self._stream.flush()
        except (OSError, ValueError):
            self._shown = False
