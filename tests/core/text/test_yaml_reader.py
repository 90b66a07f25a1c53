"""The strict YAML reader: what it accepts, what it refuses and where, and that it never quotes the file."""

from __future__ import annotations

from typing import Any

import pytest
import yaml
from hypothesis import given
from hypothesis import strategies as st

from authlens.core.text import yaml_reader
from authlens.core.text.yaml_reader import MAX_BYTES, TooLong, YamlError, YamlNode, decode, load

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
    with pytest.raises(YamlError, match="larger than 512 KiB"):
        load("- é" + "a" * 700_000)


def test_the_limits() -> None:
    assert (yaml_reader.MAX_DEPTH, MAX_BYTES, yaml_reader.MAX_BYTES_SLOWLY) == (40, 1_048_576, 524_288)
    assert (yaml_reader.MAX_EVENTS, yaml_reader.MAX_EVENTS_SLOWLY) == (25_000, 10_000)


@pytest.mark.parametrize(
    ("start", "most"), [("[x", yaml_reader.MAX_EVENTS), ("[é", yaml_reader.MAX_EVENTS_SLOWLY)], ids=["fast", "slow"]
)
def test_the_number_of_values_is_limited(start: str, most: int) -> None:
    """Besides the values there are six events: the start and the end of the stream, the document and the list."""
    assert len(load(start + ",x" * (most - 7) + "]").list()) == most - 6
    with pytest.raises(TooLong) as caught:
        load(start + ",x" * (most - 3) + "]")
    assert caught.value.message == f"the file has more than {most:,} keys and values; split it"
    assert (caught.value.line, caught.value.column) == (1, 2 * (most - 3) + 2)


