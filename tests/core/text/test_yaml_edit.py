"""Values changed in a text: what is edited reads as wanted, and everything else stays byte for byte."""

from __future__ import annotations

from typing import Any

import pytest
import yaml
from hypothesis import given
from hypothesis import strategies as st

from authlens.core.text.yaml_edit import NotEditable, edited
from authlens.core.text.yaml_writer import dump

FILE = """\
# About this file.
description:   'quoted'   # why

target: {region: eu-west-1,   local: "demo"}  # flow
request:
    # indented by four
    token: plain      # the token
    headers:
        A: one

        # between
        B: "two"
    lines: |
        first
        second
list:
- one   # first
# before two
- 'two'
flow: [a,  b, c]  # letters
"""


def meaning(text: str) -> Any:
    return yaml.safe_load(text)


def change(path: str, value: Any) -> str:
    """The file with one value changed; `...` removes it."""
    old, new = meaning(FILE), meaning(FILE)
    *way, last = path.split(".")
    place = new
    for name in way:
        place = place[name]
    if value is ...:
        del place[last]
    else:
        place[last] = value
    text = edited(FILE, old, new)
    assert meaning(text) == new
    return text


@pytest.mark.parametrize(
    ("path", "value", "before", "after"),
    [
        ("description", "it's", "'quoted'", "'it''s'"),
        ("description", "two\nlines", "'quoted'", '"two\\nlines"'),
        ("target.region", "us-east-1", "eu-west-1", 'us-east-1'),
        ("target.local", "x.yaml", '"demo"', '"x.yaml"'),
        ("target.local", ..., ',   local: "demo"', ""),
        ("target.region", ..., "region: eu-west-1,   ", ""),
        ("target.profile", "dev", '"demo"}', '"demo", profile: dev}'),
        ("request.token", "other", "plain", "other"),
        ("request.token", "no", "plain", "'no'"),
        ("request.token", b"\x00\xff", "plain", '!!binary "AP8="'),
        ("request.token", ..., "    token: plain      # the token\n", ""),
        ("request.headers.A", ..., "        A: one\n", ""),
        ("request.headers.C", "three", '"two"\n', '"two"\n        C: three\n'),
        ("request.headers.B", "tw\"o", '"two"', '"tw\\"o"'),
        ("request.lines", "first\nthird\n", "        second\n", "        third\n"),
        ("request.lines", "one", "|\n        first\n        second\n", "one\n"),
        ("request.more", {"x": 1}, "        second\n", "        second\n    more:\n      x: 1\n"),
        ("list", ["one", "2"], "'two'", "'2'"),
        ("list", ["one"], "- 'two'\n", ""),
        ("list", ["one", "two", "three"], "- 'two'\n", "- 'two'\n- three\n"),
        ("list", ["zero", "one", "two"], "- one ", "- zero\n- one "),
        ("flow", ["a", "c"], "a,  b", "a"),
        ("flow", ["a", "b", "c", "d"], "b, c", "b, c, d"),
        ("flow", ["a, b", "b", "c"], "[a", '["a, b"'),
        ("flow", ["z", "b", "c"], "[a", "[z"),
        ("list", ..., "list:\n- one   # first\n# before two\n- 'two'\n", ""),
        ("added", "x", " # letters\n", " # letters\nadded: x\n"),
    ],
)  # fmt: skip
def test_only_the_span_of_the_change_differs(path: str, value: Any, before: str, after: str) -> None:
    text = change(path, value)
    assert FILE.count(before) == 1
    assert text == FILE.replace(before, after)


def test_json_stays_json() -> None:
    text = '{\n  "a": "x",\n  "b": {"c": "y"}\n}\n'
    assert edited(text, {"a": "x", "b": {"c": "y"}}, {"a": "z", "b": {"c": "y", "d": "n"}}) == (
        '{\n  "a": "z",\n  "b": {"c": "y", "d": "n"}\n}\n'
    )


def test_line_ends_of_windows_and_a_missing_last_one_are_kept() -> None:
    assert edited("a: x\r\nb: y", {"a": "x", "b": "y"}, {"a": "x", "b": "y", "c": "z"}) == "a: x\r\nb: y\r\nc: z\r\n"


def test_an_entry_of_the_top_level_may_be_rewritten() -> None:
    text = edited(FILE, meaning(FILE), {**meaning(FILE), "request": {"token": "t"}}, deep=False)
    assert text == FILE[: FILE.index("request:")] + "request:\n  token: t\n" + FILE[FILE.index("list:") :]


@pytest.mark.parametrize("text", ["x", "[a]", "{}"])
def test_what_is_not_a_mapping_is_not_edited(text: str) -> None:
    with pytest.raises(NotEditable):
        edited(text, {}, {"a": "b"})


KEYS = st.sampled_from(["a", "b", "c", "d e"])
SCALARS = st.text(alphabet="ab '\"\\#:-{}[],&*!|>%@`\nü", max_size=6) | st.integers(0, 99) | st.booleans() | st.none()
DOCUMENTS = st.dictionaries(
    KEYS,
    st.recursive(
        SCALARS, lambda inner: st.dictionaries(KEYS, inner, min_size=1) | st.lists(inner, min_size=1, max_size=3)
    ),
    min_size=1,
)


@given(old=DOCUMENTS, new=DOCUMENTS, flow=st.booleans())
def test_what_is_edited_reads_as_wanted(old: dict[str, Any], new: dict[str, Any], flow: bool) -> None:
    text = yaml.safe_dump(old, default_flow_style=True) if flow else dump(old)
    for deep in (True, False):
        try:
            made = edited(text, old, new, deep)
        except NotEditable:
            continue
        assert meaning(made) == new


@pytest.mark.parametrize("indent", [3, 4, 8])
def test_a_block_of_one_line_keeps_its_indentation(indent: int) -> None:
    text = f"a:\n  b: |\n{' ' * indent}one\n  c: 1\n"
    found = edited(text, {"a": {"b": "one\n", "c": 1}}, {"a": {"b": "two\nthree\n", "c": 1}})
    assert found == text.replace(f"{' ' * indent}one\n", f"{' ' * indent}two\n{' ' * indent}three\n")
