from __future__ import annotations

import json
import math
from itertools import pairwise
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from authlens.core.text import json_reader
from authlens.core.text.json_reader import JsonArray, JsonObject, JsonString, parse, plain, string_offsets

VALUES = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats(allow_nan=False, allow_infinity=False) | st.text(),
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(st.text(max_size=5), inner, max_size=4),
    max_leaves=12,
)


@given(VALUES, st.sampled_from([None, 1, "\t"]), st.booleans())
def test_what_python_writes_is_read_as_python_reads_it(value: Any, indent: int | str | None, ascii_only: bool) -> None:
    written = json.dumps(value, indent=indent, ensure_ascii=ascii_only)
    read = parse(written)
    assert read.fault is None
    assert read.root is not None
    assert plain(read.root) == json.loads(written)


@given(st.text(alphabet=st.sampled_from('{}[]",:\\u0041dD8eEtrufalsn-+.0123 \n\r\t\x01\ud800é'), max_size=60))
def test_it_accepts_what_python_accepts_and_faults_the_rest(text: str) -> None:
    read = parse(text)
    try:
        expected = json.loads(text, parse_constant=_refuse)
    except (ValueError, RecursionError):
        assert read.root is None
        assert read.fault is not None
        assert 0 <= read.fault.span.start <= len(text)
    else:
        assert read.root is not None
        assert plain(read.root) == expected or _is_infinite(expected)


def _refuse(name: str) -> None:
    raise ValueError(name)


def _is_infinite(value: Any) -> bool:
    return isinstance(value, float) and math.isinf(value)


@given(st.text())
@settings(max_examples=80)
def test_no_text_raises(text: str) -> None:
    read = parse(text)
    assert (read.root is None) != (read.fault is None)


@pytest.mark.parametrize(
    ("text", "line", "column", "words"),
    [
        ("", 1, 1, "empty"),
        ("\ufeff{}", 1, 1, "byte order mark"),
        ('{"a": 1,}', 1, 9, "trailing comma"),
        ("[1 2]", 1, 4, "a comma or `]`"),
        ('{\n "a" 1}', 2, 6, "expected ':' after the key"),
        ("{\r\n\r\n 7: 1}", 3, 2, "key in double quotes"),
        ('{"a": "x\ny"}', 1, 9, "control character"),
        ('{"a": "x', 1, 7, "no closing quote"),
        ('["\\x"]', 1, 3, "invalid escape"),
        ('["\\', 1, 3, "invalid escape"),
        ('["\\u12"]', 1, 3, "four hexadecimal"),
        ("{'a': 1}", 1, 2, "double quotes, not single"),
        ("// a\n{}", 1, 1, "no comments"),
        ("[nul]", 1, 2, "expected a value"),
        ("[NaN]", 1, 2, "expected a value"),
        ('{"a": True}', 1, 7, "in JSON write true"),
        ("Version: '2012-10-17'\n", 1, 1, "looks like YAML"),
        ('{"a":', 1, 6, "unexpected end of text"),
        ("{} {}", 1, 4, "after the end of the JSON value"),
        ('{"a": "{"b": 1}"}', 1, 10, 'inside a string must be written \\"'),
        ("[" * 70, 1, 65, "deeper than 64"),
    ],
    ids=lambda value: repr(value)[:20] if isinstance(value, str) else "",
)
def test_a_fault_is_at_its_position(text: str, line: int, column: int, words: str) -> None:
    fault = parse(text).fault
    assert fault is not None
    assert (fault.span.line, fault.span.column) == (line, column)
    assert words in fault.message


def test_every_node_has_its_lines_and_columns() -> None:
    root = parse('{\n  "a": [true, "x"],\r\n  "b": -1.5e3\n}').root
    assert isinstance(root, JsonObject)
    spans = [
        (node.span.line, node.span.column, node.span.end_line, node.span.end_column) for node in json_reader.walk(root)
    ]
    assert spans == [(1, 1, 4, 2), (2, 8, 2, 19), (2, 9, 2, 13), (2, 15, 2, 18), (3, 8, 3, 14)]
    assert plain(root) == {"a": [True, "x"], "b": -1500.0}


def test_duplicate_keys_are_kept_and_the_last_one_counts() -> None:
    root = parse('{"a": 1, "b": 2, "a": 3}').root
    assert isinstance(root, JsonObject)
    assert [(again.span.column, first.span.column) for again, first in root.duplicates()] == [(18, 2)]
    last, key = root.get("a"), root.key("a")
    assert last is not None
    assert plain(last) == 3
    assert key is not None
    assert key.span.column == 18
    assert root.get("c") is None
    assert root.key("c") is None


