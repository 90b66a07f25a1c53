"""Which run a refused one is compared with."""

from __future__ import annotations

import pytest

from authlens.store.history.record import HistoryRow
from authlens.ui.model.last_allowed import last_allowed
from support.app_services import NOW


def _row(
    number: int, source: str | None = None, *, name: str = "A", word: str = "AUTHENTICATED", stage: str = ""
) -> HistoryRow:
    return HistoryRow(number, NOW, name, word, None, None, 0.1, "AWS", source, stage)


@pytest.mark.parametrize(
    ("rows", "source", "number"),
    [
        ([_row(9), _row(3), _row(2)], None, 9),
        ([_row(3), _row(2)], None, 3),
        ([_row(4, "/b.yaml"), _row(3), _row(2, "/a.yaml"), _row(1, "/a.yaml")], "/a.yaml", 2),
        ([_row(4, "/a.yaml::x"), _row(3, "/b.yaml"), _row(2, "/a.yaml::y")], "/a.yaml::y", 2),
        ([_row(4, "/a.yaml::x"), _row(3, "/b.yaml")], "/a.yaml::y", 4),
        ([_row(9, "/a.yaml"), _row(3, "/b.yaml")], "/a.yaml", 9),
        ([_row(4, stage="policy"), _row(3)], None, 3),
        ([_row(4, stage="policy")], None, 4),
        ([_row(4, name="B"), _row(3, word="REFUSED", stage="signature"), _row(5)], None, None),
    ],
    ids=[
        "the newest",
        "an earlier",
        "same file",
        "same case",
        "another case",
        "later, same file",
        "all",
        "some",
        "none",
    ],
)
def test_the_last_allowed_run(rows: list[HistoryRow], source: str | None, number: int | None) -> None:
    found = last_allowed(rows, 5, source, "A")
    assert (found.number if found is not None else None) == number
