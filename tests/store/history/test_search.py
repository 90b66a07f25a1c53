"""Rows are found by all their words, with the index and without it, and a page costs what its rows cost."""

from __future__ import annotations

import sqlite3
from collections.abc import Iterator
from contextlib import closing
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from authlens.store.history.database import connect, open_file, transaction
from authlens.store.history.search import (
    add_words,
    catch_up,
    count,
    has_index,
    has_index_table,
    is_behind,
    page,
    remove_all_words,
    remove_words,
)

WORDS = {
    1: "sensorauth\nauthenticated\np1",
    2: "sensorauth\nrefused\nno such",
    3: 'other\nauthenticated\n"quoted"*',
    4: "日本語\nö",
}
_ROW = "INSERT INTO invocation VALUES (?, '2026-11-23', 'A', 'V', NULL, NULL, 0.1, 'demo', NULL, x'')"


def fill(connection: sqlite3.Connection, words: dict[int, str], indexed: bool) -> None:
    with transaction(connection):
        for number, text in words.items():
            connection.execute(_ROW, (number,))
            add_words(connection, number, text, indexed)


@pytest.fixture
def connection(tmp_path: Path) -> Iterator[sqlite3.Connection]:
    connection = open_file(tmp_path / "history.db")
    yield connection
    connection.close()


FOUND = {
    "nothing asked": ([], [4, 3, 2, 1]),
    "a word": (["sensorauth"], [2, 1]),
    "part of a word": (["nsor"], [2, 1]),
    "two words": (["auth", "refused"], [2]),
    "one letter": (["p"], [1]),
    "a long word and a short one": (["sensor", "p1"], [1]),
    "two short ones": (["no", "su"], [2]),
    "quotes and stars are letters": (['"quoted"*'], [3]),
    "the words of the index's own language": (["auth", "and"], []),
    "none": (["missing"], []),
    "other letters": (["日本語"], [4]),
    "one other letter": (["ö"], [4]),
    "a word twice": (["auth", "auth"], [3, 2, 1]),
}


@pytest.mark.parametrize("indexed", [True, False], ids=["index", "scan"])
@pytest.mark.parametrize(("terms", "numbers"), FOUND.values(), ids=FOUND)
def test_finds(connection: sqlite3.Connection, terms: list[str], numbers: list[int], indexed: bool) -> None:
    fill(connection, WORDS, indexed=True)
    assert [row.number for row in page(connection, terms, None, 10, indexed)] == numbers
    assert count(connection, terms, indexed) == len(numbers)


@pytest.mark.parametrize("indexed", [True, False], ids=["index", "scan"])
@pytest.mark.parametrize("terms", [[], ["auth"], ["au"], ["auth", "p"]], ids=["all", "long", "short", "both"])
def test_pages_join(connection: sqlite3.Connection, terms: list[str], indexed: bool) -> None:
    fill(connection, dict.fromkeys(range(1, 26), "sensorauth p"), indexed=True)
    seen: list[int] = []
    before = None
    while rows := page(connection, terms, before, 10, indexed):
        seen += [row.number for row in rows]
        before = seen[-1]
    assert seen == list(range(25, 0, -1))


def test_a_word_without_the_index_is_caught_up(connection: sqlite3.Connection) -> None:
    fill(connection, {1: "sensorauth"}, indexed=True)
    fill(connection, {2: "sensorauth"}, indexed=False)
    assert is_behind(connection)
    assert count(connection, ["sensor"], indexed=True) == 1
    with transaction(connection):
        catch_up(connection)
    assert not is_behind(connection)
    assert count(connection, ["sensor"], indexed=True) == 2


def test_an_index_that_was_never_made_is_made(connection: sqlite3.Connection) -> None:
    connection.execute("DROP TABLE word_index")
    assert not has_index(connection)
    assert not has_index_table(connection)
    fill(connection, {1: "sensorauth"}, indexed=False)
    with transaction(connection):
        catch_up(connection)
    assert has_index(connection)
    assert has_index_table(connection)
    assert count(connection, ["sensor"], indexed=True) == 1


def test_an_index_that_cannot_be_made_is_done_without(connection: sqlite3.Connection) -> None:
    connection.execute("DROP TABLE word_index")
    connection.execute("CREATE VIEW word_index AS SELECT * FROM nowhere")
    fill(connection, {1: "sensorauth"}, indexed=False)
    with transaction(connection):
        catch_up(connection)
    assert is_behind(connection)
    assert count(connection, ["sensor"], indexed=False) == 1


