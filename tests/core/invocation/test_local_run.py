from __future__ import annotations

import base64
import json

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from authlens.core.invocation.local_run import (
    HEADER_LIMIT,
    LocalRun,
    Unresolved,
    doctor,
    from_header,
    from_json,
    to_header,
    to_json,
)

SECRET = Unresolved(
    "the variable PASSWD is left out", "Generate.Password is known on AWS only", "template.yaml, line 12", "give it"
)
RUN = LocalRun("Python 3.11.7 (/usr/bin/python3)", ("Its layer is missing.",), (SECRET,), "npm install", True)
text = st.text(max_size=400)
any_run = st.builds(
    LocalRun,
    text,
    st.lists(text, max_size=12).map(tuple),
    st.lists(st.builds(Unresolved, text, text, text, text), max_size=12).map(tuple),
    text,
    st.booleans(),
)


@given(any_run)
def test_what_is_written_reads_back(run: LocalRun) -> None:
    assert from_json(json.loads(json.dumps(to_json(run)))) == run


def test_a_run_comes_through_the_header() -> None:
    assert from_header(to_header(RUN)) == RUN


@settings(max_examples=30)
@given(any_run)
def test_a_header_is_never_longer_than_clients_take(run: LocalRun) -> None:
    header = to_header(run)
    assert len(header) <= HEADER_LIMIT
    read = from_header(header)
    assert read is None or read.answered_text == run.answered_text


@pytest.mark.parametrize("header", [None, "", "***", base64.b64encode(b"[]").decode(), base64.b64encode(b"{").decode()])
def test_a_header_that_is_not_ours_says_nothing(header: str | None) -> None:
    assert from_header(header) is None


def test_the_doctor_names_the_interpreter_what_differs_and_what_is_missing() -> None:
    assert doctor(RUN) == (
        "Ran on Python 3.11.7 (/usr/bin/python3).",
        "Its layer is missing.",
        "The variable PASSWD is left out: Generate.Password is known on AWS only (template.yaml, line 12). Give it.",
    )
    assert doctor(None) == ()
