"""The history with 100,000 invocations: opening it, a page, the slowest of many keystrokes; and recording one."""

from __future__ import annotations

import sqlite3
from collections.abc import Callable, Iterator
from contextlib import closing
from pathlib import Path
from statistics import median
from tempfile import TemporaryDirectory
from time import perf_counter

from authlens.store.history.history import History
from bench.row import Row
from support.filled_history import fill
from support.stored_invocations import FULL

COUNT = 100_000
TYPED = "principal-f1 not authenticated sensorauth7 client-77 zq"
"""Every prefix of it is one keystroke."""


def rows() -> Iterator[Row]:
    with TemporaryDirectory() as name:
        full, empty = Path(name, "full.db"), Path(name, "empty.db")
        fill(full, COUNT)
        fill(empty, 0)
        opened = [(_opening(full), _opening(empty)) for _ in range(60)]
        ratio = median(one for one, _ in opened) / median(one for _, one in opened)
        yield Row(f"open a history of {COUNT:,} against an empty one", ratio, 1.1)
        with History(full) as history:
            yield Row("a page of it", 1000 * _took(lambda: history.page(before=COUNT // 2)), 100, "ms")
            yield Row("slowest keystroke of a search, page and count", 1000 * _slowest(history), 100, "ms")
        with History(full, use_index=False) as history:
            yield Row("the same where SQLite has no index of words", 1000 * _slowest(history), 100, "ms")
        bare = Path(name, "bare.db")
        recorded = [(_recording(full), _bare_insert(bare)) for _ in range(25)]
        ratio = median(one for one, _ in recorded) / median(one for _, one in recorded)
        yield Row("open it and record one invocation, against a bare insert into SQLite", ratio, 5)


def _opening(path: Path) -> float:
    with History(path) as history:
        return _took(lambda: history.page(limit=1))


def _slowest(history: History) -> float:
    return max(_keystroke(history, TYPED[:length]) for length in range(1, len(TYPED) + 1))


def _keystroke(history: History, typed: str) -> float:
    return median(_took(lambda: (history.page(typed), history.count(typed))) for _ in range(3))


def _recording(path: Path) -> float:
    with History(path) as history:
        return _took(lambda: history.record(FULL))


def _bare_insert(path: Path) -> float:
    def insert() -> None:
        with closing(sqlite3.connect(path)) as connection, connection:
            connection.execute("CREATE TABLE IF NOT EXISTS t (body BLOB)")
            connection.execute("INSERT INTO t VALUES (zeroblob(2000))")

    return _took(insert)


def _took(work: Callable[[], object]) -> float:
    started = perf_counter()
    work()
    return perf_counter() - started
