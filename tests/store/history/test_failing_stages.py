"""The failing stage of a record: kept, found, added to older files, and deleted with the record."""

from __future__ import annotations

import sqlite3
from contextlib import closing
from pathlib import Path

from authlens.core.invocation.invocation import Invocation
from authlens.store.history.database import VERSION, open_file
from authlens.store.history.failing_stages import put, remove
from authlens.store.history.history import History
from support.stored_invocations import FAILED, FULL

ROW = "INSERT INTO invocation VALUES (?, '2026-11-23', 'A', 'V', NULL, NULL, 0.1, 'demo', NULL, x'')"


def judged(invocation: Invocation) -> tuple[str, str]:
    return ("policy allows", "policy allows DENIED") if invocation.outcome else ("", "")


def test_it_is_kept_for_the_row_and_found(tmp_path: Path) -> None:
    with History(tmp_path / "history.db") as history:
        history.record(FULL)
        history.record(FAILED)
        assert [row.stage for row in history.page()] == [None, None]
        history.judge((1, 2, 99), judged)
        assert [row.stage for row in history.page()] == ["", "policy allows"]
        assert [row.number for row in history.page("denied")] == [1]
        history.judge((1,), lambda _: ("other", "other"))
        assert [row.stage for row in history.page("denied")] == ["policy allows"], "a record is judged once"
        assert history.clear()
        assert history.page("denied") == []
        assert history.problem is None


def test_it_is_found_without_an_index_too(tmp_path: Path) -> None:
    with History(tmp_path / "history.db", use_index=False) as history:
        history.record(FULL)
        history.judge((1,), judged)
        assert [row.number for row in history.page("denied")] == [1]
    with History(tmp_path / "history.db") as history:
        history.check()
        assert [row.number for row in history.page("denied")] == [1]
        assert history.problem is None


def test_a_file_of_version_1_gets_the_tables(tmp_path: Path) -> None:
    path = tmp_path / "history.db"
    with History(path) as history:
        history.record(FULL)
    with closing(sqlite3.connect(path)) as connection:
        connection.execute("DROP TABLE failing_stage")
        connection.execute("DROP TABLE kind")
        connection.execute("PRAGMA user_version=1")
    with History(path) as history:
        assert [(row.stage, row.kind) for row in history.page()] == [(None, None)]
        history.record(FULL)
        assert [row.kind for row in history.page()] == ["test", None]
        history.judge((1,), judged)
        assert [row.stage for row in history.page()] == [None, "policy allows"]
    with closing(sqlite3.connect(path)) as connection:
        assert connection.execute("PRAGMA user_version").fetchone() == (VERSION,)


def test_only_records_that_are_there_have_one(tmp_path: Path) -> None:
    with closing(open_file(tmp_path / "history.db")) as connection:
        connection.execute(ROW, (1,))
        connection.execute(ROW, (2,))
        assert [put(connection, number, "function ran") for number in (1, 2, 3, 1)] == [True, True, False, False]
        remove(connection, 1)
        assert connection.execute("SELECT number FROM failing_stage").fetchall() == [(2,)]
