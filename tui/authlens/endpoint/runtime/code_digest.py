"""A digest of a function's code, the same on every machine and in every run for the same files.

The rule: only what its runtime loads as code counts, by content and by path within the function's folders. Code that is
too much to read has no digest.
"""

from __future__ import annotations

from collections import deque
from functools import lru_cache
from hashlib import sha256
from pathlib import Path
from typing import TYPE_CHECKING

from authlens.endpoint.runtime.fingerprint import (
    LIMIT,
    Fingerprint,
    entries,
    fingerprint,
    is_ignored,
    is_our_folder,
    is_ours,
)
from authlens.endpoint.templates.lambda_runtimes import language
from authlens.frozen import dataclass
from authlens.user_path import content_of

if TYPE_CHECKING:
    from authlens.endpoint.templates.definitions import FunctionDefinition

MOST_BYTES = 16 * 1024 * 1024
MOST_LISTED = 12
"""Files with a digest of their own: those nearest to the top."""
LONGEST_NAME = 80
_ENDINGS = {"python": (".py", ".so"), "nodejs": (".js", ".mjs", ".cjs", ".node"), "provided": ("",)}


@dataclass(frozen=True, slots=True)
class CodeState:
    """A function's code at one moment."""

    fingerprint: Fingerprint
    digest: str = ""
    """Empty if it is unknown."""
    files: tuple[tuple[str, str], ...] = ()
    """Those nearest to the top, by path."""


def code_state(function: FunctionDefinition) -> CodeState:
    """Its code now; files are read again only where their times changed."""
    return _state(function.folders, _ENDINGS.get(language(function.runtime), ()), fingerprint(*function.folders))


@lru_cache(maxsize=64)
def _state(folders: tuple[Path, ...], endings: tuple[str, ...], state: Fingerprint) -> CodeState:
    try:
        found = _digests(folders, endings)
    except (OSError, ValueError):
        return CodeState(state)
    whole = sha256("\n".join(f"{name}\0{digest}" for name, digest in sorted(found)).encode("utf-8", "surrogatepass"))
    named = [(name, digest[:8]) for name, digest in found if len(name) <= LONGEST_NAME]
    return CodeState(state, whole.hexdigest()[:16] if found else "", tuple(named[:MOST_LISTED]))


def _digests(roots: tuple[Path, ...], endings: tuple[str, ...]) -> list[tuple[str, str]]:
    """The files by path within their folder, those near the top first. Raises ValueError if they are too many."""
    waiting = deque((str(root), "" if number == 0 else f"layer-{number}/") for number, root in enumerate(roots))
    found: list[tuple[str, str]] = []
    seen = size = 0
    while waiting and seen <= LIMIT:
        folder, prefix = waiting.popleft()
        for entry in sorted(entries(folder), key=lambda each: each.name):
            seen += 1
            if entry.is_dir():
                if not is_ignored(entry.name) and not is_our_folder(entry):
                    waiting.append((entry.path, f"{prefix}{entry.name}/"))
            elif entry.name.endswith(endings) and not is_ours(entry):
                status = entry.stat()
                size += status.st_size
                if size > MOST_BYTES:
                    raise ValueError("too much code")
                version = (status.st_mtime_ns, status.st_size, status.st_ino)
                found.append((f"{prefix}{entry.name}", _digest(entry.path, *version)))
    if seen > LIMIT:
        raise ValueError("too much code")
    return found


@lru_cache(maxsize=LIMIT)
def _digest(path: str, written: int, size: int, number: int) -> str:
    """Read once for each version of the file, which the other three tell apart."""
    return sha256(content_of(path, size)).hexdigest()
