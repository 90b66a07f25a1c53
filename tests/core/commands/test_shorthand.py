"""The shorthand reader against the AWS CLI's own parser, and against what v2 was seen to do."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from authlens.core.commands import shorthand
from support.aws_cli import Child, child

_REAL_PARSER = """
import json, sys
from awscli.shorthand import ShorthandParseError, ShorthandParser
for line in sys.stdin:
    answers = []
    for text in json.loads(line):
        try:
            answers.append(["members", ShorthandParser().parse(text)])
        except ShorthandParseError as error:
            answers.append(["error", error.index])
    print(json.dumps(answers), flush=True)
"""

_PIECES = st.sampled_from(
    [*"ab=,{}[]\"'\\ @:\n\t-_?&./#~^|é😀\x01\x1c\xa0", "a=", "b={", "=[", '="', "\\,", "a=b,c=d", "={a=1,a=2}", ",a="]
)
_TEXTS = st.lists(_PIECES, max_size=18).map("".join)
_NAMES = st.sampled_from(["username", "password", "clientId", "A-b", "x.y/z#1:_"])
_VALUES = st.text(max_size=12)


@pytest.fixture(scope="module")
def real_parser() -> Iterator[Child]:
    with child(_REAL_PARSER) as process:
        yield process


def _ours(text: str) -> list[Any]:
    try:
        return ["members", shorthand.parse(text)]
    except shorthand.ShorthandError as error:
        return ["error", error.index]


@settings(max_examples=25)
@given(texts=st.lists(_TEXTS, min_size=60, max_size=60))
def test_reads_and_refuses_what_the_aws_cli_does(real_parser: Child, texts: list[str]) -> None:
    assert [_ours(text) for text in texts] == real_parser.ask(texts)


@pytest.mark.slow
@settings(max_examples=100)
@given(texts=st.lists(_TEXTS, min_size=100, max_size=100))
def test_reads_and_refuses_what_the_aws_cli_does_at_length(real_parser: Child, texts: list[str]) -> None:
    assert [_ours(text) for text in texts] == real_parser.ask(texts)


@pytest.mark.parametrize(
    ("text", "members"),
    [
        ("a=b", {"a": "b"}),
        ("a=", {"a": ""}),
        ("queryString=?a=b&c=d", {"queryString": "?a=b&c=d"}),
        ("queryString=?a=1,2", {"queryString": ["?a=1", "2"]}),
        ('queryString="?a=1,2"', {"queryString": "?a=1,2"}),
        ("a=b,c=d", {"a": "b", "c": "d"}),
        (r"a=b\,c", {"a": "b,c"}),
        ("headers={A=1,A=2}", {"headers": {"A": "2"}}),
        ("headers={ A = 1 , B=[x, y] }", {"headers": {"A": "1", "B": ["x", "y"]}}),
        ("a='it''s'", None),
        (r"a='it\'s'", {"a": "it's"}),
        (r'a="b\\c"', {"a": r"b\c"}),
        ("a=b,c,d", {"a": ["b", "c", "d"]}),
        ("a=b,'c d',e", {"a": ["b", "c d", "e"]}),
        ('a=x,"y,z",w', {"a": ["x", "y,z", "w"]}),
        ("a=b,c,d,e=f", {"a": ["b", "c", "d"], "e": "f"}),
        ("a=b,x y,c=d", {"a": ["b", "x y"], "c": "d"}),
        ("a=b,c=", {"a": "b", "c": ""}),
        ("a=,b", {"a": ["", "b"]}),
        ("a = b , c = d", {"a": "b", "c": "d"}),
        ("a=[1,'2',{b=3}],c={d=[e]}", {"a": ["1", "2", {"b": "3"}], "c": {"d": ["e"]}}),
        ("a=[ b , c ]", {"a": ["b", "c"]}),
        ("a={ } ,b=c", {"a": {}, "b": "c"}),
        ("a=[]", {"a": []}),
        ("=b", {"": "b"}),
        ("a@ = x", {"a": "x"}),
    ],
)
def test_examples(text: str, members: dict[str, Any] | None) -> None:
    if members is None:
        with pytest.raises(shorthand.ShorthandError):
            shorthand.parse(text)
    else:
        assert shorthand.parse(text) == members


@pytest.mark.parametrize(
    ("text", "index", "words"),
    [
        ("username", 8, "Expected: '=', received: 'EOF'"),
        ("headers={A=1", 12, "Expected: ',', received: 'EOF'"),
        ("username=a,username=b", 11, 'Second instance of key "username"'),
        ('a="b', 2, "Expected: '<double quoted>', received: '<none>'"),
        ("a='b", 2, "Expected: '<single quoted>', received: '<none>'"),
        ("a=b,", 4, "Expected: '<second>', received: '<none>'"),
        ("a=[b", 4, "Expected: ',', received: 'EOF'"),
        ("a=[] ", 5, "Expected: ',', received: 'EOF'"),
        ("a=b,,c", 6, "Expected: '=', received: 'EOF'"),
        ("a=b]", 3, "Expected: ',', received: ']'"),
        ("a=b,b=c,b=d", 8, 'Second instance of key "b" encountered; there may be a "," where a space was meant'),
    ],
)
def test_points_at_the_character(text: str, index: int, words: str) -> None:
    with pytest.raises(shorthand.ShorthandError) as error:
        shorthand.parse(text)
    assert error.value.index == index
    assert words in str(error.value)


def test_brackets_without_end_are_refused() -> None:
    with pytest.raises(shorthand.ShorthandError, match="nested too deeply"):
        shorthand.parse("a=" + "[" * 100_000)


def test_only_values_behind_an_at_sign_are_loaded() -> None:
    def load(text: str) -> str:
        return f"<{text}>"

    assert shorthand.parse("a@=file://x,b=file://y,c={d@='z'}", load) == {
        "a": "<file://x>",
        "b": "file://y",
        "c": {"d": "<z>"},
    }


@given(members=st.dictionaries(_NAMES, _VALUES | st.dictionaries(_NAMES, _VALUES), max_size=4))
def test_what_is_written_reads_back(members: dict[str, Any]) -> None:
    written = shorthand.write(members)
    assert written is None or shorthand.parse(written) == members


@given(members=st.dictionaries(_NAMES, st.text(alphabet=st.characters(max_codepoint=0xFFFF), max_size=12), min_size=1))
def test_a_value_is_quoted_where_it_is_asked_for(members: dict[str, str]) -> None:
    written = shorthand.write(members, lambda text: True)
    assert written is None or written.count('"') >= 2 * len(members)


def test_what_shorthand_cannot_say_is_left_to_json() -> None:
    assert shorthand.write({}) is None
    assert shorthand.write({"a b": "c"}) is None
    assert shorthand.write({"username": "sensor-7", "password": "a,b"}) == 'username=sensor-7,password="a,b"'
