"""What a message to the person looks like."""

from __future__ import annotations

import pytest

from authlens.ui.runtime.host import quoted


@pytest.mark.parametrize(
    ("text", "said"),
    [("run `authlens init DIR` first", "run 'authlens init DIR' first"), ("a ` alone", "a ` alone"), ("", "")],
)
def test_code_is_quoted_where_nothing_can_be_bold(text: str, said: str) -> None:
    assert quoted(text) == said
