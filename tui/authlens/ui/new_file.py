"""A text of the screen written to a new file. The rule: it is its owner's alone, and nothing is overwritten."""

from __future__ import annotations

import os
from pathlib import Path


def write_new(path: Path, text: str) -> None:
    """Raises OSError, FileExistsError where a file is in the way; RuntimeError for a `~` that is nobody's."""
    descriptor = os.open(path.expanduser(), os.O_WRONLY | os.O_CREAT | os.O_EXCL | os.O_NOFOLLOW, 0o600)
    with os.fdopen(descriptor, "wb") as file:
        file.write(text.encode("utf-8", "replace"))
