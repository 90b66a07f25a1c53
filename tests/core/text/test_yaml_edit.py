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


FLOW, BLOCK, JSON = "a: [1, 2, 3]  # c\n", "a:\n- 1  # one\n- 2\n- 3\nb: x\n", '{"a": [1, 2, 3]}'
LISTS = {
    (2, 3): ("2, 3", "- 2\n- 3\n"),
    (1, 3): ("1, 3", "- 1  # one\n- 3\n"),
    (1, 2): ("1, 2", "- 1  # one\n- 2\n"),
    (3,): (None, "- 3\n"),
    (1,): ("1", "- 1  # one\n"),
    (1, 9, 3): ("1, 9, 3", "- 1  # one\n- 9\n- 3\n"),
    (4, 5): ("4, 5", "- 4  # one\n- 5\n"),
    (7,): ("7", "- 7  # one\n"),
    (0, 1, 2, 3): ("0, 1, 2, 3", "- 0\n- 1  # one\n- 2\n- 3\n"),
    (8, 9, 1, 2, 3): ("8, 9, 1, 2, 3", "- 8\n- 9\n- 1  # one\n- 2\n- 3\n"),
    (1, 1, 2, 3): ("1, 1, 2, 3", "- 1  # one\n- 1\n- 2\n- 3\n"),
    (1, 2, 9, 8, 3): ("1, 2, 9, 8, 3", "- 1  # one\n- 2\n- 9\n- 8\n- 3\n"),
    (1, 2, 3, 3): ("1, 2, 3, 3", "- 1  # one\n- 2\n- 3\n- 3\n"),
    (6, 2, 3, 4): ("6, 2, 3, 4", "- 6  # one\n- 2\n- 3\n- 4\n"),
}


@pytest.mark.parametrize("items", LISTS, ids=str)
def test_only_the_items_that_differ_are_changed(items: tuple[int, ...]) -> None:
    flow, block = LISTS[items]
    old, new = [1, 2, 3], list(items)
    assert edited(BLOCK, {"a": old, "b": "x"}, {"a": new, "b": "x"}) == f"a:\n{block}b: x\n"
    indented = edited(BLOCK.replace("- ", "   - "), {"a": old, "b": "x"}, {"a": new, "b": "x"})
    assert indented == f"a:\n{block}b: x\n".replace("- ", "   - ")
    for text in (FLOW, JSON):
        if flow is None:
            with pytest.raises(NotEditable):
                edited(text, {"a": old}, {"a": new})
        else:
            assert edited(text, {"a": old}, {"a": new}) == text.replace("1, 2, 3", flow)


