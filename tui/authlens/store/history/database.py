"""Creates, opens and checks the history's SQLite file, and sets damaged ones aside. Everything here runs on the thread
of its connection.

The rule: readable only by its owner, rollback journal with full synchronisation (WAL had a bug that corrupts files
until SQLite 3.51.3), and a file that is damaged or newer than this program is never written to.
"""

from __future__ import annotations

import contextlib
import os
import shutil
import sqlite3
import time
from collections.abc import Iterator
from pathlib import Path
from urllib.parse import quote

from authlens.store.files import locked, make_own_folder, narrow
from authlens.store.history import client_ids, failing_stages, kinds
from authlens.store.history.search import make_index

VERSION = 4
"""2: the table of failing stages; 3: that of kinds; 4: that of client ids.

A file of an earlier version gets them when it is opened.
"""
BUSY_SECONDS = 5.0
"""How long to wait for another process that holds the file before a write fails."""

_SCHEMA = (
    """CREATE TABLE IF NOT EXISTS invocation (
        number INTEGER PRIMARY KEY AUTOINCREMENT,
        started_at TEXT NOT NULL,
        authorizer TEXT NOT NULL,
        verdict TEXT NOT NULL,
        error TEXT,
        principal TEXT,
        duration REAL NOT NULL,
        target TEXT NOT NULL,
        source TEXT,
        body BLOB NOT NULL
    )""",
    # Apart from the bodies, so that looking through all words reads few pages.
    "CREATE TABLE IF NOT EXISTS word (number INTEGER PRIMARY KEY, text TEXT NOT NULL)",
    # Records written by a SQLite without the index; the next one that has it catches up.
    "CREATE TABLE IF NOT EXISTS unindexed (number INTEGER PRIMARY KEY)",
    failing_stages.TABLE,
    kinds.TABLE,
    client_ids.TABLE,
)
_TABLES = "SELECT name FROM sqlite_master WHERE type = 'table' AND rootpage > 0"
"""Those with pages of their own."""
_DAMAGED = (sqlite3.SQLITE_CORRUPT, sqlite3.SQLITE_NOTADB)


class Newer(Exception):
    """The file was written by a newer authlens, in a format that this version does not know."""

    def __init__(self, version: int) -> None:
        super().__init__(version)
        self.version = version


class Damaged(sqlite3.DatabaseError):
    """SQLite's check found the file damaged."""

    sqlite_errorcode = sqlite3.SQLITE_CORRUPT


def is_damage(error: sqlite3.Error) -> bool:
    # The low byte is the primary code, the rest the extended one.
    return _code(error) & 0xFF in _DAMAGED


def has_moved(error: sqlite3.Error) -> bool:
    """Whether the file of the connection no longer has its name, which SQLite notices before it writes."""
    return _code(error) == sqlite3.SQLITE_READONLY_DBMOVED


def _code(error: sqlite3.Error) -> int:
    code: int = getattr(error, "sqlite_errorcode", 0)
    return code


def open_file(path: Path, create: bool = True, busy_seconds: float = BUSY_SECONDS) -> sqlite3.Connection:
    """A connection to the history, which is created if missing. Raises sqlite3.Error, OSError or Newer."""
    if create:
        make_own_folder(path.parent)
        _create(path)
    for name in (path, side_file(path)):
        narrow(name, 0o600)
    connection = connect(path, busy_seconds)
    try:
        _prepare(connection)
    except BaseException:
        connection.close()
        raise
    return connection


def connect(path: Path, busy_seconds: float) -> sqlite3.Connection:
    """A connection to an existing file. It must be able to write: reading after a kill rolls back first."""
    name = quote(os.path.abspath(path))
    return sqlite3.connect(f"file:{name}?mode=rw", uri=True, isolation_level=None, timeout=busy_seconds)


def _create(path: Path) -> None:
    """Create the file empty: SQLite would create it, and its journal files, with the umask's permissions.

    A journal that is there before the file belongs to one that is gone, and is removed.
    """
    if os.path.lexists(path):
        return
    with locked(path.parent), contextlib.suppress(FileExistsError):
        os.close(os.open(path, os.O_CREAT | os.O_EXCL | os.O_NOFOLLOW | os.O_RDWR | os.O_CLOEXEC, 0o600))
        _remove_journal(path)


def side_file(path: Path) -> Path:
    return path.with_name(f"{path.name}-journal")


def _prepare(connection: sqlite3.Connection) -> None:
    for setting in ("synchronous=FULL", "secure_delete=ON", "temp_store=MEMORY", "mmap_size=0"):
        connection.execute(f"PRAGMA {setting}")
    refuse_newer(connection)
    if _version(connection) < VERSION:
        connection.execute("PRAGMA journal_mode=DELETE")
        with transaction(connection):
            _make_tables(connection)


