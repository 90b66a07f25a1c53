"""JSON of other tools: its value, or a sentence before it takes too much."""

from __future__ import annotations

import pytest

from authlens.core.text import json_limits
from authlens.core.text.json_limits import MOST_BYTES, MOST_VALUES, load_bounded


def test_the_value() -> None:
    assert load_bounded(b'{"a": [1, "\xc3\xa9"]}') == {"a": [1, "é"]}
    assert load_bounded(b"[" + b"1," * (MOST_VALUES - 2) + b"1]")[:2] == [1, 1]
    assert len(load_bounded(b'"' + b"a" * (MOST_BYTES - 2) + b'"')) == MOST_BYTES - 2


@pytest.mark.parametrize(
    ("content", "said"),
    [
        (b'"' + b"a" * (MOST_BYTES - 1) + b'"', "larger than 16 MiB"),
        (b"[" + b"{}," * (MOST_VALUES // 2) + b"{}]", "too many values"),
        (b"[" * 100_000, "nested too deeply"),
        (b"{", "Expecting"),
        (b"\xff\xfe\xff", "codec"),
        (b"", "Expecting value"),
    ],
    ids=["large", "many", "deep", "broken", "bytes", "empty"],
)
def test_what_is_refused(content: bytes, said: str) -> None:
    with pytest.raises(ValueError, match=said):
        load_bounded(content)


def test_the_limits() -> None:
    assert (json_limits.MOST_BYTES, json_limits.MOST_VALUES, json_limits.MOST_OF_ONE) == (16_777_216, 320_000, 100_000)


@pytest.mark.parametrize("content", ["[1,{}]", b"[1,{}]"])
def test_each_sign_that_makes_a_value_counts(content: str | bytes) -> None:
    assert load_bounded(content, 3) == [1, {}]
    with pytest.raises(ValueError, match=r"^it has too many values to be read in time$"):
        load_bounded(content, 2)
