"""Finds processes by a mark in their environment, and waits for what another process does."""

from __future__ import annotations

import contextlib
import time
from collections.abc import Callable
from pathlib import Path


def processes_with(mark: str) -> dict[int, str]:
    """The processes with the mark in their environment, with their command lines (Linux)."""
    found = {}
    for entry in Path("/proc").glob("[0-9]*/environ"):
        with contextlib.suppress(OSError):
            if mark.encode() in entry.read_bytes():
                found[int(entry.parent.name)] = (entry.parent / "cmdline").read_text("utf-8", "replace")
    return found


def wait_until(condition: Callable[[], bool], seconds: float = 20.0) -> None:
    last = time.monotonic() + seconds
    while not condition():
        assert time.monotonic() < last, "it did not happen"
        time.sleep(0.005)
