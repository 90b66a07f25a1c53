"""JSON of other tools: its value, or a sentence before it takes too much."""

from __future__ import annotations

import pytest

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
