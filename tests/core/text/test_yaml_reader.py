"""The strict YAML reader: what it accepts, what it refuses and where, and that it never quotes the file."""

from __future__ import annotations

from typing import Any

import pytest
import yaml
from hypothesis import given
from hypothesis import strategies as st

from authlens.core.text.yaml_reader import MAX_BYTES, YamlError, YamlNode, decode, load

ACCEPTED = {
    "text": ("a: x", {"a": "x"}),
    "the words of YAML 1.1 are text": ("[no, off, yes, on, y, N]", ["no", "off", "yes", "on", "y", "N"]),
    "booleans": ("[true, False, TRUE]", [True, False, True]),
    "nulls": ("a: ~\nb:\nc: null", {"a": None, "b": None, "c": None}),
    "whole numbers": ("[7, -7, +7]", [7, -7, 7]),
    "fractions": ("[1.5, -.5, 2.5e3]", [1.5, -0.5, 2500.0]),
    "other numbers of YAML are text": (
        "[1e3, 0x1F, 0o17, 1_000, 12:30:45]",
        ["1e3", "0x1F", "0o17", "1_000", "12:30:45"],
    ),
    "dates are text": ("[2026-11-23, 2024-13-45]", ["2026-11-23", "2024-13-45"]),
    "quoted is text": ("['007', \"true\", '']", ["007", "true", ""]),
    "a value sign and a merge key are text": ("<<: =", {"<<": "="}),
    "keys are text as written": ("1: a\ntrue: b\n007: c", {"1": "a", "true": "b", "007": "c"}),
    "binary": ("a: !!binary |\n  AAEC\n  /w==", {"a": b"\x00\x01\x02\xff"}),
    "literal block": ("a: |\n  x\n  y\n", {"a": "x\ny\n"}),
    "comments and a document mark": ("# c\n---\na: x # d\n...\n", {"a": "x"}),
    "nothing": ("", None),
    "only a comment": ("# c", None),
    "flow": ("{a: [1, {b: c}]}", {"a": [1, {"b": "c"}]}),
}


@pytest.mark.parametrize(("text", "value"), ACCEPTED.values(), ids=ACCEPTED)
def test_accepts(text: str, value: Any) -> None:
    assert load(text).plain() == value


