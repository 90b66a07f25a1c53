"""Every invocation has its word."""

from __future__ import annotations

from dataclasses import replace

import pytest

from authlens.core.contract.outcome import Outcome
from authlens.core.invocation.invocation import Failure, FailureKind
from authlens.core.invocation.verdict_word import verdict_word
from support.stored_invocations import FAILED, FULL


@pytest.mark.parametrize(("authenticated", "word"), [(True, "AUTHENTICATED"), (False, "NOT AUTHENTICATED")])
def test_of_an_outcome(authenticated: bool, word: str) -> None:
    assert verdict_word(replace(FULL, result=Outcome(authenticated))) == word


@pytest.mark.parametrize("kind", FailureKind)
def test_of_a_failure(kind: FailureKind) -> None:
    word = verdict_word(replace(FAILED, result=Failure(kind, "E", None)))
    assert word.isupper()
    assert word not in ("AUTHENTICATED", "NOT AUTHENTICATED")
