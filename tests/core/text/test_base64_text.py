"""Base64 is read strictly, white space aside."""

from __future__ import annotations

import base64

import pytest
from hypothesis import given
from hypothesis import strategies as st

from authlens.core.text.base64_text import lenient_base64


@given(st.binary())
def test_reads_what_python_writes(content: bytes) -> None:
    assert lenient_base64(base64.encodebytes(content).decode()) == content


@pytest.mark.parametrize("text", ["?", "aGk", "é", "aG-k"])
def test_refuses(text: str) -> None:
    with pytest.raises(ValueError, match="not base64"):
        lenient_base64(text)