MAPPINGS = {
    "changed and added": ("a: x\n", {"a": "y", "b": "z"}, "a: y\nb: z\n"),
    "changed and added in flow style": ("{a: x}\n", {"a": "y", "b": "z"}, "{a: y, b: z}\n"),
    "two added in order": ("a: x\n", {"a": "x", "z": 1, "b": 2}, "a: x\nz: 1\nb: 2\n"),
    "two added in the middle": ("a: 1\nd: 4\n", {"a": 1, "c": 3, "b": 2, "d": 4}, "a: 1\nc: 3\nb: 2\nd: 4\n"),
    "added in front": ("# c\nb: x\n", {"a": 1, "b": "x"}, "# c\na: 1\nb: x\n"),
    "added in front of a text without a last line end": ("b: x", {"a": 1, "b": "x"}, "a: 1\nb: x"),
    "added behind a text without a last line end": ("b: x", {"b": "x", "a": 1}, "b: x\na: 1\n"),
    "two added in front in flow style": ("{b: x}\n", {"a": 1, "c": 2, "b": "x"}, "{a: 1, c: 2, b: x}\n"),
    "added in front in JSON": ('{\n  "b": 1\n}', {"a": "x", "b": 1}, '{\n  "a": "x", "b": 1\n}'),
    "added to JSON with a brace in it": ('{ "b": "{"}', {"b": "{", "a": "x"}, '{ "b": "{", "a": "x"}'),
    "added to flow style with a quote in it": ("{b: '\"'}", {"b": '"', "a": "x"}, "{b: '\"', a: x}"),
    "the first removed": ("a: 1\nb: 2\nc: 3\n", {"b": 2, "c": 3}, "b: 2\nc: 3\n"),
    "the middle removed": ("a: 1\nb: 2  # two\nc: 3\n", {"a": 1, "c": 3}, "a: 1\nc: 3\n"),
    "the last removed": ("a: 1\nb: 2", {"a": 1}, "a: 1\n"),
    "the first removed in flow style": ("{a: 1,  b: 2, c: 3}", {"b": 2, "c": 3}, "{b: 2, c: 3}"),
    "the middle removed in flow style": ("{a: 1,  b: 2, c: 3}", {"a": 1, "c": 3}, "{a: 1, c: 3}"),
    "two removed in flow style": ("{a: 1,  b: 2, c: 3}", {"a": 1}, "{a: 1}"),
    "removed and changed": ("a: 1\nb: 2\n", {"b": 3}, "b: 3\n"),
    "a list removed with its comments": ("a: 1\nb:\n- 1\n# c\n- 2\n# d\nc: 3", {"a": 1, "c": 3}, "a: 1\n# d\nc: 3"),
    "nothing changed": ("a:   1 # c\n\n\n", {"a": 1}, "a:   1 # c\n\n\n"),
    "a value for an empty one": ("a:\nb: 1\n", {"a": "x", "b": 1}, "a: x\nb: 1\n"),
    "no value": ("a: x\nb: 1\n", {"a": None, "b": 1}, "a: null\nb: 1\n"),
    "a mapping for text": ("a: x # c\nb: y\n", {"a": {"c": 1}, "b": "y"}, "a:\n  c: 1\nb: y\n"),
    "a mapping in flow style": ("{a: x, b: y}\n", {"a": {"c": ["d e"]}, "b": "y"}, '{a: {c: ["d e"]}, b: y}\n'),
    "text for a mapping": ("a:\n  c: 1\n# d\nb: y\n", {"a": "x", "b": "y"}, "a: x\n# d\nb: y\n"),
    "text for a list": ("a:\n- 1\nb: y\n", {"a": "x", "b": "y"}, "a: x\nb: y\n"),
    "a list in depth": ("a:\n   b:\n      c: 1\n", {"a": {"b": {"c": [1]}}}, "a:\n   b:\n      c:\n      - 1\n"),
    "an item for an empty list": ("a: [] # c\nb: y\n", {"a": [1], "b": "y"}, "a:\n- 1\nb: y\n"),
    "an item for an empty list in flow style": ("{a: [], b: y}", {"a": [1], "b": "y"}, "{a: [1], b: y}"),
    "a blank first line": ("\na: 1\nb: 2\n", {"b": 2}, "\nb: 2\n"),
    "three changed in flow style": ("{a: 1, b: 2, c: 3}", {"a": 4, "b": 5, "c": 6}, "{a: 4, b: 5, c: 6}"),
    "an empty list": ("a: [1, 2] # c\nb: y\n", {"a": [], "b": "y"}, "a: []\nb: y\n"),
    "a list of another length than it seems": ("a: [1]\n", {"a": [1, [2]]}, "a: [1, [2]]\n"),
    "a mapping without a key of the old one": ("a: {b: 1}\nc: 2\n", {"a": {"d": 1}, "c": 2}, "a:\n  d: 1\nc: 2\n"),
    "a key that is set to no value": ("a: {b: 1, c: 2}\n", {"a": {"b": None, "c": 2}}, "a: {b: null, c: 2}\n"),
    "a mapping added to a list": ("a:\n- b: 1\n", {"a": [{"b": 1}, {"c": 2}]}, "a:\n- b: 1\n- c: 2\n"),
    "a list of lists": ("a:\n- - 1\n  - 2\n- 3\n", {"a": [[1, 2], 4, 5]}, "a:\n- - 1\n  - 2\n- 4\n- 5\n"),
    "the last of a list of lists removed": ("a:\n- - 1\n  - 2\n- 3\n", {"a": [[1, 2]]}, "a:\n- - 1\n  - 2\n"),
    "the first of a list of lists removed": ("a:\n- - 1\n  - 2\n- 3\n", {"a": [3]}, "a:\n- 3\n"),
}  # fmt: skip


@pytest.mark.parametrize(("text", "new", "expected"), MAPPINGS.values(), ids=MAPPINGS)
def test_entries_are_added_changed_and_removed(text: str, new: dict[str, Any], expected: str) -> None:
    assert edited(text, meaning(text), new) == expected
    assert meaning(expected) == new


