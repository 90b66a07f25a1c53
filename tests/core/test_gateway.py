"""What a failed call carries."""

from __future__ import annotations

import pytest

from authlens.core.gateway import CallFailed
from authlens.core.invocation import Failure, FailureKind


@pytest.mark.parametrize(("message", "text"), [("Authorizer A not found", "Authorizer A not found"), (None, "Oops")])
def test_a_failed_call_reads_as_its_failure(message: str | None, text: str) -> None:
    error = CallFailed(Failure(FailureKind.AWS, "Oops", message))
    assert str(error) == text