@pytest.mark.parametrize("indexed", [True, False], ids=["index", "scan"])
def test_the_oldest_are_forgotten(connection: sqlite3.Connection, indexed: bool) -> None:
    fill(connection, WORDS, indexed)
    with transaction(connection):
        remove_words(connection, 2, indexed)
    assert count(connection, [], indexed) == 2
    assert count(connection, ["sensorauth"], indexed) == 0
    assert count(connection, ["authenticated"], indexed) == 1


def test_a_record_that_was_never_indexed_can_be_forgotten(connection: sqlite3.Connection) -> None:
    fill(connection, {1: "sensorauth"}, indexed=False)
    fill(connection, {2: "sensorauth"}, indexed=True)
    with transaction(connection):
        remove_words(connection, 1, indexed=True)
    connection.execute("INSERT INTO word_index (word_index) VALUES ('integrity-check')")
    assert count(connection, ["sensor"], indexed=True) == 1


@pytest.mark.parametrize("indexed", [True, False], ids=["index", "scan"])
def test_all_are_forgotten(connection: sqlite3.Connection, indexed: bool) -> None:
    fill(connection, WORDS, indexed)
    with transaction(connection):
        remove_all_words(connection, indexed)
    assert count(connection, [], indexed) == 0
    assert count(connection, ["sensorauth"], indexed) == 0


texts = st.text(st.sampled_from('ab"*?ö日 \n'), max_size=12)


@given(st.lists(texts, max_size=6), st.lists(st.text(st.sampled_from('ab"*?ö日'), min_size=1, max_size=5), max_size=3))
def test_index_and_scan_find_the_same(words: list[str], terms: list[str]) -> None:
    connection = sqlite3.connect(":memory:", isolation_level=None)
    try:
        for table in ("word (number INTEGER PRIMARY KEY, text TEXT)", "unindexed (number INTEGER PRIMARY KEY)"):
            connection.execute(f"CREATE TABLE {table}")
        with transaction(connection):
            catch_up(connection)
            for number, text in enumerate(words):
                add_words(connection, number, text, indexed=True)
        expected = sum(all(term in text for term in terms) for text in words)
        assert count(connection, terms, indexed=True) == count(connection, terms, indexed=False) == expected
    finally:
        connection.close()


def test_a_page_is_read_by_its_numbers(connection: sqlite3.Connection) -> None:
    plan = connection.execute(
        "EXPLAIN QUERY PLAN SELECT number FROM invocation WHERE number < 50000 ORDER BY number DESC LIMIT 100"
    ).fetchall()
    assert [step[3] for step in plan] == ["SEARCH invocation USING INTEGER PRIMARY KEY (rowid<?)"]


def test_a_locked_file_is_not_taken_for_one_without_an_index(tmp_path: Path) -> None:
    path = tmp_path / "history.db"
    open_file(path).close()
    with closing(connect(path, 0)) as connection, closing(connect(path, 0)) as other:
        other.execute("BEGIN EXCLUSIVE")
        with pytest.raises(sqlite3.OperationalError, match="locked"):
            has_index(connection)
        other.execute("ROLLBACK")
        assert has_index(connection)


@pytest.mark.parametrize("indexed", [True, False])
def test_a_day_finds_its_rows(connection: sqlite3.Connection, indexed: bool) -> None:
    fill(connection, WORDS, indexed)
    noon = datetime.now().astimezone().replace(hour=12)
    days = {2: noon, 3: noon - timedelta(days=1), 4: datetime(2026, 11, 1, 12).astimezone()}
    with transaction(connection):
        for number, at in days.items():
            connection.execute(
                "UPDATE invocation SET started_at = ? WHERE number = ?", (at.astimezone(UTC).isoformat(), number)
            )
    for terms, numbers in (
        (["today"], [2]),
        (["yesterday"], [3]),
        (["2026-11-01"], [4]),
        (["yesterday", "authenticated"], [3]),
        (["yesterday", "refused"], []),
        (["today", "zz", "refused"], []),
        (["today", "se", "refused"], [2]),
        (["2026-13-01"], []),
    ):
        assert [row.number for row in page(connection, terms, None, 10, indexed)] == numbers, terms
        assert count(connection, terms, indexed) == len(numbers)
