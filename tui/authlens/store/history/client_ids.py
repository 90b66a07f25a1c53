"""The client id of each invocation, apart from its row because files of earlier formats have no column for it.

The rule: an entry is empty if the request has none. A record without an entry was written in an earlier format; its
client id is read from its whole when its row is shown.
"""

from __future__ import annotations

import sqlite3

TABLE = "CREATE TABLE IF NOT EXISTS client (number INTEGER PRIMARY KEY, client_id TEXT NOT NULL)"


def put(connection: sqlite3.Connection, number: int, client_id: str) -> None:
    """Store the client id of a record that exists, in the caller's transaction."""
    connection.execute(
        "INSERT OR REPLACE INTO client SELECT number, ? FROM invocation WHERE number = ?", (client_id, number)
    )


def remove(connection: sqlite3.Connection, up_to: int) -> None:
    """Delete the oldest records, in the caller's transaction."""
    connection.execute("DELETE FROM client WHERE number <= ?", (up_to,))