def test_the_size_is_limited_in_bytes() -> None:
    assert load("#" * MAX_BYTES).value is None
    assert decode(b"#" * MAX_BYTES) == "#" * MAX_BYTES
    for text in ("#" * (MAX_BYTES + 1), "#" + "é" * (MAX_BYTES // 2)):
        with pytest.raises(YamlError) as caught:
            load(text)
        assert caught.value.message == "the text is larger than 1048576 bytes"
    with pytest.raises(YamlError) as caught:
        decode(b"#" * (MAX_BYTES + 1))
    assert str(caught.value) == "line 1, column 1: the file is larger than 1048576 bytes"
    slowly = "#é" + "a" * (yaml_reader.MAX_BYTES_SLOWLY - 3)
    assert load(slowly).value is None
    with pytest.raises(TooLong, match=r"line 1, column 1: the file is larger than 512 KiB and is either not valid"):
        load(slowly + "a")


@pytest.mark.parametrize(("start", "end"), [("[", "]"), ("{a: ", "}")])
def test_takes_forty_levels(start: str, end: str) -> None:
    for value in ("x", "é"):
        assert load(start * 40 + value + end * 40).plain()
        with pytest.raises(YamlError, match="nested deeper than 40 levels") as caught:
            load(start * 41 + value + end * 41)
        assert (caught.value.line, caught.value.column) == (1, 40 * len(start) + 1)


def test_every_part_of_a_node() -> None:
    assert load("a: [1, 'x']\nb:\n  c: !!binary AAA=\n  d:\ne: é\n") == YamlNode(
        {
            "a": YamlNode([YamlNode(1, 1, 5, "1"), YamlNode("x", 1, 8, "x")], 1, 4, None, YamlNode("a", 1, 1, "a")),
            "b": YamlNode(
                {
                    "c": YamlNode(b"\0\0", 3, 6, "AAA=", YamlNode("c", 3, 3, "c")),
                    "d": YamlNode(None, 4, 5, "", YamlNode("d", 4, 3, "d")),
                },
                3,
                3,
                None,
                YamlNode("b", 2, 1, "b"),
            ),
            "e": YamlNode("é", 5, 4, "é", YamlNode("e", 5, 1, "e")),
        },
        1,
        1,
    )
    assert load("") == load("# c\n") == YamlNode(None, 1, 1, "")


@pytest.mark.parametrize(
    "text",
    [
        "a:\nb: 1",
        "- \n- a",
        "a:   \n\n  b:\n",
        "{a, b: }",
        "[a, , b]",
        "? a",
        "''",
        "a: ''\nb: \"\"",
        "a: 'b'\nc:\n",
        ": a",
        "- a\n-",
    ],
)
def test_empty_values_are_where_both_parsers_say(text: str) -> None:
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(yaml, "__with_libyaml__", False)
        without = outcome(text)
    assert outcome(text) == without


@pytest.mark.parametrize(
    ("text", "value"),
    [
        ("0", 0),
        ("+0", 0),
        ("1.", 1.0),
        (".5", 0.5),
        ("-1.5E-2", -0.015),
        ("1.5e+2", 150.0),
        ("1e2", "1e2"),
        (".", "."),
        ("+", "+"),
        ("1.2.3", "1.2.3"),
        ("NULL", None),
        ("nUll", "nUll"),
        ("FALSE", False),
        ("'~'", "~"),
        ("!!binary ''", b""),
    ],
)
def test_what_a_plain_value_is(text: str, value: Any) -> None:
    node = load(f"- {text}").list()[0]
    assert (type(node.value), node.value) == (type(value), value)


WORDS = {
    "anchor": ("a: &x 1", "anchors (&) are not supported; write the value out, or quote it if it is text"),
    "alias": ("a: *x", "aliases (*) are not supported; write the value out, or quote it if it is text"),
    "tag": ("a: !!str 1", "unsupported tag (!); only !!binary is allowed, and text that starts with ! needs quotes"),
    "tab": ("a:\n\t- b", "tabs are not allowed here; use spaces"),
    "colon": ("a: b: c", "unexpected ':'; quote text that contains a colon"),
    "open quote": ("a: 'b\n", "the text in quotes that begins here has no closing quote"),
    "escape": ('a: "\\q"', "unknown escape; use single quotes for a literal backslash"),
    "start": ("a: @b", "unexpected character; quote text that starts with it"),
    "question mark": ("a: ? b", "unexpected '?'; quote text that starts with it"),
    "dash": ("a: - b", "unexpected list item; quote text that starts with '-'"),
    "no colon": ("a: 1\nb\n", "expected ':' after the key"),
    "indentation": ("a:\n  b: c\n d: e\n", "indentation does not match the line above"),
    "end": ("a: [1,", "unexpected end of text; expected a value"),
    "stray quote": ("a: 'b' c", "expected a key here; look for a stray quote"),
    "brackets": ("a: {b: ]", "expected the node content, but found ']'"),
    "in brackets": ("a: [b: c: d]", "expected ',' or ']', but got ':'"),
    "second document": ("a: 1\n---\nb: 2", "a second document; a file may contain only one"),
    "key": ("? [a]\n: b", "a key must be text"),
    "again": ("a: 1\nb: 2\nb: 3", "the same key is already on line 2"),
    "base64": ("a: !!binary ???", "the value of !!binary must be base64"),
    "digits": ("a: " + "1" * 5000, "a number with too many digits; quote it if it is text"),
    "character": ("a: \x07", "the character U+0007 is not allowed in YAML"),
    "version": ("%YAML 2.0\n---\na", "found incompatible YAML document (version 1.* is required)"),
    "handle": ("%TAG !x! y\n%TAG !x! z\n---\na", "duplicate tag handle …"),
}


@pytest.mark.parametrize(("text", "message"), WORDS.values(), ids=WORDS)
def test_refuses_word_for_word(text: str, message: str) -> None:
    with pytest.raises(YamlError) as caught:
        load(text)
    assert caught.value.message == message


@pytest.mark.parametrize(
    ("read", "text", "message"),
    [
        (YamlNode.string, "~", "field has no value; write '' for an empty text, or remove the key"),
        (YamlNode.string, "7", "field must be text, not a number; quote it"),
        (YamlNode.string, "true", "field must be text, not true or false; quote it"),
        (YamlNode.string, "[a]", "field must be text, not a list"),
        (YamlNode.string, "!!binary AAAA", "field must be text, not binary"),
        (YamlNode.string_or_bytes, "{}", "field must be text, not a mapping"),
        (YamlNode.integer, "x", "field must be a whole number, not text"),
        (YamlNode.integer, "1.5", "field must be a whole number, not a number"),
        (YamlNode.integer, "false", "field must be a whole number, not true or false"),
        (lambda node: node.integer(0), "-1", "field must be at least 0"),
        (YamlNode.number, "false", "field must be a number, not true or false"),
        (YamlNode.number, "~", "field must be a number, not empty"),
        (lambda node: node.number(0), "-0.5", "field must be at least 0"),
        (YamlNode.boolean, "1", "field must be true or false, not a number"),
        (YamlNode.list, "{a: b}", "field must be a list, not a mapping"),
        (YamlNode.mapping, "[a]", "field must be a mapping of keys to values, not a list"),
        (lambda node: node.choice(["a", "b"]), "c", "field must be one of: a, b"),
        (lambda node: node.choice(["7"]), "7", "field must be one of: 7"),
    ],
)
def test_a_field_refuses_word_for_word(read: Any, text: str, message: str) -> None:
    with pytest.raises(YamlError) as caught:
        read(field(text))
    assert caught.value.message == message


def test_fields_at_their_least_and_choices_of_words() -> None:
    assert (field("0").integer(0), field("-7").integer(), field("0").number(0), field("1").number(1)) == (
        0,
        -7,
        0.0,
        1.0,
    )
    assert isinstance(field("1").number(), float)
    assert (field("true").choice(["true"]), field("'x'").choice(["y", "x"])) == ("true", "x")
    assert field("false").boolean() is False
    assert field("{a: [1, {b: ~}]}").plain() == {"a": [1, {"b": None}]}
    assert field("[]").list() == []
    assert field("x").error("m").args == ("m", 1, 8)


def test_the_nearest_known_key_is_suggested_whatever_its_case() -> None:
    with pytest.raises(YamlError) as caught:
        load("CLIENTID: x").fields("client", "clientId", "id")
    assert caught.value.message == "unknown key 'CLIENTID'; did you mean 'clientId'?"


def test_a_place_counts_from_one() -> None:
    assert [yaml_reader.place("ab\nc\n", at) for at in range(6)] == [(1, 1), (1, 2), (1, 3), (2, 1), (2, 2), (3, 1)]
    with pytest.raises(YamlError) as caught:
        decode(b"a\nbc\xff")
    assert str(caught.value) == "line 2, column 3: the file is not UTF-8 text"
