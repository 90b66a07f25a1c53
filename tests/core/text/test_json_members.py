"""Members of a JSON object: absent and null are the same, and another type is a sentence."""

from __future__ import annotations

from typing import Any

import pytest

from authlens.core.text.json_members import Members

READ = {
    "text": ("text", "x", "x"),
    "no text": ("text", None, None),
    "boolean": ("boolean", False, False),
    "integer": ("integer", 7, 7),
    "number": ("number", 1.5, 1.5),
    "number of an integer": ("number", 2, 2.0),
    "items": ("items", [1], [1]),
    "no items": ("items", None, []),
    "pairs of an object": ("pairs", {"a": "b"}, (("a", "b"),)),
    "pairs of a list": ("pairs", [["a", "b"], ["a", "c"]], (("a", "b"), ("a", "c"))),
    "no pairs": ("pairs", None, None),
    "text or bytes, text": ("text_or_bytes", "x", "x"),
    "text or bytes, bytes": ("text_or_bytes", {"base64": "aGk="}, b"hi"),
    "content": ("content", {"base64": "aGk="}, b"hi"),
    "no content": ("content", None, b""),
    "no members": ("members", None, None),
}


@pytest.mark.parametrize(("reading", "value", "expected"), READ.values(), ids=READ)
def test_reads(reading: str, value: Any, expected: Any) -> None:
    assert getattr(Members({"key": value}, "it"), reading)("key") == expected


WRONG = {
    "text": ("text", 1),
    "boolean": ("boolean", 1),
    "integer": ("integer", True),
    "number": ("number", False),
    "items": ("items", "x"),
    "pairs": ("pairs", 1),
    "content": ("content", {"base64": "?"}),
    "members": ("members", []),
}


@pytest.mark.parametrize(("reading", "value"), WRONG.values(), ids=WRONG)
def test_refuses(reading: str, value: Any) -> None:
    with pytest.raises(ValueError, match=r"^key "):
        getattr(Members({"key": value}, "it"), reading)("key")


def test_required() -> None:
    with pytest.raises(ValueError, match="it needs key"):
        Members({"key": None}, "it").required_text("key")
    assert Members({"key": ""}, "it").required_text("key") == ""
