"""What a failed call carries."""

from __future__ import annotations

import pytest

from authlens.core.invocation.gateway import CallFailed
from authlens.core.invocation.invocation import Failure, FailureKind


@pytest.mark.parametrize(("message", "text"), [("Authorizer A not found", "Authorizer A not found"), (None, "Oops")])
def test_a_failed_call_reads_as_its_failure(message: str | None, text: str) -> None:
    error = CallFailed(Failure(FailureKind.AWS, "Oops", message))
    assert str(error) == text


@pytest.mark.parametrize(
    ("error", "message", "advice", "words"),
    [
        ("Oops", "no", "Do so.", "Oops: no. Do so."),
        ("Oops", None, None, "Oops"),
        ("UnknownOperationException", "It serves A, B.", "A local endpoint has none.", "A local endpoint has none."),
        ("UnknownOperationException", "It serves A, B.", None, "UnknownOperationException: It serves A, B."),
    ],
)
def test_a_failed_call_in_words(error: str, message: str | None, advice: str | None, words: str) -> None:
    assert CallFailed(Failure(FailureKind.AWS, error, message, advice=advice)).words == words
