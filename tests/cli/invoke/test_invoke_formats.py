"""Tables and text of any value, drawn by the AWS CLI's own formatters and by authlens; YAML read back."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import pytest
import yaml
from hypothesis import given, settings
from hypothesis import strategies as st

from authlens.cli.invoke import table as invoke_table
from authlens.cli.invoke import text as invoke_text
from authlens.cli.invoke import yaml as invoke_yaml
from authlens.cli.invoke.output import OPERATION, OutputStyle, render
from support.aws_cli import Child, child

_REAL_FORMATTERS = """
import argparse, io, json, sys
from awscli.formatter import TableFormatter, TextFormatter
def drawn(formatter, value):
    out = io.StringIO()
    try:
        formatter(argparse.Namespace(query=None, color="off"))("TestInvokeAuthorizer", value, out)
    except Exception:
        return None
    return out.getvalue()
for line in sys.stdin:
    print(json.dumps([[drawn(TableFormatter, value), drawn(TextFormatter, value)] for value in json.loads(line)]),
          flush=True)
"""

_SCALARS = st.sampled_from([True, None, 1, 300, "x", "é中" * 4, "word " * 15, "", 1.5])
_VALUES = st.recursive(
    _SCALARS,
    lambda inner: (
        st.dictionaries(st.sampled_from(["a", "bb", "ccc", "Key"]), inner, max_size=4)
        | st.lists(_SCALARS, max_size=3)
        | st.lists(st.dictionaries(st.sampled_from(["a", "b", "c"]), inner, max_size=3), max_size=3)
        | st.lists(st.lists(_SCALARS, min_size=2, max_size=2), max_size=3)
    ),
    max_leaves=10,
)


@pytest.fixture(scope="module")
def real_formatters() -> Iterator[Child]:
    with child(_REAL_FORMATTERS) as process:
        yield process


@settings(max_examples=12)
@given(values=st.lists(_VALUES, min_size=40, max_size=40))
def test_draws_what_the_aws_cli_draws(real_formatters: Child, values: list[Any]) -> None:
    """Where the AWS CLI fails (rows of different lengths, objects among scalars), authlens still draws something."""
    for value, (table, text) in zip(values, real_formatters.ask(values), strict=True):
        ours = invoke_table.render(value, OPERATION, 80), invoke_text.render(value)
        assert ours == (ours[0] if table is None else table, ours[1] if text is None else text)


def test_a_table_is_coloured_on_request() -> None:
    value = {"isAuthenticated": True, "policyDocuments": ["x"]}
    plain, coloured = (invoke_table.render(value, OPERATION, 80, colour) for colour in (False, True))
    for code in ("1", "34", "0", "2", "33"):
        coloured = coloured.replace(f"\x1b[{code}m", "")
    assert coloured == plain


_TEXT = st.text(alphabet=st.characters(exclude_categories=["Cs"]), max_size=120)
_JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats(allow_nan=False) | _TEXT,
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(_TEXT, inner, max_size=3),
    max_leaves=6,
)


@given(value=_JSON)
def test_yaml_reads_back(value: Any) -> None:
    loader = invoke_yaml.resolve_as_yaml_1_2(type("Loader", (yaml.SafeLoader,), {}))
    assert yaml.load(invoke_yaml.dump([value]), Loader=loader) == [value]


@pytest.mark.parametrize(
    ("text", "written"),
    [
        ("no", "no"), ("true", "'true'"), ("1e3", "'1e3'"), ("0o7", "'0o7'"), ("12:30", "12:30"), ("007", "'007'"),
        ("2001-01-01", "'2001-01-01'"), ("", "''"), ("a: b", "'a: b'"), ("~", "'~'"), ("1_000", "'1_000'"),
    ],
)  # fmt: skip
def test_yaml_quotes_what_yaml_1_2_needs_quoted(text: str, written: str) -> None:
    assert invoke_yaml.dump([text]) == f"- {written}\n"


def test_floats_keep_their_notation() -> None:
    assert invoke_yaml.dump([1e20, 1.5, float("inf")]) == "- 1e+20\n- 1.5\n- .inf\n"


def test_an_unknown_format_is_refused_and_a_surrogate_is_escaped() -> None:
    with pytest.raises(ValueError, match="Unknown output type: xml"):
        render({}, OutputStyle("xml"))
    assert render("\ud800", OutputStyle("json")) == '"\\ud800"\n'
