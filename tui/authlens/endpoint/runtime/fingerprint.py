"""Detects changes of a function's code by the time and size of its files, bounded for large folders.

The rule: what authlens itself writes is not code, although it may be in the same folder. Any other file may be data
that the function reads.
"""

from __future__ import annotations

import os
from collections import deque
from collections.abc import Collection
from functools import lru_cache
from pathlib import Path

from authlens.core.saved.recognised import is_saved_request
from authlens.user_folders import NAME, VARIABLES
from authlens.user_path import content_of

LIMIT = 5000
"""How many entries are watched. Folders near the top come first."""
IGNORED = frozenset({"__pycache__", "node_modules", "venv", "site-packages"})
"""Folders whose content is not watched, like hidden ones; of installed modules, only additions and removals."""

_OUR_TEMPORARY = ".authlens-"
_LARGEST_REQUEST = 1024 * 1024

Fingerprint = int


def fingerprint(*roots: Path) -> Fingerprint:
    """A number that changes when a file of these folders is written, added, renamed or removed."""
    seen: list[tuple[str, int, int, int]] = []
    folders = deque(map(str, roots))
    looked_at = 0
    while folders and looked_at < LIMIT:
        for entry in entries(folders.popleft()):
            looked_at += 1
            status = entry.stat()
            if not entry.is_dir():
                if not is_ours(entry):
                    seen.append((entry.path, status.st_mtime_ns, status.st_size, status.st_ino))
            elif is_ignored(entry.name):
                seen.append((entry.path, modules_changed(entry, status), 0, 0))
            elif not is_our_folder(entry):
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
                if not is_ignored(entry.name) and not is_our_folder(entry):
                    folders.append(entry.path)
                continue
            if entry.name.startswith(".") or entry.name.endswith("~"):
                continue
            written = (entry.stat().st_mtime_ns, Path(entry.path))
            if written[1] not in besides and (newest is None or written > newest) and not is_ours(entry):
                newest = written
    return newest


def modules_changed(folder: os.DirEntry[str], status: os.stat_result) -> int:
    return status.st_mtime_ns if folder.name in ("node_modules", "site-packages") else 0


def is_ignored(name: str) -> bool:
    return name in IGNORED or name.startswith(".")


def is_ours(entry: os.DirEntry[str]) -> bool:
    """Whether authlens writes the file: a saved request, or what is there only while one is written."""
    if entry.name.startswith(_OUR_TEMPORARY):
        return True
    if not entry.name.lower().endswith((".yaml", ".yml")):
        return False
    status = entry.stat()
    return holds_request(entry.path, status.st_mtime_ns, status.st_size, status.st_ino)


@lru_cache(maxsize=LIMIT)
def holds_request(path: str, written: int, size: int, number: int) -> bool:
    """Read once for each version of the file, which the other three tell apart."""
    try:
        return size <= _LARGEST_REQUEST and is_saved_request(content_of(path, size).decode("utf-8", "replace"))
    except (OSError, ValueError):
        return False


def is_our_folder(entry: os.DirEntry[str]) -> bool:
    """Whether authlens keeps the history, the themes or such there: the user's folders may be inside the project."""
    return entry.name == NAME and os.path.dirname(entry.path) in map(os.environ.get, VARIABLES)


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
