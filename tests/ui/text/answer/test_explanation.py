from __future__ import annotations

from dataclasses import replace
from typing import Any

import pytest

from authlens.core.compare.compare import compare
from authlens.core.expect.check import judge
from authlens.core.invocation.invocation import Failure, FailureKind, Invocation
from authlens.core.invocation.local_run import LocalRun
from authlens.core.policy.decision.permissions import Ruling
from authlens.core.preflight.finding import Finding, Fix
from authlens.core.request.authorizer import Authorizer
from authlens.core.request.request import AuthorizerRequest
from authlens.core.saved.expectation import Expectation, Question
from authlens.ui.text.answer import access_text, explanation, finding_text, stage_text
from authlens.ui.text.page import set_in
from support.invocations import CONNECT, PUBLISH, REFUSAL, TOPIC, invocation, outcome, policy

AUTHORIZER = Authorizer("SensorAuth", signing_disabled=True)
MAY_CONNECT = Question("iot:Connect", "client/sensor-7")
MAY_PUBLISH = Question("iot:Publish", "topic/sensors/7/data")
MAY_SUBSCRIBE = Question("iot:Subscribe", "topicfilter/sensors/7/data")
DENY = {"Effect": "Deny", "Action": "iot:Publish", "Resource": f"{TOPIC}sensors/7/data"}
GOOD = invocation(outcome(policy(CONNECT, PUBLISH)))


def of(asked: Invocation, *questions: Question) -> explanation.Explanation:
    return explanation.explain(asked, questions, AUTHORIZER)


def plain(items: list[Any]) -> str:
    return "\n".join(line.plain for item in items for line in item.lines)


@pytest.mark.parametrize(
    ("result", "lit", "words"),
    [
        (outcome(policy(CONNECT)), "✗ policy allows", "→ Nearest miss: iot:Connect is allowed"),
        (outcome(policy(CONNECT, DENY)), "✗ policy allows", "denies iot:Publish"),
        (outcome(authenticated=False), "✗ authenticated", "→ Compare the event"),
        (REFUSAL, "✗ authorizer found", "→ "),
        (Failure(FailureKind.CREDENTIALS, "NoCredentialsError", "none"), "✗ credentials", "→ "),
        (Failure(FailureKind.AWS, "NewException", "never seen before", 400), "✗ ", "→ "),
    ],
    ids=["denied", "explicitly denied", "refused", "not found", "no credentials", "unknown"],
)
@pytest.mark.parametrize("width", [30, 76, 200])
def test_the_first_failing_stage_is_lit_with_why_and_what_to_do(result: Any, lit: str, words: str, width: int) -> None:
    verdict = of(invocation(result), MAY_CONNECT, MAY_PUBLISH).verdict
    line = stage_text.stage_line(verdict, width)
    assert all(len(row) <= width for row in line.plain.split("\n"))
    assert line.plain.count("✗") == 1
    assert lit in line.plain
    said = stage_text.failure_text(verdict).plain
    assert words in said
    assert said.endswith((".", "!", "?"))


def test_what_nothing_checked_is_not_called_passed() -> None:
    verdict = of(GOOD, MAY_CONNECT).verdict
    assert stage_text.stage_line(verdict, 200).plain.startswith("✓ well-formed"), "a local target needs no credentials"
    assert stage_text.passed_words(verdict) == "all stages passed, no signature"
    unasked = replace(GOOD, request=AuthorizerRequest("SensorAuth"))
    assert stage_text.passed_words(of(unasked).verdict) == "all stages passed, no signature, policy not asked"


def test_who_was_authenticated_is_not_said_again() -> None:
    denied = of(invocation(outcome(policy(CONNECT))), MAY_PUBLISH).verdict
    assert denied.headline.startswith("Authenticated as 'sensor7', but iot:Publish on ")
    assert stage_text.failure_text(denied).plain.startswith("iot:Publish on ")


def test_a_verdict_without_fault_lights_nothing() -> None:
    verdict = of(GOOD, MAY_CONNECT).verdict
    assert "✗" not in stage_text.stage_line(verdict, 200).plain
    assert stage_text.failure_text(verdict).plain.startswith("Authenticated as 'sensor7'")


@pytest.mark.parametrize(
    ("kind", "elsewhere"),
    [(FailureKind.CREDENTIALS, True), (FailureKind.UNREACHABLE, True), (FailureKind.BROKEN_ANSWER, False)],
)
def test_what_another_target_may_fix_names_the_key_that_chooses_it(kind: FailureKind, elsewhere: bool) -> None:
    assert ("F9 chooses" in stage_text.failure_text(of(invocation(Failure(kind, "X", "x"))).verdict).plain) == elsewhere


def test_questions_tell_their_decision_reason_and_nearest_miss() -> None:
    said = plain(access_text.access_items(of(GOOD, MAY_CONNECT, MAY_SUBSCRIBE), (MAY_CONNECT, MAY_SUBSCRIBE)))
    assert "✓ ALLOWED       Connect client/sensor-7" in said
    assert "statement 1 (lines 4-8) allows iot:Connect" in said
    assert "✗ IMPLICIT_DENY Subscribe topicfilter/sensors/7/data" in said
    assert "nearest miss: " in said


