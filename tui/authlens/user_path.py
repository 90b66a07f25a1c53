"""The only conversion of a path written by the user to a path on this machine. The rule: an invalid path raises a
ValueError.

`~` and `~user` mean a home folder, and a relative path starts from the folder of the file that contains it.
"""

from __future__ import annotations

import os
from pathlib import Path


class NotAPath(ValueError):
    """The text is not a valid path. The message is a phrase to follow the name: `a.pem: there is no user 'deploy'`."""


def user_path(text: str, base: Path | None = None) -> Path:
    """The path in `text`, relative to `base` (`None` is the working folder). Raises NotAPath."""
    if "\0" in text:
        raise NotAPath("a path cannot contain a NUL character")
    expanded = os.path.expanduser(text)
    if expanded.startswith("~") and not expanded.startswith(("~/", "~" + os.sep)) and expanded != "~":
        return _named_after_a_user(expanded, base)
    if expanded.startswith("~"):
        raise NotAPath("the home folder is not known; write the full path or set HOME")
    return _joined(expanded, base)


def _named_after_a_user(text: str, base: Path | None) -> Path:
    """A file name may begin with `~`: if such a file exists it is meant, or else an unknown user was."""
    path = _joined(text, base)
    if not os.path.lexists(path):
        raise NotAPath(f"there is no user {text[1:].partition('/')[0]!r}; write ./{text} for a file with that name")
    return path


def _joined(text: str, base: Path | None) -> Path:
    try:
        os.fsencode(text)
    except UnicodeEncodeError:
        raise NotAPath("a path cannot contain a lone surrogate") from None
    return (base or Path()) / text
