from __future__ import annotations

import base64
import json
from dataclasses import replace
from typing import Any

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
    code=text,
    code_files=st.dictionaries(text, text, max_size=12).map(lambda files: tuple(files.items())),
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


def carried(run: LocalRun) -> dict[str, Any]:
    value: dict[str, Any] = json.loads(base64.b64decode(to_header(run)))
    return value


def lacking(count: int, what: int = 3, why: int = 3) -> tuple[Unresolved, ...]:
    return (Unresolved("x" * what, "y" * why),) * count


LONG = "x" * 300
WHOLE = "x" * 1000


@pytest.mark.parametrize(
    ("run", "expected"),
    [
        (LocalRun(WHOLE), {"ranOn": WHOLE}),
        (LocalRun(f"{WHOLE}x"), {"ranOn": f"{WHOLE}…"}),
        (LocalRun(differs=("a", f"{WHOLE}x")), {"differs": ["a", f"{WHOLE}…"]}),
        (LocalRun(differs=tuple("abcdefghi")), {"differs": list("abcdefgh")}),
        (LocalRun(returned="r" * 1200), {"returned": "r" * 1200}),
        (LocalRun(returned="r" * 1201), {"returned": "r" * 1200}),
        (LocalRun(answered_text=True, problem="p", problem_member="m"), {
            "answeredText": True, "problem": "p", "problemMember": "m"}),
        (
            LocalRun(unresolved=(Unresolved(f"{WHOLE}x", "w", "p", "n"),)),
            {"unresolved": [{"what": f"{WHOLE}…", "why": "w", "place": "p", "nextStep": "n"}]},
        ),
    ],
)  # fmt: skip
def test_a_header_carries_the_beginning_of_what_is_long(run: LocalRun, expected: dict[str, Any]) -> None:
    assert carried(run) == expected


def test_texts_are_shorter_where_not_all_of_them_fit() -> None:
    assert carried(LocalRun(differs=(WHOLE,) * 3))["differs"] == [WHOLE] * 3
    assert carried(LocalRun(differs=(WHOLE,) * 4))["differs"] == [f"{LONG}…"] * 4


@pytest.mark.parametrize(
    ("run", "listed", "is_returned"),
    [
        (LocalRun(unresolved=lacking(8, 300, 300)), 4, False),
        (LocalRun(unresolved=lacking(8, 300, 300), returned="r"), 4, True),
        (LocalRun(unresolved=lacking(8, 300, 100), returned="r" * 1200), 4, True),
        (LocalRun(unresolved=lacking(8, 300, 200), returned="r" * 1200), 5, False),
        (LocalRun(unresolved=(Unresolved("ü" * 300, "w"),) * 8), 1, False),
    ],
)
def test_a_header_lists_as_much_as_it_holds(run: LocalRun, listed: int, is_returned: bool) -> None:
    found = carried(run)
    assert (len(found["unresolved"]), "returned" in found) == (listed, is_returned)


@pytest.mark.parametrize(("size", "listed"), [(3072, 8), (3073, 7)])
def test_a_header_holds_4096_characters(size: int, listed: int) -> None:
    run = LocalRun(differs=(LONG,) * 8, advice=LONG, problem="x")
    run = replace(run, problem="x" * (size - len(json.dumps(to_json(run))) + 1))
    assert len(run.problem) <= 300
    assert len(carried(run)["differs"]) == listed


def test_what_no_header_holds_is_not_sent() -> None:
    assert to_header(LocalRun("ü" * 300, advice="ü" * 300)) == ""


@pytest.mark.parametrize(
    ("unresolved", "sentence"),
    [
        (Unresolved("it is left out", "why"), "It is left out: why."),
        (Unresolved("it is left out", "why", "t.yaml:3"), "It is left out: why (t.yaml:3)."),
    ],
)
def test_what_is_unresolved_in_a_sentence(unresolved: Unresolved, sentence: str) -> None:
    assert unresolved.sentence == sentence
    assert doctor(LocalRun(unresolved=(unresolved,))) == (sentence,)
    assert doctor(LocalRun()) == ()
