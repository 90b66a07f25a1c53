from __future__ import annotations

import json
import sys

import pytest
from hypothesis import given
from hypothesis import strategies as st

from authlens.ui.text.pretty_json import NotJson, Pretty, pretty

values = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats(allow_nan=False, allow_infinity=False) | st.text(),
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(st.text(), inner, max_size=4),
    max_leaves=12,
)


def laid_out(text: str) -> Pretty:
    result = pretty(text)
    assert isinstance(result, Pretty)
    return result


@given(values, st.sampled_from([None, 1, 4]))
def test_the_value_stays_the_same(value: object, indent: int | None) -> None:
    assert json.loads("\n".join(laid_out(json.dumps(value, indent=indent)).lines)) == value


def test_every_token_stays_as_it_was_written() -> None:
    text = '{"a":1.50,"a":1e400,"\\u0041":[],"b":{ },"c":[1,{"d":null}]}'
    assert "\n".join(laid_out(text).lines) == (
        '{\n  "a": 1.50,\n  "a": 1e400,\n  "\\u0041": [],\n  "b": {},\n'
        '  "c": [\n    1,\n    {\n      "d": null\n    }\n  ]\n}'
    )


def test_a_line_is_found_by_the_place_in_the_original() -> None:
    text = '{"Version":"2012-10-17","Statement":[{"Effect":"Allow"}]}'
    result = laid_out(text)
    assert result.lines[result.line_at(text.index("Allow"))].strip() == '"Effect": "Allow"'
    assert result.line_at(0) == 0


TRAILING_COMMA = (2, 8) if sys.version_info >= (3, 13) else (3, 1)
"""From Python 3.13 on the comma itself is the fault, before that what follows it."""


@pytest.mark.parametrize(
    ("text", "line", "column"),
    [("{", 1, 2), ('{"a" 1}', 1, 6), ('{\n "a": 1,\n}', *TRAILING_COMMA), ("", 1, 1), ("[" * 100_000, 1, 1)],
    ids=["open", "no colon", "trailing comma", "empty", "too deep"],
)
def test_a_fault_has_its_place(text: str, line: int, column: int) -> None:
    fault = pretty(text)
    assert isinstance(fault, NotJson)
    assert (fault.line, fault.column) == (line, column)
