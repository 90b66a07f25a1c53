"""The files that were read or looked for while a project was read: a change of one of them causes a reload.

The rule: code that opens a file, or depends on whether it exists, notices it here and keeps no list of its own.
"""

from __future__ import annotations

import os
from collections.abc import Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from pathlib import Path

Stamp = tuple[int, int, int]
_SEEN: ContextVar[dict[Path, None] | None] = ContextVar("files that were read or looked for", default=None)


@contextmanager
def noticing(keep: bool = True) -> Iterator[dict[Path, None]]:
    """Collects the files, in the order in which they are noticed.

    keep: an outer collection gets them too.
    """
    seen: dict[Path, None] = {}
    outer = _SEEN.get()
    token = _SEEN.set(seen)
    try:
        yield seen
    finally:
        _SEEN.reset(token)
        if keep and outer is not None:
            outer |= seen


def notice(*paths: Path) -> None:
    """Includes files that do not exist: their creation is a change."""
    seen = _SEEN.get()
    if seen is not None:
        seen.update((Path(os.path.abspath(path)), None) for path in paths)


def exists(path: Path) -> bool:
    """Notices a path that does not exist; what an existing one contains is noticed when it is read."""
    if os.path.exists(path):  # which a name that is too long does not stop
        return True
    notice(path)
    return False


def stamp(path: Path) -> Stamp | None:
    """Changes when the file is written, replaced, removed or created."""
    try:
        status = path.stat()
    except (OSError, ValueError):  # a template can name a file with a NUL, which no file has
        return None
    return (status.st_mtime_ns, status.st_size, status.st_ino)
