from __future__ import annotations

from authlens.core.preflight.finding import Finding, Fix
from authlens.core.request.request import AuthorizerRequest


def test_findings_are_values() -> None:
    fix = Fix("Mend it", AuthorizerRequest("A"))
    assert Finding("x", "error", "token", "Wrong.", 0, 1, fix) == Finding("x", "error", "token", "Wrong.", 0, 1, fix)
    assert Finding("x", "error", "token", "Wrong.").fix is None
