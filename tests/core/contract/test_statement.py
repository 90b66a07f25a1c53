"""The severities, as preflight, lint and deployment share them."""

from __future__ import annotations

from typing import get_args

from authlens.core.contract.statement import Severity


def test_the_severities_are_in_order_of_gravity() -> None:
    assert get_args(Severity) == ("error", "warning", "info")
