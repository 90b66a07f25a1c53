"""Which run of the history to compare a refused one with: the last allowed one of the same request. Pure."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

from authlens.core.invocation.verdict_word import AUTHENTICATED
from authlens.core.saved.source import split_source

if TYPE_CHECKING:
    from authlens.store.history.history import HistoryRow


def last_allowed(rows: Sequence[HistoryRow], number: int, source: str | None, authorizer: str) -> HistoryRow | None:
    """The best of the rows, which come newest first.

    One of the same saved request is better than one of its authorizer, and one that everything was allowed of better
    than one that was only authenticated; of those that are alike, the newest is the last, whatever sent it.
    """
    candidates = (
        row for row in rows if row.verdict == AUTHENTICATED and row.number != number and row.authorizer == authorizer
    )
    return min(candidates, key=lambda row: _rank(row, source), default=None)


def _rank(row: HistoryRow, source: str | None) -> tuple[bool, bool, bool, int]:
    """The smallest is the best."""
    is_same = row.source == source and source is not None
    is_file = is_same or (source is not None and row.source is not None and _file(row.source) == _file(source))
    return bool(row.stage), not is_same, not is_file, -row.number


def _file(source: str) -> str:
    return split_source(source)[0]
