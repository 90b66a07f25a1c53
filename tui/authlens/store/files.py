"""Writes files: all or nothing, readable only by their owner, never through a name that somebody else could plant."""

from __future__ import annotations

import contextlib
import errno
import fcntl
import os
import stat
import time
from collections.abc import Callable, Iterator
from pathlib import Path

from authlens.user_path import content_of

_PREFIX = ".authlens-"
_SUFFIX = ".tmp"
_DAY = 86_400
_TOO_MUCH = 2 * 1024 * 1024
"""Bytes. The user's YAML may have half of it."""
OUR_NAME = "authlens"
"""The name of our folder inside the user's config and state folders."""


def read_bounded(path: Path) -> bytes:
    """The content of a regular file, cut off above the largest size we accept. Never waits. Raises OSError."""
    return content_of(path, _TOO_MUCH)


def make_folder(folder: Path) -> None:
    """Create the folder and its parents with 0700; existing ones are left as they are. Raises OSError."""
    missing = [parent for parent in (folder, *folder.parents) if not parent.exists()]
    for parent in reversed(missing):
        parent.mkdir(mode=0o700, exist_ok=True)


def make_own_folder(folder: Path) -> None:
    """Like `make_folder`, for a folder that holds only our files; wider permissions of an existing one are removed."""
    make_folder(folder)
    if folder.name == OUR_NAME:
        narrow(folder, 0o700)


def narrow(path: Path, mode: int) -> None:
    """Remove the permissions beyond `mode`; files of other users are left as they are."""
    try:
        found = stat.S_IMODE(path.stat().st_mode)
        if found & ~mode:
            path.chmod(found & mode)
    except OSError:
        return


def write_whole(path: Path, content: bytes) -> None:
    """Replace the file, or create it with 0600: after a crash it is the old one or the new one. Raises OSError.

    A symbolic link stays one: the file it leads to is replaced. A mode stricter than 0600 is kept.
    """
    target = Path(os.path.realpath(path))
    _write_beside(target, content, _mode(target), os.replace)


def replace_shared(path: Path, content: bytes) -> None:
    """Write a file that others may read as far as the umask allows; a full disk leaves the old one intact. Raises
    OSError.

    Anything but a regular file, such as a pipe or /dev/stdout, is written to directly.
    """
    target = Path(os.path.realpath(path))
    if target.exists() and not target.is_file():
        target.write_bytes(content)
        return
    mode = stat.S_IMODE(target.stat().st_mode) if target.exists() else _usual_mode(target.parent)
    _write_beside(target, content, mode, os.replace)


def _usual_mode(folder: Path) -> int:
    """The mode of a new file there.

    Reading the umask means setting it, for every thread, so a file is created to find out.
    """
    probe = folder / f"{_PREFIX}{os.getpid()}-{time.monotonic_ns()}{_SUFFIX}"
    descriptor = os.open(probe, os.O_WRONLY | os.O_CREAT | os.O_EXCL | os.O_CLOEXEC, 0o666)
    try:
        return stat.S_IMODE(os.fstat(descriptor).st_mode)
    finally:
        os.close(descriptor)
        os.unlink(probe)


def create_whole(path: Path, content: bytes) -> None:
    """Create the file with 0600, whole or not at all. Raises FileExistsError where anything has the name, a link too.

    Whether the name is free is decided as it is taken: nothing that is planted before that is written through.
    """
    _write_beside(Path(os.path.realpath(path.parent)) / path.name, content, 0o600, take_name)


def take_name(old: str | Path, new: Path) -> None:
    """Give a file a name that is not taken. Raises FileExistsError; the old name is gone afterwards."""
    try:
        os.link(old, new, follow_symlinks=False)
    except FileExistsError:
        raise
    except OSError:
        # A file system without hard links: the name is taken first, by an empty file.
        os.close(os.open(new, os.O_WRONLY | os.O_CREAT | os.O_EXCL | os.O_NOFOLLOW | os.O_CLOEXEC, 0o600))
        os.replace(old, new)
    else:
        os.unlink(old)


def _write_beside(target: Path, content: bytes, mode: int, place: Callable[[str, Path], None]) -> None:
    """Write a temporary file next to the target, then rename it over the target."""
    import tempfile  # here, because the history uses this module and not this import

    make_folder(target.parent)
    sweep(target.parent)
    descriptor, name = tempfile.mkstemp(prefix=f"{_PREFIX}{os.getpid()}-", suffix=_SUFFIX, dir=target.parent)
    try:
        with os.fdopen(descriptor, "wb") as file:
            take_lock(file.fileno(), wait=True)
            file.write(content)
            file.flush()
            os.fchmod(file.fileno(), mode)
            os.fsync(file.fileno())
            # Placed while the temporary is still locked, so that no sweep takes it for a stale one.
            place(name, target)
    except BaseException:
        with contextlib.suppress(OSError):
            os.unlink(name)
        raise
    _sync_folder(target.parent)


def write_new(path: Path, content: bytes, mode: int = 0o600) -> None:
    """Write a new file. Raises OSError: FileExistsError if the name is taken, even by a link."""
    with os.fdopen(os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL | os.O_NOFOLLOW, mode), "wb") as file:
        file.write(content)


def _mode(target: Path) -> int:
    try:
        return stat.S_IMODE(target.stat().st_mode) & 0o600
    except OSError:
        return 0o600


def _sync_folder(folder: Path) -> None:
    """Make the new name durable, if the file system can synchronise folders."""
    with contextlib.suppress(OSError), opened_folder(folder) as descriptor:
        os.fsync(descriptor)


@contextlib.contextmanager
def locked(folder: Path) -> Iterator[None]:
    """Keep other instances from replacing files in this folder. The folder itself is the lock: no lock file is left."""
    with opened_folder(folder) as descriptor:
        take_lock(descriptor, wait=True)
        yield


@contextlib.contextmanager
def opened_folder(folder: Path) -> Iterator[int]:
    descriptor = os.open(folder, os.O_RDONLY | os.O_DIRECTORY | os.O_CLOEXEC)
    try:
        yield descriptor
    finally:
        os.close(descriptor)


def take_lock(descriptor: int, *, wait: bool) -> bool:
    """Whether the lock was taken. It lasts until every copy of the descriptor is closed.

    Some network file systems have none; there only the content's digest protects the file.
    """
    try:
        fcntl.flock(descriptor, fcntl.LOCK_EX if wait else fcntl.LOCK_EX | fcntl.LOCK_NB)
    except OSError:
        return False
    return True


def sweep(folder: Path) -> None:
    """Remove the temporary files that a killed process of ours left in the folder."""
    for path in folder.glob(f"{_PREFIX}*{_SUFFIX}"):
        with contextlib.suppress(OSError):
            if _is_stale(path):
                path.unlink()


def _is_stale(path: Path) -> bool:
    if time.time() - path.lstat().st_mtime < _DAY and _is_running(path.name.removeprefix(_PREFIX).partition("-")[0]):
        return False
    descriptor = os.open(path, os.O_RDONLY | os.O_NOFOLLOW | os.O_NONBLOCK | os.O_CLOEXEC)
    try:
        return take_lock(descriptor, wait=False)
    finally:
        os.close(descriptor)


def _is_running(process: str) -> bool:
    try:
        os.kill(int(process), 0)
    except OSError as error:
        # It runs, as another user.
        return error.errno == errno.EPERM
    except (ValueError, OverflowError):
        return False
    return True


def reason(error: OSError) -> str:
    """The system's message, without the path."""
    return error.strerror or type(error).__name__