def test_what_the_broker_refuses_anyway_is_shown() -> None:
    every = invocation(outcome(policy({"Effect": "Allow", "Action": "iot:*", "Resource": "*"})))
    asked = (Question("iot:Publish", "topic/a/+"), Question("iot:Publish", "topic/a"))
    wildcard, plain_topic = (plain([item]) for item in access_text.access_items(of(every, *asked), asked))
    assert "But the broker refuses it: a client cannot publish" in wildcard
    assert "QoS 2" not in wildcard
    assert "At QoS 2 it is still refused" in plain_topic


def test_decisions_are_made_in_the_region_and_account_of_the_authorizer() -> None:
    elsewhere = Authorizer("A", "arn:aws:iot:eu-west-1:123456789012:authorizer/A")
    found = explanation.explain(replace(GOOD, authorizer=elsewhere), (MAY_CONNECT,), None)
    assert [each.decision is not None and each.decision.allowed for each in found.decided] == [False]
    assert [each.word for each in found.verdict.answers] == ["IMPLICIT_DENY"]
    assert found.permissions is not None
    assert found.permissions.connects is Ruling.DENIED


def test_substituted_variables_are_shown() -> None:
    own = {"Effect": "Allow", "Action": "iot:Connect", "Resource": "arn:aws:iot:*:*:client/${iot:ClientId}"}
    said = plain(access_text.access_items(of(invocation(outcome(policy(own))), MAY_CONNECT), (MAY_CONNECT,)))
    assert "${iot:ClientId} is sensor-7" in said


def test_before_an_answer_questions_wait() -> None:
    assert "NOT ASKED YET" in plain(access_text.access_items(None, (MAY_CONNECT,)))
    assert "NOT ASKED YET" in plain(access_text.access_items(of(GOOD), (MAY_CONNECT,)))


def test_a_refused_client_may_nothing() -> None:
    refused = of(invocation(outcome(policy(CONNECT), authenticated=False)), MAY_CONNECT)
    assert refused.denied == 1
    assert "not authenticated" in plain(access_text.access_items(refused, (MAY_CONNECT,)))
    assert access_text.deciding_places(refused, 0) == {}


@pytest.mark.parametrize(
    ("statements", "question", "lines", "glyph_style"),
    [
        ((CONNECT, PUBLISH), MAY_CONNECT, range(4, 9), "$text-success"),
        ((CONNECT, PUBLISH), MAY_PUBLISH, range(9, 14), "$text-success"),
        ((PUBLISH, DENY), MAY_PUBLISH, range(9, 14), "$text-error"),
        (({**PUBLISH, "Action": "iot:Subscribe"},), MAY_SUBSCRIBE, range(4, 9), "$text-warning"),
    ],
    ids=["first", "second", "denying", "nearest"],
)
def test_the_lines_that_decide_are_marked(
    statements: tuple[Any, ...], question: Question, lines: range, glyph_style: str
) -> None:
    places = access_text.deciding_places(of(invocation(outcome(policy(*statements))), question), 0)
    assert {line for _, line in places} <= set(lines)
    assert {mark.style for marks in places.values() for mark in marks} == {glyph_style}
    assert sum(bool(mark.text) for marks in places.values() for mark in marks) == 1
    assert access_text.deciding_places(of(GOOD), 3) == {}


def test_findings_are_at_their_lines_below_the_gauges() -> None:
    reasons = of(invocation(outcome(policy({**PUBLISH, "Action": "iot:Publsh"}, CONNECT))))
    items = finding_text.finding_items(reasons)
    assert "documents █░░░░░░░ 1/10" in items[0].lines[0].plain
    assert "document 1, line " in items[1].lines[0].plain
    places = {item.place for item in items if item.place is not None}
    assert places
    assert places >= set(finding_text.finding_marks(reasons))
    assert "Nothing to check yet" in plain(finding_text.finding_items(None))


def test_marks_of_a_question_come_before_findings() -> None:
    reasons = of(invocation(outcome(policy(CONNECT))), MAY_CONNECT)
    both = finding_text.all_marks(reasons, 0)
    assert both[0, 4][0].glyph == "▌"
    assert finding_text.all_marks(reasons, None) == finding_text.finding_marks(reasons)


@pytest.mark.parametrize(
    ("expect", "said"),
    [
        (Expectation(is_authenticated=True), "✓ as expected"),
        (Expectation(principal_id="p9"), "✗ not as expected: principalId: expected p9, got sensor7 (x)"),
        (Expectation(is_authenticated=False, principal_id="p9"), "✗ 2 not as expected: isAuthenticated"),
    ],
    ids=["kept", "one", "two"],
)
def test_an_expectation_is_shown_as_met_or_not(expect: Expectation, said: str) -> None:
    assert stage_text.expectation_text(judge(expect, GOOD), 100, "x").plain.startswith(said)