REFUSED = {
    "anchor": ("a: &x 1", 1, 4, "anchor"),
    "alias": ("a: *x", 1, 4, "alias"),
    "tag": ("a: !!str 1", 1, 4, "tag"),
    "tag on a list": ("a: !!set [b]", 1, 4, "tag"),
    "binary tag on a mapping": ("a: !!binary {b: c}", 1, 4, "tag"),
    "unknown tag handle": ("a: !x!y z", 1, 4, "tag"),
    "bad base64": ("a: !!binary ???", 1, 4, "base64"),
    "base64 that is not ASCII": ("a: !!binary é", 1, 4, "base64"),
    "duplicate key": ("a: 1\nb: 2\na: 3", 3, 1, "line 1"),
    "duplicate key in depth": ("a:\n  b: 1\n  'b': 2", 3, 3, "line 2"),
    "list as key": ("? [a]\n: b", 1, 3, "a key must be text"),
    "binary as key": ("!!binary AAAA: b", 1, 1, "a key must be text"),
    "second document": ("a: 1\n---\nb: 2", 2, 1, "second document"),
    "tab": ("a:\n\t- b", 2, 1, "tab"),
    "colon in plain text": ("a: b: c", 1, 5, "quote text that contains a colon"),
    "open quote": ("a: 'b\nc: d\n", 1, 4, "closing quote"),
    "a line set in": ("a:\n  b: c\n d: e\n", 3, 2, "indentation does not match"),
    "a dash": ("a: - b", 1, 4, "quote text that starts with"),
    "a question mark": ("a: ? b", 1, 4, "quote text that starts with"),
    "unknown escape": ('a: "\\q"', 1, 6, "single quotes"),
    "open bracket": ("a: [1,", 1, 7, "unexpected end"),
    "key without colon": ("a: 1\nb\n", 3, 1, "expected ':' after the key"),
    "at sign": ("a: @b", 1, 4, "quote text"),
    "control character": ("a: b\nc: \x07", 2, 4, "U+0007"),
    "lone surrogate": ("a: \ud800", 1, 4, "U+D800"),
    "too deep": ("[" * 2000, 1, 41, "deeper than 40"),
    "too many digits": ("a: " + "1" * 5000, 1, 4, "too many digits"),
    "escape past the last character": ('a: "\\UFFFFFFFF"', 1, 7, "not valid YAML"),
    "version of 5,000 digits": (f"%YAML {'1' * 5000}.1\n---\na: b", 1, 7, "not valid YAML"),
    "undefined directive handle": ("--- !a!b c", 1, 5, "tag"),
    "too large": ("#" * (MAX_BYTES + 1), 1, 1, "larger"),
    "too large in bytes": ("#" + "é" * (MAX_BYTES // 2), 1, 1, "larger"),
}


@pytest.mark.parametrize(("text", "line", "column", "words"), REFUSED.values(), ids=REFUSED)
def test_refuses_with_the_place(text: str, line: int, column: int, words: str) -> None:
    with pytest.raises(YamlError) as caught:
        load(text)
    assert (caught.value.line, caught.value.column) == (line, column)
    assert words in caught.value.message
    assert str(caught.value) == f"line {line}, column {column}: {caught.value.message}"


SECRET = "hunter2SECRET"
QUOTING = (
    f'token: "{SECRET}',
    f"token: '{SECRET}\nb: c",
    f"password: {SECRET}: x",
    f"a: *{SECRET}",
    f"a: &{SECRET} b",
    f"a: !{SECRET}!x b",
    f"%TAG !{SECRET}! x\n%TAG !{SECRET}! x\n---\na",
    f"%{SECRET} x\n--- !{SECRET}!y z",
    f"{SECRET}: 1\n{SECRET}: 2",
    f"a: [{SECRET}",
    f"a: {{{SECRET}: ]",
    f"a: @{SECRET}",
    f'a: "{SECRET}\\q"',
    f"a: !!binary {SECRET}?",
    f"a: |{SECRET}\n b",
    f"a:\n  - b\n {SECRET}: d",
)


@pytest.mark.parametrize("text", QUOTING)
def test_never_quotes_the_file(text: str) -> None:
    with pytest.raises(YamlError) as caught:
        load(text)
    assert SECRET not in str(caught.value)
    assert SECRET not in repr(caught.value)


@given(st.text(st.sampled_from("ab:?-[]{}&*!|>'\"%@`#,~\\ \n\t\r\u0085<=0159.é😀\ud800\x00"), max_size=40))
def test_any_text_is_read_or_refused(text: str) -> None:
    place = (1, 1)
    try:
        load(text)
    except YamlError as error:
        place = (error.line, error.column)
    assert min(place) >= 1


scalars = st.text() | st.integers() | st.booleans() | st.none() | st.binary()


@given(
    st.text(st.sampled_from("ab: \n-'\"[]{},\\#*<17.x"), max_size=30)
    | st.lists(st.sampled_from(["a:", " b", "\n", "  ", "- ", "[", "]", "{", "}", ", ", "'c'", '"\\x41"'])).map("".join)
)
def test_libyaml_reads_nothing_differently(text: str) -> None:
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(yaml, "__with_libyaml__", False)
        without = outcome(text)
    assert outcome(text) == without


def outcome(text: str) -> YamlNode | str:
    try:
        return load(text)
    except YamlError as error:
        return str(error)


@given(st.recursive(scalars, lambda inner: st.lists(inner) | st.dictionaries(st.text(), inner), max_leaves=10))
def test_reads_back_what_safe_dump_writes(value: Any) -> None:
    text = yaml.safe_dump(_without_shared(value))
    assert load(text).plain() == value


def _without_shared(value: Any) -> Any:
    """Copies, so that safe_dump writes no anchors."""
    if isinstance(value, dict):
        return {key: _without_shared(item) for key, item in value.items()}
    return [_without_shared(item) for item in value] if isinstance(value, list) else value


def field(text: str) -> YamlNode:
    return load(f"field: {text}").mapping()["field"]


FIELDS = {
    "string": (YamlNode.string, "no", "no"),
    "string or bytes, text": (YamlNode.string_or_bytes, "x", "x"),
    "string or bytes, bytes": (YamlNode.string_or_bytes, "!!binary AAAA", b"\0\0\0"),
    "integer": (YamlNode.integer, "5", 5),
    "number": (YamlNode.number, "5", 5.0),
    "boolean": (YamlNode.boolean, "true", True),
    "list": (lambda node: [item.string() for item in node.list()], "[a, b]", ["a", "b"]),
    "choice": (lambda node: node.choice(["full", "off"]), "off", "off"),
    "fields": (lambda node: list(node.fields("a", "b")), "{b: 1}", ["b"]),
    "least integer": (lambda node: node.integer(minimum=1), "1", 1),
    "least number": (lambda node: node.number(minimum=0.5), "0.5", 0.5),
}


@pytest.mark.parametrize(("read", "text", "value"), FIELDS.values(), ids=FIELDS)
def test_field_reads(read: Any, text: str, value: Any) -> None:
    assert read(field(text)) == value


MISTYPED = {
    "a number is not text": (YamlNode.string, "007", "field must be text, not a number; quote it"),
    "a fraction is not text": (YamlNode.string, "1.10", "quote it"),
    "true is not text": (YamlNode.string, "true", "quote it"),
    "nothing is not text": (YamlNode.string, "~", "has no value; write ''"),
    "a list is not text": (YamlNode.string, "[a]", "must be text, not a list"),
    "binary is not text": (YamlNode.string, "!!binary AAAA", "must be text, not binary"),
    "a mapping is not text or bytes": (YamlNode.string_or_bytes, "{a: b}", "must be text, not a mapping"),
    "true is not an integer": (YamlNode.integer, "true", "whole number, not true or false"),
    "a fraction is not an integer": (YamlNode.integer, "1.5", "whole number"),
    "too small": (lambda node: node.integer(minimum=1), "0", "at least 1"),
    "true is not a number": (YamlNode.number, "true", "must be a number"),
    "number too small": (lambda node: node.number(minimum=0.5), "0.1", "at least 0.5"),
    "text is not a boolean": (YamlNode.boolean, "yes", "true or false, not text"),
    "text is not a list": (YamlNode.list, "a", "must be a list, not text"),
    "text is not a mapping": (YamlNode.mapping, "a", "must be a mapping"),
    "not a choice": (lambda node: node.choice(["full", "off"]), "on", "one of: full, off"),
    "a list is not a choice": (lambda node: node.choice(["full"]), "[full]", "one of: full"),
}


@pytest.mark.parametrize(("read", "text", "words"), MISTYPED.values(), ids=MISTYPED)
def test_field_refuses(read: Any, text: str, words: str) -> None:
    with pytest.raises(YamlError) as caught:
        read(field(text))
    assert (caught.value.line, caught.value.column) == (1, 8)
    assert words in caught.value.message


def test_a_name_can_replace_the_key() -> None:
    with pytest.raises(YamlError, match="a header's value must be text"):
        field("7").string("a header's value")


def test_the_document_itself_has_a_name() -> None:
    with pytest.raises(YamlError, match="the value must be a mapping of keys to values, not text"):
        load("x").mapping()


def test_an_unknown_key_is_named_when_it_resembles_a_known_one() -> None:
    with pytest.raises(YamlError, match="unknown key 'tokn'; did you mean 'token'") as caught:
        load("a: 1\ntokn: x").fields("a", "token")
    assert (caught.value.line, caught.value.column) == (2, 1)


def test_an_unknown_key_that_resembles_nothing_is_not_quoted() -> None:
    with pytest.raises(YamlError) as caught:
        load(f"{SECRET}: x").fields("a", "token")
    assert caught.value.message == "unknown key; known here: a, token"


def test_decode_drops_the_byte_order_mark() -> None:
    assert decode("\ufeffa: é".encode()) == "a: é"


def test_decode_says_where_the_text_is_not_utf8() -> None:
    with pytest.raises(YamlError, match=r"line 2, column 4: .* UTF-8"):
        decode(b"a: x\nb: \xff")


def test_decode_refuses_what_is_too_large() -> None:
    with pytest.raises(YamlError, match="larger"):
        decode(b"#" * (MAX_BYTES + 1))


def test_what_is_slow_to_read_has_a_smaller_limit() -> None:
    assert load("- " + "a" * 700_000).value
    with pytest.raises(YamlError, match="larger than 640 KiB"):
        load("- é" + "a" * 700_000)
