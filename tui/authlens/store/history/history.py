"""The history: every invocation, kept in one SQLite file across runs and instances.

The rule: what `record` returned with a number is on the disk, and no fault of the disk or the file ever stops the
program: `problem` reports it, and everything else continues without a history.
"""

from __future__ import annotations

import contextlib
import sqlite3
import threading
from collections import deque
from collections.abc import Callable, Iterable, Sequence
from dataclasses import replace
from pathlib import Path
from queue import SimpleQueue
from typing import Any, Generic, Self, TypeVar

from authlens.calls import Attempt
from authlens.core.invocation.invocation import Invocation
from authlens.store.files import reason
from authlens.store.history import client_ids, failing_stages, kinds
from authlens.store.history import database as file
from authlens.store.history import record as stored
from authlens.store.history import search as search_in
from authlens.store.history.record import HistoryRecord, HistoryRow, Keep, record_of, search_terms
from authlens.store.history.scope import Scope

__all__ = ["History", "HistoryRow", "Keep", "Scope"]

T = TypeVar("T")
Work = Callable[[sqlite3.Connection], T]

MAX_RECORDS = 200_000
MAX_BYTES = 2 * 1024**3
_PRUNED_AT_ONCE = 50
"""How many records are deleted at once when the file has become too large."""
_LARGEST_NUMBER = 2**63 - 1
_UPDATE = (
    "UPDATE invocation SET started_at = ?, authorizer = ?, verdict = ?, error = ?, principal = ?, duration = ?,"
    " target = ?, source = ?, body = ? WHERE number = ? AND started_at = ?"
)
"""The start is compared because a file that replaced a damaged one counts from 1 again."""
_INSERT = "INSERT INTO invocation VALUES (NULL, ?, ?, ?, ?, ?, ?, ?, ?, ?)"


