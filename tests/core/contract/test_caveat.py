from __future__ import annotations

from authlens.core.contract.caveat import Caveat, in_order
from authlens.core.contract.sources import WARNINGS
from authlens.core.contract.stage import Stage
from authlens.core.contract.statement import ASSUMED


def test_a_caveat_is_as_certain_as_its_source() -> None:
    known = next(iter(WARNINGS))
    assert Caveat(known, Stage.FOUND, "info", "", "").source == WARNINGS[known]
    assert Caveat("no-such-caveat", Stage.FOUND, "info", "", "").source == ASSUMED


def test_warnings_come_first_and_each_is_listed_once() -> None:
    note, warning = Caveat("a", Stage.FOUND, "info", "", ""), Caveat("b", Stage.FOUND, "warning", "", "")
    assert in_order([note, warning, Caveat("a", Stage.FOUND, "warning", "later", "")]) == (warning, note)
