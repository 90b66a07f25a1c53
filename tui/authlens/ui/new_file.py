"""A text of the screen written to a new file. The rule: it is its owner's alone, and nothing is overwritten."""

from __future__ import annotations

import os

from authlens.user_path import user_path


def write_new(name: str, text: str) -> None:
    """Raises OSError, FileExistsError where a file is in the way; ValueError for a name that is not a path."""
    descriptor = os.open(user_path(name), os.O_WRONLY | os.O_CREAT | os.O_EXCL | os.O_NOFOLLOW, 0o600)
    with os.fdopen(descriptor, "wb") as file:
        file.write(text.encode("utf-8", "replace"))