def test_what_cannot_be_judged_says_so() -> None:
    failed = invocation(Failure(FailureKind.UNREACHABLE, "Unreachable", "no route"))
    assert stage_text.expectation_text(judge(Expectation(is_authenticated=True), failed), 74, "x").plain.startswith(
        "! not judged: "
    )


@pytest.mark.parametrize(
    ("after", "code", "said"),
    [
        (outcome(policy(CONNECT, PUBLISH)), "1", "= the same as #3 by meaning"),
        (outcome(policy(CONNECT, PUBLISH)), "2", "= the same as #3 by meaning (code changed)"),
        (outcome(policy(CONNECT, PUBLISH), principal="p2"), "1", "≠ since #3: principal sensor7 → p2"),
        (outcome(policy(CONNECT, PUBLISH), principal="p2"), "2", "≠ since #3 (code changed): principal sensor7 → p2"),
        (outcome(policy(CONNECT), principal="p2"), "1", " more (d)"),
    ],
)
def test_the_difference_from_the_baseline_fits_in_a_line(after: Any, code: str, said: str) -> None:
    before = replace(GOOD, number=3, local_run=LocalRun(code="1"))
    comparison = compare(before, replace(GOOD, result=after, number=4, local_run=LocalRun(code=code)))
    assert said in stage_text.change_text(comparison, 74, "d").plain
    assert stage_text.change_text(comparison, 74, "d").cell_length <= 74


def test_hints_offer_one_key_for_one_fix_and_count_the_notes() -> None:
    fix = Fix("Fix it", AuthorizerRequest())
    first = Finding("white-space", "warning", "token", "One is odd.", fix=fix)
    second = Finding("token-scheme", "warning", "token", "Two is odd.", fix=fix)
    note = Finding("no-client-id", "info", "token", "A note.")
    said = "\n".join(line.plain for line in finding_text.hint_lines((first, second, note), None))
    assert said == "! One is odd.\n  F8 Fix it\n! Two is odd.\n  → Fix it\n· 1 note"
    said = "\n".join(line.plain for line in finding_text.hint_lines((first, second, note), second))
    assert said == "! One is odd.\n  → Fix it\n! Two is odd.\n  F8 Fix it\n· 1 note"
    assert "· A note." in "\n".join(line.plain for line in finding_text.hint_lines((first, note), note))


def test_notes_are_said_as_far_as_there_is_room() -> None:
    found = (
        Finding("e", "error", "token", "An error."),
        *(Finding(f"n{n}", "info", "token", f"Note {n}, long.") for n in (1, 2)),
    )
    assert [finding_text.notes_in(found, None, 60, rows) for rows in range(5)] == [0, 0, 0, 2, 2]
    assert finding_text.notes_in(found, None, 20, 4) == 1, "a note takes more than one row"
    lines = [line.plain.partition("  ")[0] for line in finding_text.hint_lines(found, None, 1)]
    assert lines == ["✗ An error.", "· Note 1, long.", "· 1 more note"]


def test_what_was_not_measured_is_marked() -> None:
    assumed = Finding("line-break", "warning", "token", "It contains a line break.")
    measured = Finding("white-space", "warning", "token", "It has white space.")
    lines = [line.plain for line in finding_text.hint_lines((assumed, measured), None)]
    assert lines == ["! It contains a line break.  assumed", "! It has white space."]


@pytest.mark.parametrize("text", ["", "{", "[]", "null", '{"Statement": 7}', "\x1b[31m\u202e", "9" * 3000], ids=repr)
def test_no_document_is_too_odd(text: str) -> None:
    odd = of(invocation(outcome(text, policy(CONNECT))), MAY_CONNECT)
    access_text.access_items(odd, (MAY_CONNECT,))
    finding_text.finding_items(odd)
    finding_text.all_marks(odd, 0)
    assert len(odd.layout) == 2


def test_a_place_in_the_documents_is_not_broken() -> None:
    items = access_text.permission_items(of(invocation(outcome(policy(CONNECT)))))
    for width in range(30, 60):
        lines = [part.plain.replace("\N{NO-BREAK SPACE}", " ") for part in set_in(items[0].lines[0], width)]
        assert any(line.endswith("statement 1, line 7") for line in lines)


def test_documents_too_complex_to_be_summarized_are_said_to_be() -> None:
    found = replace(of(GOOD), permissions=None, is_too_complex=True)
    assert "too many statements and wildcards" in plain(access_text.permission_items(found))
    assert not of(GOOD).is_too_complex
    assert not of(invocation(outcome(authenticated=False))).is_too_complex


@pytest.mark.slow
def test_so_are_those_that_no_one_would_write() -> None:
    statements = [
        {"Effect": effect, "Action": "iot:Publish", "Resource": f"{TOPIC}*{number}*{effect}*/*a*/*b*"}
        for number in range(150)
        for effect in ("Allow", "Deny")
    ]
    found = of(invocation(outcome(policy(CONNECT, *statements))))
    assert (found.permissions, found.is_too_complex) == (None, True)
