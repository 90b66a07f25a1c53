"""Finds rows of the history by their words, newest first, a page at a time.

`today`, `yesterday` and a date such as 2026-11-28 find the rows of that day.

The rule: words of three or more characters are found through a trigram index; shorter ones, and all of them if this
SQLite has no such index, by scanning the table of words, which holds nothing else.
"""

from __future__ import annotations

import contextlib
import sqlite3
from collections.abc import Sequence
from datetime import UTC, date, datetime, time, timedelta

from authlens.store.history.record import HistoryRow, row_of
from authlens.store.history.scope import Scope

_INDEX = (
    "CREATE VIRTUAL TABLE IF NOT EXISTS word_index"
    " USING fts5(text, content='word', content_rowid='number', tokenize='trigram')"
)
_CATCH_UP = (
    "INSERT INTO word_index (rowid, text) SELECT number, text FROM word WHERE number IN (SELECT number FROM unindexed)",
    "DELETE FROM unindexed",
)
_ROWS = (
    "SELECT number, started_at, authorizer, verdict, error, principal, duration, target, source, stage, kind,"
    " client_id FROM invocation LEFT JOIN failing_stage USING (number) LEFT JOIN kind USING (number)"
    " LEFT JOIN client USING (number)"
)
_NEWEST = 2**63 - 1
_TRIGRAM = 3
_DATE = len("2026-11-28")


def make_index(connection: sqlite3.Connection) -> None:
    """Create the index if this SQLite supports it (3.34 with FTS5)."""
    with contextlib.suppress(sqlite3.OperationalError):
        connection.execute(_INDEX)


def has_index(connection: sqlite3.Connection) -> bool:
    """Whether this file has the index and this SQLite can read it."""
    try:
        connection.execute("SELECT rowid FROM word_index LIMIT 0")
    except sqlite3.OperationalError as error:
        if error.sqlite_errorcode != sqlite3.SQLITE_ERROR:
            raise  # locked by another instance: that says nothing about the index
        return False
    return True


def has_index_table(connection: sqlite3.Connection) -> bool:
    """Whether the file has the index, even if this SQLite cannot read it."""
    return connection.execute("SELECT 1 FROM sqlite_master WHERE name = 'word_index'").fetchone() is not None


def is_behind(connection: sqlite3.Connection) -> bool:
    """Whether there are records that are not indexed yet."""
    return connection.execute("SELECT 1 FROM unindexed LIMIT 1").fetchone() is not None


def catch_up(connection: sqlite3.Connection) -> None:
    """Bring the index up to date, in the caller's transaction."""
    make_index(connection)
    if has_index(connection):
        for statement in _CATCH_UP:
            connection.execute(statement)


def add_words(connection: sqlite3.Connection, number: int, words: str, indexed: bool) -> None:
    """Make a record searchable, in the caller's transaction."""
    connection.execute("INSERT INTO word VALUES (?, ?)", (number, words))
    if indexed:
        connection.execute("INSERT INTO word_index (rowid, text) VALUES (?, ?)", (number, words))
    else:
        connection.execute("INSERT INTO unindexed VALUES (?)", (number,))


def extend_words(connection: sqlite3.Connection, number: int, more: str, indexed: bool) -> None:
    """Add words that find a record, in the caller's transaction."""
    found = connection.execute("SELECT text FROM word WHERE number = ?", (number,)).fetchone()
    if found is None or not more:
        return
    text = f"{found[0]}\n{more.casefold()}"
    waits = connection.execute("SELECT 1 FROM unindexed WHERE number = ?", (number,)).fetchone() is not None
    if indexed and not waits:
        connection.execute(
            "INSERT INTO word_index (word_index, rowid, text) VALUES ('delete', ?, ?)", (number, found[0])
        )
        connection.execute("INSERT INTO word_index (rowid, text) VALUES (?, ?)", (number, text))
    elif not waits and has_index_table(connection):
        return  # an index that this SQLite cannot read still has the old words
    connection.execute("UPDATE word SET text = ? WHERE number = ?", (text, number))