class History:
    """Safe to use from any thread: one thread of its own owns the connection. Nothing is opened before it is needed.

    busy_seconds: how long to wait for another process that holds the file before a write fails.
    keep: what is stored of an invocation; `off` records nothing and leaves existing records.
    use_index: `False` works without the search index, as a SQLite without FTS5 must.
    """

    def __init__(
        self,
        path: Path,
        keep: Keep = "full",
        *,
        max_records: int = MAX_RECORDS,
        max_bytes: int = MAX_BYTES,
        busy_seconds: float = file.BUSY_SECONDS,
        use_index: bool = True,
    ) -> None:
        self._path = path
        self._keep = keep
        self._max_records = max_records
        self._max_bytes = max_bytes
        self._busy_seconds = busy_seconds
        self._use_index = use_index
        self._lock = threading.Lock()
        self._jobs: SimpleQueue[_Job[Any] | None] = SimpleQueue()
        self._waiting: deque[_Waiting] = deque()
        """Records that are to be written; those that wait together share one transaction and its sync."""
        self._thread: threading.Thread | None = None
        self._closed = False
        self._connection: sqlite3.Connection | None = None
        self._opened: tuple[int, int] | None = None
        self._indexed = False
        self._notice: str | None = None
        self._fault: str | None = None

    @property
    def problem(self) -> str | None:
        """What is wrong with the history, as one sentence; `None` if nothing is."""
        return self._fault or self._notice

    def record(self, invocation: Invocation) -> Invocation:
        """Record the invocation. Returned with its number once it is on the disk, otherwise unchanged."""
        if self._keep == "off":
            return invocation
        waiting = _Waiting(record_of(invocation, self._keep))
        self._waiting.append(waiting)
        number = self._ask(lambda connection: self._insert(connection, waiting), None)
        with contextlib.suppress(ValueError):
            self._waiting.remove(waiting)
        return invocation if number is None else replace(invocation, number=number)

    def update(self, invocation: Invocation) -> None:
        """Replace the record of an invocation that has a number; a deleted one is not added again."""
        number = invocation.number
        if self._keep == "off" or number is None:
            return
        record = record_of(invocation, self._keep)
        self._ask(lambda connection: self._replace(connection, number, record), None)

    def judge(self, numbers: Iterable[int], judged: Callable[[Invocation], tuple[str, str]]) -> None:
        """Store the stage at which each of these failed, and make it searchable.

        judged: returns the stage, and the words that find it.
        """
        if self._keep == "off":
            return
        found = {number: self.get(number) for number in numbers}
        stages = {number: judged(invocation) for number, invocation in found.items() if invocation is not None}
        if stages:
            self._ask(lambda connection: self._put_stages(connection, stages), None)

    def with_client_ids(self, rows: Sequence[HistoryRow]) -> list[HistoryRow]:
        """The rows, each with its client id: for a record of an earlier format it is read from the whole, once."""
        whole = {row.number: self.get(row.number) for row in rows if row.client_id is None}
        read = {number: stored.client_id_of(found) for number, found in whole.items() if found is not None}
        if read and self._keep != "off":
            self._ask(lambda connection: self._put_client_ids(connection, read), None)
        return [replace(row, client_id=read.get(row.number, row.client_id)) for row in rows]

    def page(
        self, search: str = "", before: int | None = None, limit: int = 100, scope: Scope | None = None
    ) -> list[HistoryRow]:
        """The newest rows that hold every word of the search, those older than the number `before`."""
        wanted = (search_terms(search), _bounded(before), limit)
        return self._ask(lambda opened: search_in.page(opened, *wanted, self._searchable(opened), scope), [])

    def count(self, search: str = "", scope: Scope | None = None) -> int:
        """How many rows hold every word of the search."""
        terms = search_terms(search)
        return self._ask(lambda opened: search_in.count(opened, terms, self._searchable(opened), scope), 0)

    def get(self, number: int) -> Invocation | None:
        """The whole invocation; `None` if there is none with that number."""
        if not 0 < number <= _LARGEST_NUMBER:
            return None
        query = "SELECT body FROM invocation WHERE number = ?"
        found = self._ask(lambda connection: connection.execute(query, (number,)).fetchone(), None)
        if found is None:
            return None
        try:
            return stored.invocation_of(number, found[0])
        except (ValueError, RecursionError):
            self._fault = f"invocation {number} in {self._path} cannot be read"
            return None

    def clear(self) -> bool:
        """Delete every invocation, its bytes in the file included, and damaged files set aside.

        Returns whether it succeeded.
        """
        return self._ask(self._clear, False)

    def check(self) -> str | None:
        """Check for damage, which takes a while, and set a damaged file aside. Returns what was found.

        It also brings the search index up to date after a SQLite that has none.
        """
        if file.identity(self._path) is None:
            return None
        try:
            damaged = file.is_damaged(self._path, self._busy_seconds)
        except sqlite3.Error as error:
            self._fault = self._sentence(error)
            return self._fault
        self._ask(file.raise_if_damaged if damaged else self._catch_up, None)
        return self._notice if damaged else None

    def close(self, timeout: float | None = None) -> None:
        """End the thread once its pending work is done; wait at most `timeout` seconds for it."""
        with self._lock:
            self._closed, thread = True, self._thread
            self._jobs.put(None)
        if thread is not None:
            thread.join(timeout)

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()

    # What follows runs on the thread that owns the connection.

    def _insert(self, connection: sqlite3.Connection, wanted: _Waiting) -> int | None:
        """Write the record and all others that wait, unless an earlier turn already did."""
        if wanted.number is None:
            together = tuple(self._waiting)
            with file.transaction(connection):
                file.refuse_newer(connection)
                numbers = [self._add(connection, waiting.record) for waiting in together]
                self._prune(connection, numbers[-1])
            for waiting, number in zip(together, numbers, strict=True):
                waiting.number = number
                with contextlib.suppress(ValueError):
                    self._waiting.remove(waiting)
        return wanted.number

    def _add(self, connection: sqlite3.Connection, record: HistoryRecord) -> int:
        number = int(connection.execute(_INSERT, (*record.columns, record.body)).lastrowid or 0)
        search_in.add_words(connection, number, record.words, self._indexed)
        kinds.put(connection, number, record.kind)
        client_ids.put(connection, number, record.client_id)
        return number

    def _replace(self, connection: sqlite3.Connection, number: int, record: HistoryRecord) -> None:
        with file.transaction(connection):
            file.refuse_newer(connection)
            connection.execute(_UPDATE, (*record.columns, record.body, number, record.columns[0]))

    def _put_stages(self, connection: sqlite3.Connection, stages: dict[int, tuple[str, str]]) -> None:
        with file.transaction(connection):
            file.refuse_newer(connection)
            for number, (stage, words) in stages.items():
                if failing_stages.put(connection, number, stage):
                    search_in.extend_words(connection, number, words, self._indexed)

    def _put_client_ids(self, connection: sqlite3.Connection, read: dict[int, str]) -> None:
        with file.transaction(connection):
            file.refuse_newer(connection)
            for number, client_id in read.items():
                client_ids.put(connection, number, client_id)

    def _prune(self, connection: sqlite3.Connection, newest: int) -> None:
        """Keep the file within its limits. Numbers have no gaps, so they count the records."""
        up_to = newest - self._max_records
        oldest = int(connection.execute("SELECT min(number) FROM invocation").fetchone()[0])
        if file.bytes_in_use(connection) > self._max_bytes:
            up_to = max(up_to, min(oldest + _PRUNED_AT_ONCE, newest) - 1)
        if up_to >= oldest:
            search_in.remove_words(connection, up_to, self._indexed)
            failing_stages.remove(connection, up_to)
            kinds.remove(connection, up_to)
            client_ids.remove(connection, up_to)
            connection.execute("DELETE FROM invocation WHERE number <= ?", (up_to,))

    def _searchable(self, connection: sqlite3.Connection) -> bool:
        return self._indexed and not search_in.is_behind(connection)

    def _catch_up(self, connection: sqlite3.Connection) -> None:
        if self._use_index and search_in.is_behind(connection):
            with file.transaction(connection):
                search_in.catch_up(connection)
            self._indexed = search_in.has_index(connection)

    def _clear(self, connection: sqlite3.Connection) -> bool:
        if not self._indexed and search_in.has_index_table(connection):
            # An index that this SQLite does not know cannot be emptied: the whole file goes.
            self._disconnect()
            file.remove(self._path, self._busy_seconds)
        else:
            self._empty(connection)
        file.remove_set_aside(self._path)
        return True

    def _empty(self, connection: sqlite3.Connection) -> None:
        with file.transaction(connection):
            file.refuse_newer(connection)
            search_in.remove_all_words(connection, self._indexed)
            connection.execute("DELETE FROM failing_stage")
            connection.execute("DELETE FROM kind")
            connection.execute("DELETE FROM client")
            connection.execute("DELETE FROM invocation")
        connection.execute("VACUUM")

    def _recover(self) -> None:
        """After damage was found: set the file aside and start a new one.

        Damage that the check does not see is in the index.
        """
        opened = self._opened
        self._disconnect()
        if file.identity(self._path) is None:
            return
        aside = file.set_aside(self._path, self._busy_seconds)
        if aside is not None:
            self._notice = f"the history was damaged; it was kept as {aside} and a new one was started"
        elif opened is None or opened == file.identity(self._path):
            self._use_index = False

    def _connect(self) -> sqlite3.Connection:
        """The connection, reopened if the path now leads to a different file."""
        if self._connection is not None and self._opened == file.identity(self._path):
            return self._connection
        self._disconnect()
        before = file.identity(self._path)
        connection = file.open_file(self._path, self._keep != "off", self._busy_seconds)
        try:
            self._indexed = self._use_index and search_in.has_index(connection)
        except sqlite3.Error:
            connection.close()
            raise
        self._connection, self._opened = connection, file.identity(self._path)
        if before not in (None, self._opened):
            # Another instance replaced the file meanwhile: it is unknown which of the two this is.
            return self._connect()
        return connection

    def _disconnect(self) -> None:
        if self._connection is not None:
            self._connection.close()
        self._connection, self._opened = None, None

    def _attempt(self, work: Work[T], otherwise: T) -> T:
        """Run the work, and turn every fault of the disk into a problem to report."""
        if self._keep == "off" and file.identity(self._path) is None:
            return otherwise
        try:
            try:
                result = work(self._connect())
            except sqlite3.DatabaseError as error:
                if file.is_damage(error):
                    self._recover()
                elif file.has_moved(error):
                    self._disconnect()
                else:
                    raise
                result = work(self._connect())
        except (sqlite3.Error, OSError, file.Newer) as error:
            self._fault = self._sentence(error)
            return otherwise
        except BaseException:
            self._disconnect()
            raise
        self._fault = None
        return result

    def _sentence(self, error: sqlite3.Error | OSError | file.Newer) -> str:
        if isinstance(error, file.Newer):
            return (
                f"{self._path} was written by a newer authlens (format {error.version}); it is left as it is"
                " and nothing is recorded"
            )
        why = reason(error) if isinstance(error, OSError) else str(error)
        return f"the history {self._path} cannot be used: {why}"

    def _ask(self, work: Work[T], otherwise: T) -> T:
        """Run the work on the history's thread, and wait. Call it from any other thread."""
        job = _Job(lambda: self._attempt(work, otherwise))
        with self._lock:
            if self._closed:
                return otherwise
            if self._thread is None and not self._start():
                return otherwise
            self._jobs.put(job)
        return job.result()

    def _start(self) -> bool:
        """Start the thread. Whether the system had one."""
        thread = threading.Thread(target=self._work, name="history", daemon=True)
        try:
            thread.start()
        except RuntimeError:
            self._fault = f"the history {self._path} cannot be used: no thread could be started"
            return False
        self._thread = thread
        return True

    def _work(self) -> None:
        while (job := self._jobs.get()) is not None:
            job.run()
        self._disconnect()


class _Waiting:
    """A record on its way to the disk, and its number once it is there."""

    def __init__(self, record: HistoryRecord) -> None:
        self.record = record
        self.number: int | None = None


class _Job(Generic[T]):
    """Work for the thread, and its result for the caller. (`concurrent.futures` would take 10 ms to import.)"""

    def __init__(self, work: Callable[[], T]) -> None:
        self._work = work
        self._attempts: SimpleQueue[Attempt[T]] = SimpleQueue()

    def run(self) -> None:
        self._attempts.put(Attempt(self._work))

    def result(self) -> T:
        """Raises what the work raised."""
        return self._attempts.get().answer()


def _bounded(number: int | None) -> int | None:
    return None if number is None else min(number, _LARGEST_NUMBER)
