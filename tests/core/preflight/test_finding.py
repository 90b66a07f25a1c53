from __future__ import annotations

from authlens.core.preflight.finding import Finding, Fix
from authlens.core.request.request import AuthorizerRequest


def test_findings_are_values() -> None:
    fix = Fix("Fix it", AuthorizerRequest("A"))
    assert Finding("x", "error", "token", "Wrong.", 0, 1, fix) == Finding("x", "error", "token", "Wrong.", 0, 1, fix)
    plain = Finding("x", "error", "token", "Wrong.")
    assert (plain.start, plain.end, plain.fix, plain.aws_words) == (0, 0, None, None)
