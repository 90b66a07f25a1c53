"""At which stage each invocation failed: beside its row, because only the app works it out.

The rule: a record without an entry was not judged yet; an empty one passed every stage.
"""

from __future__ import annotations

import sqlite3

TABLE = "CREATE TABLE IF NOT EXISTS failing_stage (number INTEGER PRIMARY KEY, stage TEXT NOT NULL)"
"""A table of its own: as a column behind the bodies it would be read through all their pages."""


def put(connection: sqlite3.Connection, number: int, stage: str) -> bool:
    """Keep what was worked out, in the caller's transaction. False for a record that has it already, or is gone."""
    added = connection.execute(
        "INSERT OR IGNORE INTO failing_stage SELECT number, ? FROM invocation WHERE number = ?", (stage, number)
    )
    return added.rowcount > 0


def remove(connection: sqlite3.Connection, up_to: int) -> None:
    """Forget the oldest records, in the caller's transaction."""
    connection.execute("DELETE FROM failing_stage WHERE number <= ?", (up_to,))
