from dataclasses import replace

import pytest

from authlens.core.contract.outcome import Outcome
from authlens.core.expect.check import Broken, Judgement, JudgementState
from authlens.core.expect.judgement_text import answer, explanation, headline, sentence
from authlens.core.invocation.invocation import Failure, FailureKind, Invocation
from authlens.core.invocation.local_run import LocalRun
from support.invocations import CONNECT, REFUSAL, invocation, outcome, policy

TWO = Judgement(JudgementState.BROKEN, (Broken("principalId", "a", "b"), Broken("allow", "c", "d", "because")))


def test_what_was_kept_needs_no_explanation() -> None:
    assert explanation(Judgement(JudgementState.KEPT), invocation()) == ""


def test_expected_got_and_difference_then_the_answer() -> None:
    lines = explanation(TWO, invocation(outcome(policy(CONNECT)), function_log="hello\n")).splitlines()

    assert lines[:7] == [
        "principalId",
        "  expected:   a",
        "  got:        b",
        "allow",
        "  expected:   c",
        "  got:        d",
        "  difference: because",
    ]
    assert lines[7] == "answer"
    assert '            "Action": "iot:Connect",' in lines
    assert lines[-2:] == ["function log", "  hello"]


def test_headlines() -> None:
    assert headline(TWO) == "principalId: expected a, got b (and 1 more)"
    assert headline(Judgement(JudgementState.BROKEN, TWO.broken[1:])) == "allow: expected c, got d: because"
    assert headline(Judgement(JudgementState.UNJUDGED, reason="why")) == "why"
    assert headline(Judgement(JudgementState.KEPT)) == ""


def test_an_error_is_an_answer_too() -> None:
    assert answer(invocation(REFUSAL))["error"] == "ResourceNotFoundException"
    assert '  "httpStatus": 404,' in explanation(
        Judgement(JudgementState.UNJUDGED, reason="x"), invocation(REFUSAL)
    ).replace("    ", "  ")


def test_a_document_that_is_not_json_stays_text() -> None:
    assert answer(invocation(outcome("{no")))["policyDocuments"] == ["{no"]


def test_long_answers_and_logs_are_cut_and_say_so() -> None:
    huge = invocation(outcome("x" * 50_000), function_log="\n".join(map(str, range(100))))

    text = explanation(TWO, huge)

    assert len(text) < 25_000
    assert "more characters" in text
    assert "function log, last 20 lines" in text
    assert text.splitlines()[-1] == "  99"


def test_without_an_invocation_there_is_only_the_reason() -> None:
    assert explanation(Judgement(JudgementState.UNJUDGED, reason="line 3: no"), None) == "line 3: no"


def test_what_ran_the_function_and_what_to_do_come_last() -> None:
    run = LocalRun("Python 3.11.7", ("A layer is missing.",), advice="run 'npm install'")
    lines = explanation(TWO, replace(invocation(outcome(policy(CONNECT))), local_run=run)).splitlines()
    assert lines[-4:] == ["runtime", "  Ran on Python 3.11.7.", "  A layer is missing.", "  run 'npm install'"]


def lines_of(invocation_: Invocation) -> list[str]:
    return explanation(TWO, invocation_).splitlines()[7:]


@pytest.mark.parametrize(
    ("length", "more"),
    [(20_000, []), (20_001, ["  … 1 more character"]), (20_002, ["  … 2 more characters"])],
)
def test_an_answer_is_cut_after_its_length(length: int, more: list[str]) -> None:
    empty = replace(invocation(), result=Outcome(True, ""))
    around = len("\n".join(line[2:] for line in lines_of(empty)[1:]))
    found = lines_of(replace(empty, result=Outcome(True, "x" * (length - around))))
    assert [line for line in found if "more" in line] == more


@pytest.mark.parametrize(
    ("count", "title"), [(19, "function log"), (20, "function log"), (21, "function log, last 20 lines")]
)
def test_a_log_is_cut_before_its_last_lines(count: int, title: str) -> None:
    found = lines_of(replace(invocation(), function_log="".join(f"{number}\n" for number in range(count))))
    shown = [f"  {number}" for number in range(count)][-20:]
    assert found[-len(shown) - 1 :] == [title, *shown]


@pytest.mark.parametrize(
    ("result", "lines"),
    [
        (
            Outcome(False, "ü", ("not JSON",)),
            ["answer", '  {', '    "isAuthenticated": false,', '    "principalId": "ü",', '    "policyDocuments": [',
             '      "not JSON"', "    ]", "  }"],
        ),
        (
            Failure(FailureKind.AWS, "E", None, 400, "id"),
            ["answer", "  {", '    "error": "E",', '    "httpStatus": 400,', '    "requestId": "id"', "  }"],
        ),
        (
            Failure(FailureKind.UNREACHABLE, "E", "m", advice="do"),
            ["no answer", "  {", '    "error": "E",', '    "message": "m",', '    "advice": "do"', "  }"],
        ),
    ],
)  # fmt: skip
def test_the_answer_in_lines(result: Outcome | Failure, lines: list[str]) -> None:
    assert lines_of(replace(invocation(), result=result)) == lines


def test_the_notes_of_a_judgement_follow_its_reason() -> None:
    judgement = Judgement(JudgementState.UNJUDGED, reason="why", notes=("note",))
    assert explanation(judgement, None) == "why\nnote"


def test_a_skipped_request_has_its_reason() -> None:
    assert headline(Judgement(JudgementState.SKIPPED, reason="later")) == "later"
    assert headline(Judgement(JudgementState.BROKEN, (*TWO.broken, *TWO.broken))) == (
        "principalId: expected a, got b (and 3 more)"
    )


@pytest.mark.parametrize(
    ("difference", "words"),
    [("", "k: expected a, got b"), ("a → b", "k: expected a, got b"), ("c", "k: expected a, got b: c")],
)
def test_a_difference_that_says_no_more_is_left_out(difference: str, words: str) -> None:
    assert sentence(Broken("k", "a", "b", difference)) == words
