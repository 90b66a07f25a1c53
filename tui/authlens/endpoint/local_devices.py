"""The device listener of a local target: runs `authlens serve --device-port` for its file as a child process.

The child's standard input is a lifeline, as in `local`. A thread reads its reports.
"""

from __future__ import annotations

import contextlib
import json
import threading
from collections.abc import Callable
from datetime import datetime
from pathlib import Path

from authlens.core.devices.ledger import Ledger, Watched
from authlens.core.devices.report import reasons_against
from authlens.core.invocation.invocation import Invocation
from authlens.endpoint.local import LocalTargetError, end_child, pipe, started
from authlens.endpoint.templates.noticed import Stamp, stamp
from authlens.frozen import dataclass

RECORD_LIMIT = 1.0
"""Seconds that the record of a connection that is over may take to arrive."""
USUAL_PORT = 8883
"""Used if it is free, so that devices keep their configuration."""


@dataclass(frozen=True, slots=True)
class Address:
    url: str
    """`mqtts://localhost:PORT`."""
    ca_file: str

    @property
    def port(self) -> int:
        return int(self.url.rpartition(":")[2])


@dataclass(frozen=True, slots=True)
class DevicesSnapshot:
    """What was observed so far."""

    changes: int
    decisions: int
    denials: int
    refusals: int
    connections: tuple[Watched, ...]


class LocalDevices:
    """One listener. Thread-safe."""

    def __init__(self, path: Path, on_connection: Callable[[Invocation], None]) -> None:
        """on_connection: called in a thread of this object, for each connection that was accepted, refused, or ended.

        Raises LocalTargetError.
        """
        self.path = path
        self._stamp: Stamp | None = stamp(path)
        self._on_connection = on_connection
        self._lock = threading.Condition()
        self._ledger = Ledger()
        self._changed: Callable[[], object] | None = None
        self._is_announced = False
        """A change was announced, and nothing has been read since."""
        self._log: list[str] = []
        port = ("--device-port", str(USUAL_PORT), "--any-device-port")
        try:
            self._child = started(path, *port, "--output", "json", "--verbose", "--whole-records")
        except OSError as error:
            raise LocalTargetError(f"The device listener of {path} cannot be started: {error.strerror}.") from error
        self._errors = threading.Thread(target=self._read_log, daemon=True)
        self._errors.start()
        self._reader: threading.Thread | None = None

    def address(self) -> Address:
        """Wait until devices can connect. Raises LocalTargetError. Call it once, first."""
        line = pipe(self._child.stdout).readline()
        try:
            first = json.loads(line)
            address = Address(first["devices"], first["ca"])
        except (ValueError, KeyError, TypeError):
            self._child.wait()
            self._errors.join()
            raise LocalTargetError(self._failure()) from None
        self._reader = threading.Thread(target=self._read, daemon=True)
        self._reader.start()
        return address

    def prepare(self, authorizer: str) -> None:
        """A device that names this authorizer is about to connect: what runs none of its code may begin."""
        with contextlib.suppress(OSError, ValueError):  # it has ended
            stdin = pipe(self._child.stdin)
            stdin.write(f"{authorizer}\n")
            stdin.flush()

    def on_change(self, changed: Callable[[], object] | None) -> None:
        """Call it once after a change, and again only after the next `seen`, in a thread of this object."""
        self._changed = changed

    def seen(self, since: int = -1) -> DevicesSnapshot | None:
        """What was observed so far; `None` if nothing changed since that number of changes."""
        with self._lock:
            ledger, self._is_announced = self._ledger, False
            if ledger.changes == since:
                return None
            counted = (ledger.changes, ledger.decisions, ledger.denials, ledger.refusals)
            return DevicesSnapshot(*counted, ledger.watched())

    def reasons_against(self, client_id: str, since: datetime) -> tuple[str, ...]:
        """Why the newest connection of this client since then was refused, or what it sent was denied.

        Waits until that connection is over, for at most RECORD_LIMIT. client_id: empty for an HTTPS publish.
        """

        def found() -> Watched | None:
            made = (each for each in self._ledger.watched() if each.invocation.started_at >= since)
            return next((each for each in made if (each.invocation.request.client_id or "") == client_id), None)

        with self._lock:
            self._lock.wait_for(lambda: (watched := found()) is not None and not watched.is_open, RECORD_LIMIT)
            watched = found()
        return reasons_against(watched) if watched is not None else ()

    def is_current(self) -> bool:
        """Whether it runs with the file as it is now."""
        return self._child.poll() is None and self._stamp == stamp(self.path)

    def close(self) -> None:
        """End it and its functions."""
        end_child(self._child)

    def _read(self) -> None:
        with pipe(self._child.stdout) as stdout:
            for line in stdout:
                with self._lock:
                    before, invocation = self._ledger.changes, self._ledger.read(line)
                    is_news = self._ledger.changes != before and not self._is_announced
                    self._is_announced = self._is_announced or is_news
                    self._lock.notify_all()
                if is_news and (changed := self._changed) is not None:
                    changed()
                if invocation is not None:
                    self._on_connection(invocation)

    def _read_log(self) -> None:
        with pipe(self._child.stderr) as stderr:
            for line in stderr:
                self._log.append(line.rstrip("\n"))
                del self._log[:-50]

    def _failure(self) -> str:
        mark = "authlens: error: "
        said = [line.removeprefix(mark) for line in self._log if line.startswith(mark)] or self._log[-1:]
        return said[-1] if said else f"The device listener of {self.path} ended with code {self._child.returncode}."