@pytest.mark.parametrize("digits", ["9" * 5000, "-" + "9" * 400, "1e999999999"])
def test_a_huge_number_is_kept(digits: str) -> None:
    root = parse(digits).root
    assert root is not None
    assert str(plain(root)) in (digits, "inf")


def test_surrogates_pair_up_or_stay_alone() -> None:
    root = parse(r'["\ud83d\ude00", "\ud800", "\ude00\ud83d"]').root
    assert root is not None
    assert plain(root) == ["\U0001f600", "\ud800", "\ude00\ud83d"]


@given(st.text(), st.booleans())
def test_each_character_of_a_string_is_found_where_it_is_written(value: str, ascii_only: bool) -> None:
    text = " " + json.dumps(value, ensure_ascii=ascii_only)
    root = parse(text).root
    assert isinstance(root, JsonString)
    offsets = string_offsets(text, root.span)
    assert len(offsets) == len(root.value) + 1
    ends = pairwise(offsets)
    assert [json.loads(f'"{text[start:end]}"') for start, end in ends] == list(root.value)


@pytest.mark.parametrize(
    ("text", "words"),
    [("{}", "an object"), ("[]", "a list"), ('""', "a string"), ("1", "a number"), ("null", "null"), ("true", "true")],
)
def test_values_are_named(text: str, words: str) -> None:
    root = parse(text).root
    assert root is not None
    assert json_reader.words(root) == words


def test_a_list_is_a_list() -> None:
    root = parse("[1, 2]").root
    assert isinstance(root, JsonArray)
    assert len(root.items) == 2


def test_has_a_limit_of_values() -> None:
    assert json_reader.parse("[" + "1," * 24_998 + "1]").root is not None
    fault = json_reader.parse("[" + "1," * 24_999 + "1]").fault
    assert fault is not None
    assert fault.message == "the JSON has more than 25,000 keys and values; split it"
    assert fault.span.column == 50_000


QUOTE = '; a double quote inside a string must be written \\"'


@pytest.mark.parametrize(
    ("text", "span", "message"),
    [
        ("", (0, 0, 1, 1, 1, 1), "the text is empty; JSON was expected"),
        (" \n", (0, 1, 1, 1, 1, 2), "the text is empty; JSON was expected"),
        ("[1,\n]", (4, 5, 2, 1, 2, 2), "trailing comma before `]`"),
        ("[1", (2, 2, 1, 3, 1, 3), "unexpected end of text; expected a comma or `]`"),
        ('{"a" 1}', (5, 6, 1, 6, 1, 7), "expected ':' after the key"),
        ('{"a', (1, 2, 1, 2, 1, 3), "this string has no closing quote"),
        ('["a\tb"]', (3, 4, 1, 4, 1, 5), "line breaks and control characters inside a string must be escaped"),
        ('["a\\u12g4"]', (3, 4, 1, 4, 1, 5), "`\\u` must be followed by four hexadecimal digits"),
        ('["ok\\n\\u00e9\\q"]', (12, 13, 1, 13, 1, 14), "invalid escape; write a backslash as two backslashes"),
        ("{", (1, 1, 1, 2, 1, 2), "unexpected end of text; expected a key in double quotes"),
        ("{'a': 1}", (1, 2, 1, 2, 1, 3), "JSON strings need double quotes, not single quotes"),
        ("['a']", (1, 2, 1, 2, 1, 3), "JSON strings need double quotes, not single quotes"),
        ("[# a\n]", (1, 2, 1, 2, 1, 3), "JSON has no comments"),
        ("{/* a */}", (1, 2, 1, 2, 1, 3), "JSON has no comments"),
        ("[True]", (1, 2, 1, 2, 1, 3), "`True` is Python; in JSON write true"),
        ("[False]", (1, 2, 1, 2, 1, 3), "`False` is Python; in JSON write false"),
        ("None", (0, 1, 1, 1, 1, 2), "`None` is Python; in JSON write null"),
        ("[trueish]", (1, 2, 1, 2, 1, 3), "expected a value"),
        ("a: b", (0, 1, 1, 1, 1, 2), "this looks like YAML; a policy is JSON"),
        ("a:", (0, 1, 1, 1, 1, 2), "this looks like YAML; a policy is JSON"),
        ("a:b", (0, 1, 1, 1, 1, 2), "expected a value"),
        ("[a: b]", (1, 2, 1, 2, 1, 3), "expected a value"),
        ("[+1]", (1, 2, 1, 2, 1, 3), "expected a value"),
        ("[01]", (2, 3, 1, 3, 1, 4), "expected a comma or `]`"),
        ('["a"b]', (4, 5, 1, 5, 1, 6), f"expected a comma or `]`{QUOTE}"),
        ('{"a" b": 1}', (5, 6, 1, 6, 1, 7), f"expected ':' after the key{QUOTE}"),
        ('["a" 1]', (5, 6, 1, 6, 1, 7), "expected a comma or `]`"),
        ("[1 a]", (3, 4, 1, 4, 1, 5), "expected a comma or `]`"),
        (
            *("{}}", (2, 3, 1, 3, 1, 4)),
            "unexpected text after the end of the JSON value; look for a misplaced brace or bracket",
        ),
        (
            *("\ufeff{}", (0, 1, 1, 1, 1, 2)),
            "the text starts with a byte order mark, which is not valid JSON; save it without one",
        ),
    ],
)  # fmt: skip
def test_each_fault_word_for_word(text: str, span: tuple[int, ...], message: str) -> None:
    assert parse(text) == json_reader.JsonText(
        None, json_reader.JsonFault("json-syntax", message, json_reader.Span(*span))
    )


