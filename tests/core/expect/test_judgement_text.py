from dataclasses import replace

from authlens.core.expect.check import Broken, Judgement, JudgementState
from authlens.core.expect.judgement_text import answer, explanation, headline
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
