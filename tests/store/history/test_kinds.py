"""The kind of a record: kept for its row, found by a search, and deleted with the record."""

from __future__ import annotations

import sqlite3
from contextlib import closing
from dataclasses import replace
from pathlib import Path

from authlens.store.history.database import open_file
from authlens.store.history.history import History
from authlens.store.history.kinds import put, remove
from support import device_records
from support.stored_invocations import FULL

DEVICE = replace(FULL, device=device_records.CONNECTED)
PROBE = replace(FULL, device=replace(device_records.CONNECTED, is_probe=True))


def test_it_is_kept_for_the_row_and_found(tmp_path: Path) -> None:
    with History(tmp_path / "history.db") as history:
        for invocation in (FULL, replace(FULL, via="function"), DEVICE, PROBE):
            history.record(invocation)
        assert [row.kind for row in history.page()] == ["probe", "device", "function", "test"]
        assert [row.number for row in history.page("probe")] == [4]
        assert history.clear()
    with closing(sqlite3.connect(tmp_path / "history.db")) as connection:
        assert connection.execute("SELECT count(*) FROM kind").fetchone() == (0,)


def test_the_oldest_are_deleted_with_their_records(tmp_path: Path) -> None:
    with History(tmp_path / "history.db", max_records=2) as history:
        for invocation in (DEVICE, FULL, PROBE):
            history.record(invocation)
        assert [row.kind for row in history.page()] == ["probe", "test"]
    with closing(open_file(tmp_path / "history.db")) as connection:
        assert connection.execute("SELECT number FROM kind").fetchall() == [(2,), (3,)]
        put(connection, 3, "device")
        remove(connection, 2)
        assert connection.execute("SELECT number, kind FROM kind").fetchall() == [(3, "device")]
