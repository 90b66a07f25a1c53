"""The only conversion of a path written by the user to a path on this machine, and the only way to open its file.

An invalid path raises a ValueError. `~` and `~user` mean a home folder, and a relative path starts from the folder of
the file that contains it.

Nothing waits and nothing is endless: a pipe or a device is refused, and because some files of the system, such as
/proc/kmsg, call themselves regular and still wait for the next message, every file is opened without waiting.
"""

from __future__ import annotations

import os
import stat
from collections.abc import Iterator
from contextlib import contextmanager
from errno import EISDIR
from pathlib import Path

_BLOCK = 1024 * 1024
_WOULD_WAIT = "it cannot be read without waiting for another program"
_FLAGS = os.O_RDONLY | os.O_NONBLOCK | os.O_CLOEXEC


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


@contextmanager
def opened(path: str | Path) -> Iterator[int]:
    """The descriptor of a regular file, which never waits. Raises OSError, and ValueError for a NUL in the name."""
    try:
        descriptor = os.open(path, _FLAGS)
    except BlockingIOError:
        raise OSError(0, _WOULD_WAIT) from None
    try:
        mode = os.fstat(descriptor).st_mode
        if stat.S_ISDIR(mode):
            raise IsADirectoryError(EISDIR, os.strerror(EISDIR))
        if not stat.S_ISREG(mode):
            raise OSError(0, "it is not a regular file")
        yield descriptor
    finally:
        os.close(descriptor)


def content(descriptor: int, most: int) -> bytes:
    """What the file holds from here on, at most so many bytes. Raises OSError."""
    blocks = []
    while most > 0:
        try:
            block = os.read(descriptor, min(most, _BLOCK))
        except BlockingIOError:
            raise OSError(0, _WOULD_WAIT) from None
        if not block:
            break
        blocks.append(block)
        most -= len(block)
    return b"".join(blocks)


def content_of(path: str | Path, most: int) -> bytes:
    """What a regular file holds, at most so many bytes. Raises OSError, and ValueError for a NUL in the name."""
    with opened(path) as descriptor:
        return content(descriptor, most)


def named_content(path: str | Path, most: int) -> bytes:
    """As `content_of`, for a file that the person named on the command line: there a pipe is read, and waited for, too.

    Raises OSError and ValueError.
    """
    if stat.S_ISREG(os.stat(path).st_mode):
        return content_of(path, most)
    with open(path, "rb") as file:
        return file.read(most)
