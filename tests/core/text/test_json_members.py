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
    assert Members({"key": "x"}, "it").required_text("key") == "x"


WORDS = {
    "text": ("text", b"x", "key must be text"),
    "required text": ("required_text", 1, "key must be text"),
    "boolean": ("boolean", 0, "key must be true or false"),
    "integer, true": ("integer", True, "key must be a whole number"),
    "integer, fraction": ("integer", 1.0, "key must be a whole number"),
    "number, true": ("number", True, "key must be a number"),
    "number, text": ("number", "1", "key must be a number"),
    "items": ("items", {}, "key must be a list"),
    "pairs, number as value": ("pairs", {"a": 1}, "key must contain only text names and values"),
    "pairs, number as name": ("pairs", [[1, "a"]], "key must contain only text names and values"),
    "pairs, one of three": ("pairs", [["a", "b", "c"]], "key must contain only text names and values"),
    "pairs, a text of two characters": ("pairs", ["ab"], "key must contain only text names and values"),
    "pairs, no text": ("pairs", "", "key must contain only text names and values"),
    "pairs, one good and one bad": ("pairs", [["a", "b"], ["c", None]], "key must contain only text names and values"),
    "pairs, number": ("pairs", 7, "key must contain only text names and values"),
    "members": ("members", "x", "key must be a JSON object"),
    "content": ("content", {"base64": "?"}, "key is not base64"),
    "text or bytes": ("text_or_bytes", 1, "key must be text"),
}


@pytest.mark.parametrize(("reading", "value", "words"), WORDS.values(), ids=WORDS)
def test_refuses_word_for_word(reading: str, value: Any, words: str) -> None:
    with pytest.raises(ValueError, match=r"^key ") as caught:
        getattr(Members({"key": value}, "it"), reading)("key")
    assert str(caught.value) == words


@pytest.mark.parametrize(
    "reading", ["text", "boolean", "integer", "number", "members", "pairs", "text_or_bytes", "value"]
)
def test_null_and_absent_are_the_same(reading: str) -> None:
    assert getattr(Members({"key": None}, "it"), reading)("key") is None
    assert getattr(Members({}, "it"), reading)("key") is None


def test_values_of_any_type_and_empty_ones() -> None:
    members = Members({"a": 0, "b": {"c": "d"}, "e": {}, "t": True}, "it")
    assert (members.value("a"), members.required("a"), members.integer("a"), members.number("a")) == (0, 0, 0, 0.0)
    assert isinstance(members.number("a"), float)
    assert members.boolean("t") is True
    inner = members.members("b")
    assert inner is not None
    assert inner.text("c") == "d"
    assert members.pairs("e") == ()
    assert members.content("e") == b""
    with pytest.raises(ValueError, match=r"^it must be a JSON object$"):
        Members([], "it")
    with pytest.raises(ValueError, match=r"^b needs x$"):
        inner.required("x")
