"""One connection per client id and second: AWS IoT refuses a second CONNECT of an id within a second.

It holds for all processes of a user. Each client id of a host has a file whose time of change is that of the last
connection; it is locked while a connection is under way, and the system releases the lock of a process that is killed.
A folder that cannot be used stops no probe: then only this process keeps the pace.
"""

from __future__ import annotations

import fcntl
import hashlib
import os
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from pathlib import Path

from authlens.user_folders import user_folder

INTERVAL = 1.05
"""Seconds: AWS's one, and a little for two clocks that do not agree."""
_LONGEST_WAIT = 30.0
"""Seconds to wait for another process's connection; one that hangs stops no other probe for longer."""
_KEPT = 60.0
"""Seconds that a file is kept after its last use."""
_POLL = 0.02


class Pace:
    """Lets each client id connect at most once in the interval. Safe to use from any thread."""

    def __init__(
        self,
        now: Callable[[], float] = time.monotonic,
        wait: Callable[[float], object] = time.sleep,
        folder: Callable[[], Path | None] = lambda: None,
    ) -> None:
        """folder: where the files are that all processes share; without one, only this process is paced."""
        self._now = now
        self._wait = wait
        self._folder = folder
        self._lock = threading.Lock()
        self._next: dict[tuple[str, str], float] = {}

    @contextmanager
    def turn(self, host: str, client_id: str) -> Iterator[None]:
        """Wait until this client id may connect there, and note when its connection ends."""
        self.take_turn(host, client_id)
        file = self._opened(host, client_id)
        try:
            yield
        finally:
            self.ended(host, client_id)
            if file is not None:
                _mark(file)
                os.close(file)

    def take_turn(self, host: str, client_id: str) -> None:
        """Wait until this process may let the client id connect there."""
        key = (host, client_id)
        with self._lock:
            now = self._now()
            at = max(now, self._next.get(key, now))
            self._next = {each: moment for each, moment in self._next.items() if moment > now}
            self._next[key] = at + INTERVAL
        if at > now:
            self._wait(at - now)

    def ended(self, host: str, client_id: str) -> None:
        """Its connection is over; CONNECT was sent some time after its turn, and the next one keeps away from that."""
        with self._lock:
            key, at = (host, client_id), self._now() + INTERVAL
            self._next[key] = max(at, self._next.get(key, at))

    def _opened(self, host: str, client_id: str) -> int | None:
        """The client id's file, locked, a second after its last connection; `None` if it cannot be used."""
        folder = self._folder()
        if folder is None:
            return None
        name = hashlib.sha256(f"{host.lower()}\0{client_id}".encode("utf-8", "surrogateescape")).hexdigest()
        try:
            folder.mkdir(mode=0o700, parents=True, exist_ok=True)
            _clear(folder)
            file = self._locked(folder / name)
        except OSError:
            return None
        if file is not None:
            known = os.fstat(file)
            since = time.time() - known.st_mtime
            # A file that was just made has no connection yet; a clock that was set back makes no wait longer.
            if known.st_size and 0 <= since < INTERVAL:
                self._wait(INTERVAL - since)
            _mark(file)
        return file

    def _locked(self, path: Path) -> int | None:
        """The file with its lock; `None` if another process keeps it too long. Raises OSError."""
        until = time.monotonic() + _LONGEST_WAIT
        while True:
            file = os.open(path, os.O_RDWR | os.O_CREAT | os.O_CLOEXEC | os.O_NOFOLLOW, 0o600)
            try:
                while not _locks(file) and time.monotonic() < until:
                    self._wait(_POLL)
                if time.monotonic() >= until:
                    os.close(file)
                    return None
                if os.fstat(file).st_nlink:
                    return file
            except BaseException:
                os.close(file)
                raise
            os.close(file)  # it was removed in between


def _locks(file: int) -> bool:
    try:
        fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError:
        return False
    return True


def _mark(file: int) -> None:
    """Note a connection at this moment."""
    with suppress(OSError):
        os.pwrite(file, b"1", 0)
        now = time.time()
        os.utime(file, (now, now))


def _clear(folder: Path) -> None:
    """Remove what was not used for a while. Raises OSError."""
    before = time.time() - _KEPT
    with os.scandir(folder) as entries:
        old = [entry.path for entry in entries if entry.stat(follow_symlinks=False).st_mtime < before]
    for path in old:
        with suppress(OSError):
            file = os.open(path, os.O_RDWR | os.O_CLOEXEC | os.O_NOFOLLOW)
            try:
                if _locks(file) and os.fstat(file).st_mtime < before:
                    os.unlink(path)
            finally:
                os.close(file)


PACE = Pace(folder=lambda: user_folder(os.environ, "XDG_STATE_HOME", "user_state_path") / "pace")
"""Shared by the whole process, and through its files with the user's other ones."""