def remove_words(connection: sqlite3.Connection, up_to: int, indexed: bool) -> None:
    """Delete the oldest records, in the caller's transaction."""
    if indexed:
        connection.execute(
            "INSERT INTO word_index (word_index, rowid, text) SELECT 'delete', number, text FROM word"
            " WHERE number <= ? AND number NOT IN (SELECT number FROM unindexed)",
            (up_to,),
        )
    for table in ("word", "unindexed"):
        connection.execute(f"DELETE FROM {table} WHERE number <= ?", (up_to,))


def remove_all_words(connection: sqlite3.Connection, indexed: bool) -> None:
    """Delete every word, in the caller's transaction."""
    if indexed:
        connection.execute("INSERT INTO word_index (word_index) VALUES ('delete-all')")
    for table in ("word", "unindexed"):
        connection.execute(f"DELETE FROM {table}")


def page(
    connection: sqlite3.Connection,
    terms: Sequence[str],
    before: int | None,
    limit: int,
    indexed: bool,
    scope: Scope | None = None,
) -> list[HistoryRow]:
    """The newest rows that hold every term, older than the number `before`."""
    bound = _NEWEST if before is None else before
    if not terms and scope is None:
        query = f"{_ROWS} WHERE number < ? ORDER BY number DESC LIMIT ?"
        return [row_of(*row) for row in connection.execute(query, (bound, limit))]
    source, number, condition, values = _found_by(terms, indexed, scope)
    query = (
        f"{_ROWS} WHERE number IN ("
        f"SELECT {number} FROM {source} WHERE {condition} AND {number} < ? ORDER BY {number} DESC LIMIT ?"
        ") ORDER BY number DESC"
    )
    return [row_of(*row) for row in connection.execute(query, (*values, bound, limit))]


def count(connection: sqlite3.Connection, terms: Sequence[str], indexed: bool, scope: Scope | None = None) -> int:
    """How many rows hold every term."""
    source, _, condition, values = _found_by(terms, indexed, scope)
    return int(connection.execute(f"SELECT count(*) FROM {source} WHERE {condition}", values).fetchone()[0])


def _found_by(terms: Sequence[str], indexed: bool, scope: Scope | None) -> tuple[str, str, str, list[str | int]]:
    """The tables, their column of numbers, the condition and its values."""
    days = {term: day for term in terms if (day := _day_of(term)) is not None}
    long = [term for term in terms if indexed and len(term) >= _TRIGRAM and term not in days]
    short = [term for term in terms if term not in long and term not in days]
    number = "word_index.rowid" if long else "word.number"
    conditions = ["instr(word.text, ?)"] * len(short)
    conditions += [f"{number} IN ({_OF_A_DAY})"] * len(days)
    values: list[str | int] = [*short, *(bound for day in days.values() for bound in _bounds(day))]
    if scope is not None:
        condition, of_scope = scope.condition
        conditions, values = [*conditions, condition], [*values, *of_scope]
    if not long:
        return "word", number, " AND ".join(conditions) or "true", values
    phrases = " ".join('"' + term.replace('"', '""') + '"' for term in long)
    tables = "word_index JOIN word ON word.number = word_index.rowid" if short or scope else "word_index"
    return tables, number, " AND ".join(["word_index MATCH ?", *conditions]), [phrases, *values]


_OF_A_DAY = "SELECT number FROM invocation WHERE started_at >= ? AND started_at < ?"


def _day_of(term: str) -> date | None:
    """The day that a term means: `today`, `yesterday`, or a date such as 2026-11-28."""
    days_ago = {"today": 0, "yesterday": 1}.get(term)
    if days_ago is not None:
        return datetime.now().astimezone().date() - timedelta(days=days_ago)
    try:
        return date.fromisoformat(term) if len(term) == _DATE else None
    except ValueError:
        return None


def _bounds(day: date) -> tuple[str, str]:
    """Its first moment here and that of the next day, as records hold them."""
    first, next_ = (datetime.combine(each, time()).astimezone(UTC) for each in (day, day + timedelta(days=1)))
    return first.isoformat(), next_.isoformat()
