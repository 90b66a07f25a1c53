"""The stage at which each invocation failed, apart from its row because only the app determines it.

The rule: a record without an entry has not been judged; an empty entry means that every stage passed.
"""

from __future__ import annotations

import sqlite3

TABLE = "CREATE TABLE IF NOT EXISTS failing_stage (number INTEGER PRIMARY KEY, stage TEXT NOT NULL)"
"""A table of its own: as a column after the bodies, reading it would mean reading all their pages."""


def put(connection: sqlite3.Connection, number: int, stage: str) -> bool:
    """Store the stage, in the caller's transaction. False if the record has one already, or is gone."""
    added = connection.execute(
        "INSERT OR IGNORE INTO failing_stage SELECT number, ? FROM invocation WHERE number = ?", (stage, number)
    )
    return added.rowcount > 0


def remove(connection: sqlite3.Connection, up_to: int) -> None:
    """Delete the oldest records, in the caller's transaction."""
    connection.execute("DELETE FROM failing_stage WHERE number <= ?", (up_to,))