def refuse_newer(connection: sqlite3.Connection) -> None:
    """Raises Newer. An instance of a newer version may have changed the file while this one had it open."""
    version = _version(connection)
    if version > VERSION:
        raise Newer(version)


def _version(connection: sqlite3.Connection) -> int:
    with contextlib.closing(connection.execute("PRAGMA user_version")) as cursor:
        return int(cursor.fetchone()[0])


def _make_tables(connection: sqlite3.Connection) -> None:
    """Create the missing tables: another instance may have been faster."""
    for statement in _SCHEMA:
        connection.execute(statement)
    make_index(connection)
    connection.execute(f"PRAGMA user_version={VERSION}")


@contextlib.contextmanager
def transaction(connection: sqlite3.Connection) -> Iterator[None]:
    """All or nothing. Immediate: a transaction that begins by reading cannot wait for another writer."""
    connection.execute("BEGIN IMMEDIATE")
    try:
        yield
        connection.execute("COMMIT")
    except BaseException:
        with contextlib.suppress(sqlite3.Error):
            connection.execute("ROLLBACK")
        raise


def bytes_in_use(connection: sqlite3.Connection) -> int:
    """The size of the file without its free pages."""
    pages, free, size = (
        int(connection.execute(f"PRAGMA {what}").fetchone()[0])
        for what in ("page_count", "freelist_count", "page_size")
    )
    return (pages - free) * size


def set_aside(path: Path, busy_seconds: float = BUSY_SECONDS) -> Path | None:
    """Rename a damaged file, and its journal. `None` if it is not damaged, or no longer: another instance was faster.

    No other instance is in the middle of a transaction, and none creates the next file, until both have new names.
    Raises OSError or sqlite3.Error.
    """
    with locked(path.parent), contextlib.closing(connect(path, busy_seconds)) as connection:
        if not _finds_damage(connection, "BEGIN EXCLUSIVE"):
            return None
        aside = _free_name(path)
        # Its second name comes first: wherever the process is killed, file and journal are together under one of the
        # names.
        _keep_journal(side_file(path), side_file(aside))
        os.rename(path, aside)
        _remove_journal(path)
    return aside


def _free_name(path: Path) -> Path:
    stamp = time.strftime("%Y%m%dT%H%M%SZ", time.gmtime())
    aside = path.with_name(f"{path.stem}.corrupt-{stamp}{path.suffix}")
    number = 2
    while aside.exists() or side_file(aside).exists():
        aside = path.with_name(f"{path.stem}.corrupt-{stamp}-{number}{path.suffix}")
        number += 1
    return aside


def _keep_journal(journal: Path, aside: Path) -> None:
    try:
        os.link(journal, aside, follow_symlinks=False)
    except FileNotFoundError:
        return
    except OSError:  # a file system without hard links
        shutil.copyfile(journal, aside, follow_symlinks=False)


def _remove_journal(path: Path) -> None:
    with contextlib.suppress(FileNotFoundError):
        side_file(path).unlink()


def remove(path: Path, busy_seconds: float) -> None:
    """Delete the file when no instance is in the middle of a transaction. Raises OSError or sqlite3.Error."""
    with locked(path.parent), contextlib.closing(connect(path, busy_seconds)) as connection:
        connection.execute("BEGIN EXCLUSIVE")
        path.unlink()


def remove_set_aside(path: Path) -> None:
    """Delete the damaged files that were set aside. Raises OSError."""
    for aside in path.parent.glob(f"{path.stem}.corrupt-*"):
        aside.unlink()


def identity(path: Path) -> tuple[int, int] | None:
    """Which file the name leads to now; `None` when there is none."""
    try:
        found = path.stat()
    except OSError:
        return None
    return found.st_dev, found.st_ino


def raise_if_damaged(connection: sqlite3.Connection) -> None:
    """SQLite's own check, a tenth of a second for 200 MB. Raises Damaged, or another sqlite3.Error.

    Table by table: a check of all also judges the search index (from SQLite 3.44), which the history can do without.
    """
    for (table,) in connection.execute(_TABLES).fetchall():
        if connection.execute(f"PRAGMA quick_check('{table}')").fetchone()[0] != "ok":
            raise Damaged


def is_damaged(path: Path, busy_seconds: float = BUSY_SECONDS) -> bool:
    """As `raise_if_damaged`, on a connection of its own. Raises sqlite3.Error if the file cannot be read."""
    with contextlib.closing(connect(path, busy_seconds)) as connection:
        return _finds_damage(connection, "BEGIN")


def _finds_damage(connection: sqlite3.Connection, begin: str) -> bool:
    try:
        connection.execute(begin)
        raise_if_damaged(connection)
    except sqlite3.DatabaseError as error:
        if is_damage(error):
            return True
        raise
    return False
