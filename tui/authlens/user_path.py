"""The one way from a path that a person wrote to a path of this machine. The rule: what cannot be one is a ValueError.

`~` and `~user` stand for a home folder, and a relative path starts from the folder of the file that it is written in.
"""

from __future__ import annotations

import os
from pathlib import Path


class NotAPath(ValueError):
    """The text names no path. The message is a phrase that fits behind the name: `a.pem: there is no user 'deploy'`."""


def user_path(text: str, base: Path | None = None) -> Path:
    """The path that `text` names, beside `base` (`None` is the working folder). Raises NotAPath."""
    if "\0" in text:
        raise NotAPath("a path cannot contain a NUL character")
    expanded = os.path.expanduser(text)
    if expanded.startswith("~") and not expanded.startswith(("~/", "~" + os.sep)) and expanded != "~":
        return _named_after_a_user(expanded, base)
    if expanded.startswith("~"):
        raise NotAPath("the home folder is not known; write the whole path or set HOME")
    return _joined(expanded, base)


def _named_after_a_user(text: str, base: Path | None) -> Path:
    """A file may begin with `~`, and is meant where it exists; otherwise the user was meant, and is missing."""
    path = _joined(text, base)
    if not os.path.lexists(path):
        raise NotAPath(f"there is no user {text[1:].partition('/')[0]!r}; write ./{text} for a file of that name")
    return path


def _joined(text: str, base: Path | None) -> Path:
    try:
        os.fsencode(text)
    except UnicodeEncodeError:
        raise NotAPath("a path cannot contain half of a character (a lone surrogate)") from None
    return (base or Path()) / text
