from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from authlens.core.text.clip import clip


@pytest.mark.parametrize(
    ("sentence", "clipped"),
    [
        ("`short` is fine", "`short` is fine"),
        (f"`{'a' * 360}` is fine", f"`{'a' * 360}` is fine"),
        (f"`{'a' * 361}` is long", f"`{'a' * 200}…{'a' * 60}` is long"),
        (f"`{'a' * 9999}{'b' * 60}` and `c`", f"`{'a' * 200}…{'b' * 60}` and `c`"),
        ("x" * 2000, "x" * 800 + "…" + "x" * 199),
    ],
    ids=["short", "just short", "long", "two quotes", "no quote"],
)
def test_long_quotations_lose_their_middle(sentence: str, clipped: str) -> None:
    assert clip(sentence) == clipped


@given(st.text(alphabet="a`…", max_size=50), st.integers(1, 100))
def test_the_outcome_is_never_long(text: str, times: int) -> None:
    assert len(clip(text * times)) <= 1000


def test_a_sentence_of_a_thousand_characters_stays() -> None:
    assert clip("x" * 1000) == "x" * 1000
    assert clip("x" * 1001) == "x" * 800 + "…" + "x" * 199
