"""Detects changes of a function's code by the time and size of its files, bounded for large folders."""

from __future__ import annotations

import os
from collections import deque
from collections.abc import Collection
from pathlib import Path

LIMIT = 5000
"""How many entries are watched. Folders near the top come first."""
IGNORED = frozenset({"__pycache__", "node_modules", "venv", "site-packages"})
"""Folders whose content is not watched, like hidden ones; of installed modules, only additions and removals."""

Fingerprint = int


def fingerprint(*roots: Path) -> Fingerprint:
    """A number that changes when a file of these folders is written, added, renamed or removed."""
    seen: list[tuple[str, int, int, int]] = []
    folders = deque(map(str, roots))
    while folders and len(seen) < LIMIT:
        for entry in entries(folders.popleft()):
            status = entry.stat()
            if not entry.is_dir():
                seen.append((entry.path, status.st_mtime_ns, status.st_size, status.st_ino))
            elif is_ignored(entry.name):
                seen.append((entry.path, modules_changed(entry, status), 0, 0))
            else:
                seen.append((entry.path, 0, 0, status.st_ino))
                folders.append(entry.path)
    return hash(tuple(sorted(seen)))


def last_written(*roots: Path, besides: Collection[Path] = ()) -> tuple[int, Path] | None:
    """The file of these folders that was written last, and when, in nanoseconds; `None` if there is none.

    besides: files that do not count. Neither do hidden ones and what editors keep next to a file.
    """
    newest: tuple[int, Path] | None = None
    folders, seen = deque(map(str, roots)), 0
    while folders and seen < LIMIT:
        for entry in entries(folders.popleft()):
            seen += 1
            if entry.is_dir():
                if not is_ignored(entry.name):
                    folders.append(entry.path)
                continue
            written = (entry.stat().st_mtime_ns, Path(entry.path))
            if not entry.name.startswith(".") and not entry.name.endswith("~") and written[1] not in besides:
                newest = written if newest is None else max(newest, written)
    return newest


def modules_changed(folder: os.DirEntry[str], status: os.stat_result) -> int:
    return status.st_mtime_ns if folder.name in ("node_modules", "site-packages") else 0


def is_ignored(name: str) -> bool:
    return name in IGNORED or name.startswith(".")


def entries(folder: str) -> list[os.DirEntry[str]]:
    try:
        with os.scandir(folder) as found:
            return [entry for entry in found if exists(entry)]
    except OSError:
        return []


def exists(entry: os.DirEntry[str]) -> bool:
    """False for entries that are gone, and for broken or circular links."""
    try:
        entry.stat()
    except OSError:
        return False
    return True
