"""Changes in place: the text keeps its layout where that is possible, and always reads back as wanted."""

from __future__ import annotations

from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from authlens.core.text.yaml_reader import load
from authlens.core.text.yaml_writer import dump
from authlens.store.settings_text import with_changes

IN_PLACE = {
    "a value": ("a: x\nb: y\n", ("a",), "z", "a: z\nb: y\n"),
    "before a comment": ("a: x # c\nb: y\n", ("a",), "z", "a: z # c\nb: y\n"),
    "at the end without a line end": ("a: x", ("a",), "z", "a: z"),
    "that needs quotes": ("a: x\n", ("a",), "no", "a: 'no'\n"),
    "in a section": ("s:\n    # c\n    a: 1\n", ("s", "a"), 2, "s:\n    # c\n    a: 2\n"),
    "a new key": ("a: x # c\n", ("b",), "y", "a: x # c\nb: y\n"),
    "a new key after no line end": ("a: x # c", ("b",), "y", "a: x # c\nb: y\n"),
    "a new section": ("# c\n", ("s", "b"), "y", "# c\ns:\n  b: y\n"),
    "a new key in a section": ("s:\n  # c\n  a: 1\n", ("s", "b"), 2, "s:\n  # c\n  b: 2\n  a: 1\n"),
    "a number": ("a: 1.5 # c\n", ("a",), 2.5, "a: 2.5 # c\n"),
    "in a text of nothing": ("", ("s", "b"), "y", "s:\n  b: y\n"),
}


@pytest.mark.parametrize(("text", "path", "value", "expected"), IN_PLACE.values(), ids=IN_PLACE)
def test_in_place(text: str, path: tuple[str, ...], value: Any, expected: str) -> None:
    assert with_changes(text, load(text), {path: value}) == expected


ANEW = {
    "a section in one line": ("s: {a: 1}\n", ("s", "b"), 2, {"s": {"a": 1, "b": 2}}),
    "a value in one line with others": ("s: {a: 1, b: 2}\n", ("s", "a"), 3, {"s": {"a": 3, "b": 2}}),
    "an empty section": ("s: {}\n", ("s", "b"), 2, {"s": {"b": 2}}),
    "a section without a value": ("s:\nt: 1\n", ("s", "b"), 2, {"s": {"b": 2}, "t": 1}),
    "a section that is text": ("s: x\n", ("s", "b"), 2, {"s": {"b": 2}}),
    "a value of many lines": ("a: |\n  x\n  y\nb: 1\n", ("a",), "z", {"a": "z", "b": 1}),
    "a mapping for a mapping": ("m:\n  a: b\n", ("m",), {"c": "d"}, {"m": {"c": "d"}}),
    "a mapping for nothing": ("m:\n", ("m",), {"c": "d"}, {"m": {"c": "d"}}),
    "a value of many lines for one": ("a: x\n", ("a",), "y\nz", {"a": "y\nz"}),
}


@pytest.mark.parametrize(("text", "path", "value", "expected"), ANEW.values(), ids=ANEW)
def test_reads_back_as_wanted(text: str, path: tuple[str, ...], value: Any, expected: Any) -> None:
    assert load(with_changes(text, load(text), {path: value})).plain() == expected


def test_a_document_mark_at_the_end_is_minded() -> None:
    text = "a: 1\n...\n"
    assert load(with_changes(text, load(text), {("b",): 2})).plain() == {"a": 1, "b": 2}


def test_two_changes_of_which_the_first_breaks_the_text() -> None:
    text = "a: |\n  x: y\nb: 1\n"
    assert load(with_changes(text, load(text), {("a",): "z", ("b",): 2})).plain() == {"a": "z", "b": 2}


keys = st.text(min_size=1, max_size=5)
values = st.text(max_size=8) | st.integers() | st.booleans()
documents = st.dictionaries(keys, values | st.dictionaries(keys, values, max_size=3), max_size=3)


@given(documents, keys, values)
def test_any_change_reads_back(document: dict[str, Any], key: str, value: Any) -> None:
    text = dump(document)
    assert load(with_changes(text, load(text), {(key,): value})).plain() == {**document, key: value}


@given(documents, keys, keys, values)
def test_any_change_in_a_section_reads_back(document: dict[str, Any], section: str, key: str, value: Any) -> None:
    text = dump(document)
    before = document.get(section)
    inner = before if isinstance(before, dict) else {}
    wanted = {**document, section: {**inner, key: value}}
    assert load(with_changes(text, load(text), {(section, key): value})).plain() == wanted
