"""A history of many invocations, made in seconds: the rows differ, but share one body."""

from __future__ import annotations

from contextlib import closing
from pathlib import Path

from authlens.store.history.database import open_file, transaction
from authlens.store.history.record import record_of
from support.stored_invocations import FULL

_NUMBERS = "WITH RECURSIVE each(n) AS (SELECT 1 UNION ALL SELECT n + 1 FROM each WHERE n < :count)"
_ROWS = f"""
    INSERT INTO invocation
    {_NUMBERS} SELECT n, '2026-11-23T08:00:00+00:00', 'SensorAuth' || (n % 20),
    CASE WHEN n % 3 THEN 'AUTHENTICATED' ELSE 'NOT AUTHENTICATED' END, NULL,
    printf('principal-%08x', n * 2654435761 % 4294967296), 0.25, 'dev us-west-2',
    'requests/sensor-' || (n % 500) || '.yaml', :body FROM each
"""
_WORDS = """
    INSERT INTO word SELECT number, lower(authorizer || char(10) || verdict || char(10) || target || char(10) ||
    source || char(10) || principal || char(10) || 'client-' || number || char(10) || 'user-' || number % 1000)
    FROM invocation
"""


def fill(path: Path, count: int) -> None:
    """Make a new history with this many invocations, as `History.record` would have."""
    with closing(open_file(path)) as connection, transaction(connection):
        connection.execute(_ROWS, {"count": count, "body": record_of(FULL, "full").body})
        connection.execute(_WORDS)
        connection.execute("INSERT INTO word_index (word_index) VALUES ('rebuild')")
