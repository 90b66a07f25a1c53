"""How a statement about AWS is known."""

from __future__ import annotations

from typing import get_args

import pytest

from authlens.core.contract.statement import Certainty, Severity, Source, assumed, documented, measured, reported

PAGE = "https://docs.aws.amazon.com/"


def test_the_scale() -> None:
    assert get_args(Severity) == ("error", "warning", "info")


@pytest.mark.parametrize(
    ("source", "known", "mark"),
    [
        (measured(), Certainty.MEASURED, ""),
        (documented(PAGE), Certainty.DOCUMENTED, ""),
        (reported(PAGE), Certainty.REPORTED, "reported"),
        (assumed(), Certainty.ASSUMED, "assumed"),
    ],
)
def test_only_what_is_not_certain_is_marked(source: Source, known: Certainty, mark: str) -> None:
    assert (source.known, source.mark, source.is_certain) == (known, mark, not mark)
