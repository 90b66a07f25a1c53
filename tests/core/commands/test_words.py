"""Words of a pasted line against a real shell and the standard library."""

from __future__ import annotations

import shlex
import subprocess

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from authlens.core.commands.words import WordsError, split

_TEXT = st.text(alphabet=st.characters(exclude_categories=["Cs"], exclude_characters="\0"), max_size=15)
_PARTS = st.sampled_from(
    ["a", " ", "\t", "'b c'", '"d e"', r"\ ", r"\'", r'"\""', r'"\\"', r'"\x"', "''", r"\\", "-=", "é", "\\\n", "x#y"]
)


def _texts(line: str) -> list[str]:
    return [word.text for word in split(line).words]


@given(words=st.lists(_TEXT, min_size=1, max_size=5))
def test_what_is_quoted_for_a_shell_reads_back(words: list[str]) -> None:
    assert _texts("aws " + shlex.join(words)) == ["aws", *words]


@given(lines=st.lists(st.lists(_PARTS, max_size=10).map("".join), min_size=20, max_size=20))
@settings(max_examples=20)
def test_splits_as_a_real_shell_does(lines: list[str]) -> None:
    function = "w() { for word do printf '%s\\0' \"$word\"; done; printf 'END\\0'; }\n"
    script = function + "".join(f"w {line}\n\n" for line in lines)
    said = subprocess.run(["sh", "-s"], input=script.encode(), capture_output=True, check=True).stdout.decode()
    assert [run.split("\0")[:-1] for run in said.split("END\0")[:-1]] == [_texts(f"w {line}")[1:] for line in lines]


@pytest.mark.parametrize(
    ("line", "words"),
    [
        ("$ aws iot", ["aws", "iot"]),
        ("me@host:~/x$ aws iot", ["aws", "iot"]),
        ("\n  aws iot \\\n    --token x\n", ["aws", "iot", "--token", "x"]),
        ("aws iot \\\r\n --token x", ["aws", "iot", "--token", "x"]),
        ("aws iot ^\n --token x", ["aws", "iot", "--token", "x"]),
        ("aws iot `\n --token x", ["aws", "iot", "--token", "x"]),
        ("aws iot \\\n> --token x", ["aws", "iot", "--token", "x"]),
        ("aws to\\\nken", ["aws", "token"]),
        ("aws iot\n  --token x", ["aws", "iot", "--token", "x"]),
        ("aws iot \\ \n  --token x", ["aws", "iot", "--token", "x"]),
        ("aws iot\r\n  --token x\r\nls", ["aws", "iot", "--token", "x"]),
        ("aws iot \u2014token \u201ca b\u201d \u2018c d\u2019", ["aws", "iot", "--token", "a b", "c d"]),
        ("aws '{\\\"a\\\": 1}' `\n --token x", ["aws", '{"a": 1}', "--token", "x"]),
        ("# the login\naws iot # and so on", ["aws", "iot"]),
        ("aws iot | jq .", ["aws", "iot"]),
        ("aws iot > out.json", ["aws", "iot"]),
        ("aws iot 2>&1", ["aws", "iot"]),
        ("aws iot && echo", ["aws", "iot"]),
        ("aws 21 x2", ["aws", "21", "x2"]),
        ("aws iot\naws sts", ["aws", "iot"]),
        (r"aws $'a\n\t\x41\u00e9\'\\\101\e\q'", ["aws", "a\n\tAé'\\A\x1b\\q"]),
        ('aws $"x"', ["aws", "x"]),
        ('aws "a$" $', ["aws", "a$", "$"]),
        ("aws '' \"\"", ["aws", "", ""]),
        ("", []),
        ("  \n ", []),
        ("aws a\\", ["aws", "a"]),
        ("aws a2> x", ["aws", "a2"]),
        ("aws a 1>x", ["aws", "a"]),
        ("aws x)y", ["aws", "x)y"]),
        ("aws a#b # c", ["aws", "a#b"]),
        ('aws "a\\\nb\\c\\\\"', ["aws", "ab\\c\\"]),
        ("aws $'\\x \\u \\U00110000 \\U0010FFFF \\777 \\x41g'", ["aws", "\\x \\u \\U00110000 \U0010ffff ÿ Ag"]),
        ("aws a\u2014b", ["aws", "a\u2014b"]),
        ("aws 'a`\n' '\\\"' `\n b", ["aws", "a`\n", '"', "b"]),
    ],
)
def test_examples(line: str, words: list[str]) -> None:
    assert _texts(line) == words


@pytest.mark.parametrize(
    ("line", "written"),
    [
        ("$TOKEN", "${env:TOKEN}"),
        ('"a ${TOKEN}b"', "a ${env:TOKEN}b"),
        ("$(cat 'my file')", "${file:my file}"),
        ('"$(keyring get s u)"', "${keyring:s/u}"),
        ("'$TOKEN'", "$TOKEN"),
        ("'${env:X}'", "$${env:X}"),
        (r"\$TOKEN", "$TOKEN"),
        ("'$${'", "$$${"),
        ('"${X:-a\\$b}"', "${env:X:-a$b}"),
        ('"${X:-}c"', "${env:X:-}c"),
    ],
)
def test_substitutions_become_references(line: str, written: str) -> None:
    words = split(f"aws {line}")
    assert words.written(words.words[1].text) == written


def test_a_private_character_of_the_text_is_not_a_reference() -> None:
    words = split("aws '\ue000'$X")
    assert words.written({"a": [words.words[1].text], "b": words.words[1].text})["b"] == "\ue000${env:X}"


@pytest.mark.parametrize(
    ("line", "index"),
    [
        ("aws 'abc", 4),
        ('aws "abc', 4),
        ("aws $'abc", 4),
        ("aws `date`", 4),
        ('aws "`date`"', 5),
        ("aws $(rm -rf x)", 4),
        ("aws $(cat 'x", 4),
        ("aws $(cat x", 4),
        ("aws $(cat xy", 4),
        ("aws $(cat x y)", 4),
        ('aws "a$(cat"', 6),
        ("aws ${X:-y}", 4),
        ("aws $((1+1))", 4),
        ("aws $@", 4),
    ],
)
def test_what_cannot_be_read_is_refused_at_its_place(line: str, index: int) -> None:
    with pytest.raises(WordsError) as error:
        split(line)
    assert error.value.index == index


def test_a_back_tick_at_the_end_of_a_line_in_quotes_is_not_powershell() -> None:
    assert [word.text for word in split("aws 'a`\n\\\"b'").words] == ["aws", 'a`\n\\"b']


def test_words_know_where_they_start() -> None:
    assert [(word.text, word.start) for word in split("$ aws  'b c' \\\n  d").words] == [
        ("aws", 2),
        ("b c", 7),
        ("d", 17),
    ]


def test_a_parenthesis_ends_a_command_inside_a_substitution() -> None:
    assert [word.text for word in split("x=$(aws 'a)b' c) d", 4, True).words] == ["aws", "a)b", "c"]


def test_each_reference_has_a_character_of_its_own_that_the_text_does_not_hold() -> None:
    words = split("aws '\ue001' $X$Y")
    assert words.references == {"\ue000": "${env:X}", "\ue002": "${env:Y}"}
    assert words.refers(words.words[2].text)
    assert not words.refers(words.words[1].text)
