from __future__ import annotations

from authlens.core.contract.caveat import Caveat, in_order
from authlens.core.contract.stage import Stage


def test_warnings_come_first_and_each_is_listed_once() -> None:
    note, warning = Caveat("a", Stage.FOUND, "info", "", ""), Caveat("b", Stage.FOUND, "warning", "", "")
    assert in_order([note, warning, Caveat("a", Stage.FOUND, "warning", "later", "")]) == (warning, note)
