"""The client id of a record: kept for its row, and read once from a record of an earlier format."""

from __future__ import annotations

import sqlite3
from contextlib import closing
from dataclasses import replace
from pathlib import Path

from authlens.core.request.request import AuthorizerRequest, MqttContext
from authlens.store.history.client_ids import put, remove
from authlens.store.history.database import open_file
from authlens.store.history.history import History
from support.stored_invocations import FULL

WITHOUT = replace(FULL, request=AuthorizerRequest("A", token="t"))
OTHER = replace(FULL, request=AuthorizerRequest("A", mqtt_context=MqttContext("u", client_id="c\0\udc80")))


def test_it_is_kept_for_the_row_as_far_as_it_can_be_stored(tmp_path: Path) -> None:
    with History(tmp_path / "history.db") as history:
        for invocation in (FULL, WITHOUT, OTHER):
            history.record(invocation)
        assert [row.client_id for row in history.page()] == ["c ?", "", "sensor-7"]
        assert history.with_client_ids(history.page()) == history.page()
        assert history.clear()
    with closing(sqlite3.connect(tmp_path / "history.db")) as connection:
        assert connection.execute("SELECT count(*) FROM client").fetchone() == (0,)


def test_that_of_an_earlier_format_is_read_once(tmp_path: Path) -> None:
    path = tmp_path / "history.db"
    with History(path) as history:
        for invocation in (FULL, WITHOUT, OTHER):
            history.record(invocation)
    with closing(sqlite3.connect(path)) as connection:
        connection.execute("DROP TABLE client")
        connection.execute("PRAGMA user_version=3")
        connection.commit()
    with History(path, keep="off") as history:
        rows = history.page()
        assert [row.client_id for row in rows] == [None] * 3
        assert [row.client_id for row in history.with_client_ids(rows)] == ["c ?", "", "sensor-7"]
        assert history.page() == rows, "nothing is written"
    with History(path) as history:
        rows = history.with_client_ids(history.page())
        assert [row.client_id for row in rows] == ["c ?", "", "sensor-7"]
        assert history.page() == rows


def test_only_records_that_are_there_have_one(tmp_path: Path) -> None:
    with History(tmp_path / "history.db", max_records=2) as history:
        for _ in range(3):
            history.record(FULL)
    with closing(open_file(tmp_path / "history.db")) as connection:
        assert connection.execute("SELECT number FROM client").fetchall() == [(2,), (3,)]
        put(connection, 3, "other")
        put(connection, 4, "gone")
        remove(connection, 2)
        assert connection.execute("SELECT number, client_id FROM client").fetchall() == [(3, "other")]
