"""What is written reads back exactly, by our reader and by PyYAML's, and looks as a person would write it."""

from __future__ import annotations

import pytest
import yaml
from hypothesis import given, settings
from hypothesis import strategies as st

from authlens.core.text.yaml_reader import load
from authlens.core.text.yaml_writer import dump

any_text = st.text(st.characters(codec=None, exclude_categories=()))
awkward = st.text(
    st.sampled_from("a :#-?'\"\\\n\r\t\u0085\u2028\ufeff\ud83d\ude00😀\U0010ffff\x00\x1b[]{}&*!|>%@`,~=<")
)


@given(any_text | awkward)
def test_every_string_reads_back(text: str) -> None:
    written = dump({"a": text, text: ["b", text]})
    assert load(written).plain() == {"a": text, text: ["b", text]}
    assert yaml.safe_load(dump({"a": text})) == {"a": text}


@pytest.mark.slow
@settings(max_examples=20_000)
@given(any_text | awkward)
def test_twenty_thousand_strings_read_back(text: str) -> None:
    assert load(dump({"a": text, "b": {text: text}})).plain() == {"a": text, "b": {text: text}}


LOOKS = {
    "plain": ("sensor-7", "sensor-7"),
    "accents and emoji": ("é 😀", "é 😀"),
    "number of YAML 1.1": ("007", "'007'"),
    "word of YAML 1.1": ("no", "'no'"),
    "number of YAML 1.2": ("1e3", "'1e3'"),
    "octal of YAML 1.2": ("0o17", "'0o17'"),
    "date": ("2026-11-23", "'2026-11-23'"),
    "leading space": (" a", "' a'"),
    "lines": ("a\nb\n", "|\n  a\n  b"),
    "lines without the last line end": ("a\nb", "|-\n  a\n  b"),
    "next line": ("a\u0085b", '"a\\Nb"'),
    "line separator": ("a\u2028b", '"a\\Lb"'),
    "carriage return": ("a\r\nb", '"a\\r\\nb"'),
    "lone surrogate": ("\ud800", '"\\uD800"'),
    "long": ("x " * 200 + "x", "x " * 200 + "x"),
    "an empty line at the end": ("a\n\n", '"a\\n\\n"'),
    "only a line end": ("\n", '"\\n"'),
    "an empty line in the middle": ("a\n\nb\n", "|\n  a\n\n  b"),
    "binary": (b"\x00\xff", "!!binary |\n  AP8="),
}


@pytest.mark.parametrize(("value", "written"), LOOKS.values(), ids=LOOKS)
def test_looks(value: str | bytes, written: str) -> None:
    assert dump({"a": value}) == f"a: {written}\n"


def test_keeps_the_order_of_keys_and_writes_no_anchors() -> None:
    shared = {"b": ["x"]}
    assert dump({"z": shared, "a": shared}) == "z:\n  b:\n  - x\na:\n  b:\n  - x\n"
