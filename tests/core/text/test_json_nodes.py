"""JSON into nodes: equal to Python's reader in its values, with places, without quoting what it refuses."""

from __future__ import annotations

import json
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from authlens.core.text.json_nodes import load
from authlens.core.text.yaml_reader import YamlError, YamlNode

values = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats(allow_nan=False, allow_infinity=False) | st.text(),
    lambda inner: st.lists(inner) | st.dictionaries(st.text(), inner),
    max_leaves=12,
)


@given(values, st.sampled_from([None, 0, 2]), st.booleans())
def test_reads_what_python_writes(value: Any, indent: int | None, ascii_only: bool) -> None:
    assert load(json.dumps(value, indent=indent, ensure_ascii=ascii_only)).plain() == value


REFUSED = {
    "nothing": ("", 1, 1, "the text is empty"),
    "trailing text": ("{}\n x", 2, 2, "unexpected text after the end"),
    "single quotes": ("{'SECRET': 1}", 1, 2, "double quotes"),
    "missing colon": ('{"a" "SECRET"}', 1, 6, "':'"),
    "missing comma": ('["SECRET" "SECRET"]', 1, 11, "a comma or `]`"),
    "trailing comma": ('["a",\n]', 2, 1, "trailing comma"),
    "open text": ('{"a":\n "SECRET', 2, 2, "no closing quote"),
    "open object": ('{"a": 1', 1, 8, "a comma or `}`"),
    "duplicate key": ('{"SECRET": 1,\n "SECRET": 2}', 2, 2, "line 1"),
    "not a number": ("[NaN]", 1, 2, "expected a value"),
    "too many digits": ("[" + "1" * 5000 + "]", 1, 2, "too many digits"),
    "too deep": ("[" * 2000, 1, 41, "deeper than 40"),
}


@pytest.mark.parametrize(("text", "line", "column", "words"), REFUSED.values(), ids=REFUSED)
def test_refuses_with_the_place(text: str, line: int, column: int, words: str) -> None:
    with pytest.raises(YamlError) as caught:
        load(text)
    assert (caught.value.line, caught.value.column) == (line, column)
    assert words in caught.value.message
    assert "SECRET" not in str(caught.value)


def test_nodes_know_their_place_key_and_text() -> None:
    node = load('{\n  "a": [1, "x"]\n}').mapping()["a"]
    number, text = node.list()
    assert node.key is not None
    assert (node.key.text, node.key.line, node.key.column) == ("a", 2, 3)
    assert (number.text, number.line, number.column) == ("1", 2, 9)
    assert (text.text, text.column) == ("x", 12)


def test_both_halves_of_an_emoji_are_one_character() -> None:
    assert load('"\\ud83d\\ude00"').value == "😀"


@pytest.mark.parametrize("text", ["[" + "1," * 19_999 + "1]", "{" + ",".join(f'"{n}":1' for n in range(10_000)) + "}"])
def test_has_a_limit_of_values(text: str) -> None:
    with pytest.raises(YamlError, match="more than 20,000 keys and values; split it"):
        load(text)


@pytest.mark.parametrize(
    "text",
    ["[" + "1," * 19_998 + "1]", "[{" + ",".join(f'"{n}":1' for n in range(9_999)) + "}]"],
    ids=["list", "object"],
)
def test_takes_twenty_thousand_keys_and_values(text: str) -> None:
    assert load(text).plain()
    with pytest.raises(YamlError, match="split it"):
        load(f"[{text}]")


@pytest.mark.parametrize(("start", "end"), [("[", "]"), ('{"a":', "}")])
def test_takes_forty_levels(start: str, end: str) -> None:
    assert load(start * 40 + "7" + end * 40).plain()
    with pytest.raises(YamlError, match=r"nested deeper than 40 levels") as caught:
        load(start * 41 + "7" + end * 41)
    assert caught.value.column == 40 * len(start) + 1


def test_every_part_of_a_node() -> None:
    node = load(' {"a" : [ true , null,"x\\n" ],\n"b":{} , "c":-1.5e3 } ')
    key = YamlNode("a", 1, 3, "a")
    assert node == YamlNode(
        {
            "a": YamlNode(
                [YamlNode(True, 1, 11, "true"), YamlNode(None, 1, 18, "null"), YamlNode("x\n", 1, 23, "x\n")],
                1,
                9,
                None,
                key,
            ),
            "b": YamlNode({}, 2, 5, None, YamlNode("b", 2, 1, "b")),
            "c": YamlNode(-1500.0, 2, 14, "-1.5e3", YamlNode("c", 2, 10, "c")),
        },
        1,
        2,
    )


PLACES = {
    "no value after a comma": ("[1, ]", 1, 5, "trailing comma before `]`"),
    "no colon": ('{"a" 1}', 1, 6, "expected ':' after the key"),
    "no comma": ("[1 2]", 1, 4, "expected a comma or `]`"),
    "no closing brace": ('{"a": 1 ', 1, 9, "unexpected end of text; expected a comma or `}`"),
    "a key that is not text": ("{ 1: 2}", 1, 3, "expected a key in double quotes"),
    "nothing after a comma": ('{"a": 1,}', 1, 9, "trailing comma before `}`"),
    "broken text": ('["a\\x"]', 1, 4, "invalid escape; write a backslash as two backslashes"),
    "more": ("1 2", 1, 3, "unexpected text after the end of the JSON value; look for a misplaced brace or bracket"),
    "infinity": ("-Infinity", 1, 1, "expected a value"),
    "a key again": ('{"a": 1,\n "b": 2, "a": 3}', 2, 10, "the same key is already on line 1"),
    "a key again on a later line": ('{\n"b": 2,\n"b": 3}', 3, 1, "the same key is already on line 2"),
}


@pytest.mark.parametrize(("text", "line", "column", "message"), PLACES.values(), ids=PLACES)
def test_refuses_word_for_word(text: str, line: int, column: int, message: str) -> None:
    with pytest.raises(YamlError) as caught:
        load(text)
    assert (caught.value.line, caught.value.column, caught.value.message) == (line, column, message)
