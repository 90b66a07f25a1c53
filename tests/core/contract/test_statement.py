"""How a statement about AWS is known."""

from __future__ import annotations

from typing import get_args

import pytest

from authlens.core.contract.statement import Known, Severity, Source, assumed, documented, measured, reported

PAGE = "https://docs.aws.amazon.com/"


def test_the_scale() -> None:
    assert get_args(Severity) == ("error", "warning", "info")


@pytest.mark.parametrize(
    ("source", "known", "mark"),
    [
        (measured(), Known.MEASURED, ""),
        (documented(PAGE), Known.DOCUMENTED, ""),
        (reported(PAGE), Known.REPORTED, "reported"),
        (assumed(), Known.ASSUMED, "assumed"),
    ],
)
def test_only_what_is_not_certain_is_marked(source: Source, known: Known, mark: str) -> None:
    assert (source.known, source.mark, source.is_certain) == (known, mark, not mark)
