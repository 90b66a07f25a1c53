from __future__ import annotations

import pytest

from authlens.core.text.file_names import file_hint, file_name


@pytest.mark.parametrize(
    ("text", "name"),
    [
        ("./ctx.json", "./ctx.json"),
        ("../requests/ctx.json", "../requests/ctx.json"),
        ("~/ctx.yaml", "~/ctx.yaml"),
        ("./token", "./token"),
        ("/tmp/token.txt", "/tmp/token.txt"),
        ("ctx.json", "ctx.json"),
        ("a/b.JSON", "a/b.JSON"),
        ("@ctx.json", "ctx.json"),
        ("file://ctx.json", "ctx.json"),
        ("fileb://p.bin", "p.bin"),
        ("file:ctx.json", "ctx.json"),
        ("", None),
        ("allow", None),
        ("/mqtt", None),
        ("application/json", None),
        ("username=u,clientId=c", None),
        ("?a=./b.json", None),
        ('{"a": "b.json"}', None),
        ("eyJhbGciOi.eyJzdWIi.c2ln", None),
        ("two words.json", None),
        ("file: ctx.json", None),
        ("file:", None),
        ("/a/b", None),
        ("@~/token", "~/token"),
        ("a.json/b", None),
    ],
)
def test_the_name_of_a_file_is_distinguished_from_a_value(text: str, name: str | None) -> None:
    assert file_name(text) == name


def test_the_hint_is_what_to_write() -> None:
    assert file_hint("@./ctx.json") == "This looks like a file name; to read the file, write file://./ctx.json"
    assert file_hint("file:ctx.json") == "This looks like a file name; to read the file, write file://ctx.json"
    for text in ("file://ctx.json", "fileb://p.bin", "username=u", ""):
        assert file_hint(text) == ""