@pytest.mark.parametrize(("start", "end"), [("[", "]"), ('{"a":', "}")])
def test_takes_sixty_four_levels(start: str, end: str) -> None:
    assert parse(start * 64 + "7" + end * 64).fault is None
    fault = parse(start * 65 + "7" + end * 65).fault
    assert fault is not None
    assert (fault.message, fault.span.start) == ("the JSON is nested deeper than 64 levels", 64 * len(start))
    assert parse("[" + f"{start}7{end}," * 80 + "7]").fault is None, "levels that are closed again do not count"


def test_keys_count_as_values() -> None:
    members = ",".join(f'"{n}":1' for n in range(12_499))
    assert parse("[{" + members + "}]").fault is None
    assert parse("[[{" + members + "}]]").fault is not None


@pytest.mark.parametrize(
    ("text", "value"),
    [
        ("9" * 300, int("9" * 300)),
        ("9" * 301, "9" * 301),
        ("-" + "9" * 299, -int("9" * 299)),
        ("-0", 0),
        ("1e2", 100.0),
    ],
    ids=["300 digits", "301 digits", "minus", "minus zero", "exponent"],
)
def test_a_number_of_up_to_300_characters_is_a_number(text: str, value: int | float | str) -> None:
    root = parse(text).root
    assert isinstance(root, json_reader.JsonNumber)
    assert root.text == text
    assert plain(root) == value


def test_every_part_of_a_tree() -> None:
    read = parse(' {"a": [true, null],\r\n"b":"\\u00e9"}')
    span = json_reader.Span
    assert read.root == JsonObject(
        (
            (
                JsonString("a", span(2, 5, 1, 3, 1, 6)),
                JsonArray(
                    (
                        json_reader.JsonWord(True, span(8, 12, 1, 9, 1, 13)),
                        json_reader.JsonWord(None, span(14, 18, 1, 15, 1, 19)),
                    ),
                    span(7, 19, 1, 8, 1, 20),
                ),
            ),
            (JsonString("b", span(22, 25, 2, 1, 2, 4)), JsonString("é", span(26, 34, 2, 5, 2, 13))),
        ),
        span(1, 35, 1, 2, 2, 14),
    )


def test_words_and_walking() -> None:
    root = parse('[false, {"a": [1]}, "x"]').root
    assert root is not None
    assert [json_reader.words(node) for node in json_reader.walk(root)] == [
        *("a list", "false", "an object", "a list", "a number", "a string"),
    ]


@pytest.mark.parametrize(
    ("content", "offsets"),
    [
        ("ab", [2, 3, 4]),
        (r"\n\\x", [2, 4, 6, 7]),
        (r"\u00e9x", [2, 8, 9]),
        (r"\ud83d\ude00x", [2, 14, 15]),
        (r"\uD83D\uDE00", [2, 14]),
        (r"\ud83dx", [2, 8, 9]),
        (r"\ud83d\u00e9", [2, 8, 14]),
        (r"\ude00\ude00", [2, 8, 14]),
        ("", [2]),
    ],
)
def test_the_offsets_of_characters_and_escapes(content: str, offsets: list[int]) -> None:
    text = f'["{content}"]'
    root = parse(text).root
    assert isinstance(root, JsonArray)
    assert string_offsets(text, root.items[0].span) == offsets


def test_a_part_of_a_span_is_on_its_line() -> None:
    string = json_reader.Span(10, 20, 3, 5, 3, 15)
    assert json_reader.within(string, 12, 14) == json_reader.Span(12, 14, 3, 7, 3, 9)


def test_lines_end_with_any_line_break() -> None:
    places = json_reader.LinePlaces("a\nb\rc\r\nd")
    assert [places.span(at, at).line for at in range(9)] == [1, 1, 2, 2, 3, 3, 3, 4, 4]
    assert places.span(0, 8) == json_reader.Span(0, 8, 1, 1, 4, 2)