TEXTS = {
    "lines in a block": ("a:\n  b: x\nc: 1\n", "two\nlines", "a:\n  b: |-\n    two\n    lines\nc: 1\n"),
    "lines before a comment": ("a:\n  b: x # c\n", "two\nlines", 'a:\n  b: "two\\nlines" # c\n'),
    "lines at the end of the text": ("a:\n  b: x", "two\nlines", "a:\n  b: |-\n    two\n    lines"),
    "lines in flow style": ("a: {b: x}\n", "two\nlines", 'a: {b: "two\\nlines"}\n'),
    "lines for single quotes": ("a:\n  b: 'x'\n", "two\nlines", "a:\n  b: |-\n    two\n    lines\n"),
    "lines for double quotes": ('a:\n  b: "x"\n', "two\nlines", 'a:\n  b: "two\\nlines"\n'),
    "a quote in single quotes": ("a: {b: 'x'}\n", "it's", "a: {b: 'it''s'}\n"),
    "accents in double quotes": ('a: {b: "x"}\n', "é", 'a: {b: "é"}\n'),
    "accents in flow style": ("a: {b: x}\n", "é, ü", 'a: {b: "é, ü"}\n'),
    "a control character": ("a: {b: 'x'}\n", "\x07", 'a: {b: "\\a"}\n'),
    "a control character in JSON": ('{"a": {"b": "x"}}', "\x07", '{"a": {"b": "\\a"}}'),
    "a number for quoted text": ("a: {b: 'x'}\n", 7, "a: {b: 7}\n"),
    "true for text": ("a:\n  b: x # c\n", True, "a:\n  b: true # c\n"),
    "a word of YAML in flow style": ("a: {b: x}\n", "no", 'a: {b: "no"}\n'),
    "a comma in flow style": ("a: {b: x}\n", "y, z", 'a: {b: "y, z"}\n'),
    "plain text in JSON": ('{"a": {"b": 7}}', "y", '{"a": {"b": "y"}}'),
    "bytes in flow style": ("a: {b: x}\n", b"\x00\xff", 'a: {b: !!binary "AP8="}\n'),
    "bytes in a block": ("a:\n  b: x # c\n", b"\x00\xff", 'a:\n  b: !!binary "AP8=" # c\n'),
    "a block for a block": ("a:\n  b: |\n     x\nc: 1\n", "y\n", "a:\n  b: |\n     y\nc: 1\n"),
    "a block with an empty line": ("a:\n  b: |\n     x\nc: 1\n", "y\n\nz\n", "a:\n  b: |\n     y\n\n     z\nc: 1\n"),
    "a block that starts with an empty line": (
        "a:\n  b: |\n\n     x\nc: 1\n",
        "y\nz\n",
        "a:\n  b: |\n     y\n     z\nc: 1\n",
    ),
    "a block without a last line end": ("a:\n  b: |-\n   x\nc: 1\n", "y\nz", "a:\n  b: |-\n   y\n   z\nc: 1\n"),
    "a block with more line ends": ("a:\n  b: |\n   x\nc: 1\n", "y\n\n", 'a:\n  b: "y\\n\\n"\nc: 1\n'),
    "more line ends before blank lines": ("a:\n  b: x\n\nc: 1\n", "y\n\n", 'a:\n  b: "y\\n\\n"\n\nc: 1\n'),
    "a line end alone": ("a:\n  b: x\n", "\n", 'a:\n  b: "\\n"\n'),
    "a block at the end of the text": ("a:\n  b: |-\n   x", "y\nz", "a:\n  b: |-\n    y\n    z"),
    "one line for a folded block": ("a:\n  b: >\n   x\nc: 1\n", "y", "a:\n  b: y\nc: 1\n"),
    "a text that starts with spaces": ("a:\n  b: |\n   x\nc: 1\n", "  y\nz\n", "a:\n  b: |2\n      y\n    z\nc: 1\n"),
}


@pytest.mark.parametrize(("text", "value", "expected"), TEXTS.values(), ids=TEXTS)
def test_a_text_keeps_the_style_of_the_old_one_where_it_can(text: str, value: Any, expected: str) -> None:
    old = meaning(text)
    new = {**old, "a": {"b": value}}
    assert edited(text, old, new) == expected
    assert meaning(expected) == new


def test_lines_in_a_list_are_indented_by_its_dash() -> None:
    assert edited("a:\n- x\n", {"a": ["x"]}, {"a": ["y\nz"]}) == "a:\n- |-\n  y\n  z\n"
    assert edited("a:\n  - x\n", {"a": ["x"]}, {"a": ["y\nz"]}) == "a:\n  - |-\n    y\n    z\n"
    assert edited("a: [x]\n", {"a": ["x"]}, {"a": ["y\nz"]}) == 'a: ["y\\nz"]\n'


@pytest.mark.parametrize(
    ("text", "new"),
    [
        ("a: 1\n", {"b": 1}),
        ("a: 1\n", {}),
        ("a:\n- b: 1\n", {"a": [{"b": 2}]}),
        ("a:\n- 1\n", {"a": [{"b": 2}]}),
        ("a: [1]\n", {"a": [[2]]}),
        ("{a: 1, b: 2, c: 3}\n", {"c": 3}),
        ("? a\n: b\nc: d\n", {"c": "d"}),
        ("? a\n: b\nc: d\n", {"x": 1, "a": "b", "c": "d"}),
    ],
)
def test_changes_that_would_touch_the_rest_are_refused(text: str, new: dict[str, Any]) -> None:
    with pytest.raises(NotEditable):
        edited(text, meaning(text), new)


def test_whole_entries_are_replaced_only_at_the_top() -> None:
    text = "a: {b: 1}  # c\nd: 'x'\n"
    assert edited(text, meaning(text), {"a": {"b": 2}, "d": "x"}) == "a: {b: 2}  # c\nd: 'x'\n"
    assert edited(text, meaning(text), {"a": {"b": 2}, "d": "x"}, deep=False) == "a:\n  b: 2\nd: 'x'\n"
    assert edited(text, meaning(text), {"a": {"b": 1}, "d": "y"}, deep=False) == "a: {b: 1}  # c\nd: y\n"
    assert edited("{a: {b: 1}}", {"a": {"b": 1}}, {"a": {"b": 2}}, deep=False) == "{a: {b: 2}}"
