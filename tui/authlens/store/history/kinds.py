"""The kind of each invocation, apart from its row because files of earlier formats have no column for it.

The rule: a record without an entry was written in an earlier format, and its kind is not known.
"""

from __future__ import annotations

import sqlite3

TABLE = "CREATE TABLE IF NOT EXISTS kind (number INTEGER PRIMARY KEY, kind TEXT NOT NULL)"


def put(connection: sqlite3.Connection, number: int, kind: str) -> None:
    """Store the kind of a new record, in the caller's transaction."""
    connection.execute("INSERT OR REPLACE INTO kind VALUES (?, ?)", (number, kind))


def remove(connection: sqlite3.Connection, up_to: int) -> None:
    """Delete the oldest records, in the caller's transaction."""
    connection.execute("DELETE FROM kind WHERE number <= ?", (up_to,))
