"""The caret stands under the character; no secret is shown above it."""

from __future__ import annotations

import json

import pytest
from hypothesis import given
from hypothesis import strategies as st

from authlens.core.commands.pointer import point_at

_WORD = st.text(alphabet="abcdefghij0123456789+/", min_size=6, max_size=12)


@pytest.mark.parametrize(
    ("option", "text", "index", "shown"),
    [
        ("--mqtt-context", "username=a,username=b", 11, "username=a,username=b\n           ^"),
        ("--mqtt-context", "username=a,password=hunter", 26, "username=a,password=******\n" + " " * 26 + "^"),
        ("--mqtt-context", '{"password": "hunter" "x"}', 22, '{"password": "******" "x"}\n' + " " * 22 + "^"),
        ("--mqtt-context", "username=u?token=abc", 0, "username=u?*********\n^"),
        ("--http-context", "headers={Token=abc", 18, "headers={Token=***\n" + " " * 18 + "^"),
        ("--cli-input-json", '{"token": "abc",}', 16, '{"token": "***",}\n' + " " * 16 + "^"),
        ("--cli-input-json", '{\n "token": "a"\n "b": 1}', 17, ' "b": 1}\n ^'),
        ("--cli-input-yaml", "token: [a, bc", 13, "token: *** **\n" + " " * 13 + "^"),
        ("--cli-input-yaml", "password: a, bc: d", 15, "password: ** *** *\n" + " " * 15 + "^"),
        ("--cli-input-json", '{"token": ["abc"', 16, '{"token": ["***"\n' + " " * 16 + "^"),
        ("--tls-context", "serverName", 10, "serverName\n          ^"),
        ("--tls-context", "\nab\nc", 2, "ab\n ^"),
        ("--tls-context", 'serverName=x,"a":"b"', 3, 'serverName=x,"a":"b"\n   ^'),
        ("--mqtt-context", "a\tb\rc", 5, "a b c\n     ^"),
        ("--cli-input-json", '{"x": {"A": "abc"}}, x', 12, '{"x": {"A": "abc"}}, x\n            ^'),
        (
            "--cli-input-json",
            '{"httpContext": {"headers": {"A": "abc"}}, x',
            40,
            '{"httpContext": {"headers": {"A": "***"}}, x\n' + " " * 40 + "^",
        ),
        (
            "--cli-input-yaml",
            "httpContext:\n  headers: {A: abc}\n  x: [y",
            20,
            "  ******** *** ***}\n       ^",
        ),
        ("--mqtt-context", 'password="a\\"b c" x', 18, 'password="*\\"* *" x\n' + " " * 18 + "^"),
    ],
)
def test_examples(option: str, text: str, index: int, shown: str) -> None:
    assert point_at(text, index, option) == shown


@given(before=_WORD, secret=_WORD)
def test_a_password_is_never_shown(before: str, secret: str) -> None:
    for text in (
        f"username={before},password={secret}",
        f"password='{secret}',username={before}",
        f'password="{secret}',
        json.dumps({"username": before, "password": f"{secret}"})[:-1],
    ):
        assert secret not in point_at(text, len(text), "--mqtt-context").replace(before, "")


@given(secret=_WORD)
def test_headers_and_query_are_never_shown(secret: str) -> None:
    for text in (
        f"headers={{A={secret},B='{secret}'}},queryString=?t={secret}&u={secret}",
        json.dumps({"headers": {"A": secret}, "queryString": f"?t={secret}"})[:-1],
    ):
        assert secret not in point_at(text, len(text), "--http-context")


@given(text=st.text(max_size=300), data=st.data())
def test_the_caret_is_under_the_character(text: str, data: st.DataObject) -> None:
    index = data.draw(st.integers(0, len(text)))
    line, caret = point_at(text, index, "--tls-context").rsplit("\n", 1)
    assert caret.strip() == "^"
    column = len(caret) - 1
    if index < len(text) and text[index] not in "\n\t\r" and "=" not in text and ":" not in text:
        assert line[column] == text[index]


def test_a_long_line_is_cut_sixty_characters_from_the_caret() -> None:
    line, caret = point_at("a" * 100 + "!" + "b" * 100, 100, "--tls-context").split("\n")
    assert line == "…" + "a" * 60 + "!" + "b" * 59 + "…"
    assert caret == " " * 61 + "^"
    line, caret = point_at("a" * 61 + "!" + "b" * 60, 61, "--tls-context").split("\n")
    assert line == "…" + "a" * 60 + "!" + "b" * 59 + "…"
    assert caret == " " * 61 + "^"
    assert point_at("a" * 60 + "!" + "b" * 59, 60, "--tls-context").split("\n")[0] == "a" * 60 + "!" + "b" * 59
