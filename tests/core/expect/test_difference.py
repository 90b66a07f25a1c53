from dataclasses import replace

import pytest

from authlens.core.compare.compare import Side
from authlens.core.contract.outcome import Outcome
from authlens.core.expect.check import judge
from authlens.core.expect.difference import compare_with_expectation, promised
from authlens.core.expect.record import record
from authlens.core.invocation.invocation import Failure, FailureKind, Invocation
from authlens.core.saved.expectation import Expectation, ExpectedError, Question
from support.invocations import CONNECT, PUBLISH, REFUSAL, invocation, outcome, policy

CONNECTING = Question("iot:Connect", "client/sensor-7")
SUBSCRIBING = Question("iot:Subscribe", "topicfilter/#")


@pytest.mark.parametrize(
    ("expectation", "words"),
    [
        (Expectation(), ()),
        (Expectation(principal_id="/sensor/", is_authenticated=True), ()),
        (Expectation(principal_id="sensor8"), ("principal sensor8 → sensor7",)),
        (Expectation(principal_id="/^(\\w|\\w)*!/"), ("principal /^(\\w|\\w)*!/ → sensor7",)),
        (Expectation(principal_id="/(?P=x)/"), ("principal /(?P=x)/ → sensor7",)),
        (Expectation(is_authenticated=False), ("authenticated no → yes",)),
        (Expectation(refresh_after_in_seconds=600), ("refresh after 600 → 300",)),
        (Expectation(max_duration=0.001), ("duration: expected at most 1.0 ms, got 12 ms",)),
    ],
    ids=lambda value: repr(value)[:40],
)
def test_differences_from_what_was_expected(expectation: Expectation, words: tuple[str, ...]) -> None:
    comparison = compare_with_expectation(expectation, invocation(duration=0.0124))

    differing = tuple(change.words for change in comparison.changes if change.differs)
    assert differing == words
    assert comparison.equal == (not words)


def test_findings_that_are_not_wanted_differ() -> None:
    anything = {"Effect": "Allow", "Action": "iot:*", "Resource": "*"}

    comparison = compare_with_expectation(Expectation(no_findings="error"), invocation(outcome(policy(anything))))

    assert not comparison.equal
    assert comparison.words[0].startswith("lint: expected no finding of severity error, got document 1: error ")


def test_documents_are_compared_by_meaning() -> None:
    expectation = Expectation(policy_documents=({"Version": "2012-10-17", "Statement": [CONNECT]},))

    comparison = compare_with_expectation(expectation, invocation())

    assert comparison.words[0].startswith("statement 2 added: Allow iot:Publish on ")


def test_questions_that_are_answered_differently_come_first() -> None:
    expectation = Expectation(is_authenticated=True, allow=(CONNECTING, SUBSCRIBING), deny=(CONNECTING,))

    words = compare_with_expectation(expectation, invocation()).words

    assert words[0].startswith("subscribe to #: ALLOWED → IMPLICIT_DENY, because no statement allows")
    assert words[1].startswith("connect as sensor-7: DENIED → ALLOWED, because document 1")


@pytest.mark.parametrize(
    ("expectation", "result", "words"),
    [
        (Expectation(error=ExpectedError(REFUSAL.error, "not found")), REFUSAL, ""),
        (
            Expectation(error=ExpectedError(REFUSAL.error, "mismatch")),
            REFUSAL,
            "message /mismatch/ → Authorizer SensorAuth not found",
        ),
        (
            Expectation(error=ExpectedError("InvalidRequestException", "mismatch")),
            None,
            "InvalidRequestException: /mismatch/ → authenticated as sensor7",
        ),
        (
            Expectation(is_authenticated=True, principal_id="p"),
            REFUSAL,
            "authenticated as p → ResourceNotFoundException: Authorizer SensorAuth not found",
        ),
    ],
    ids=["kept", "message", "an answer instead", "an error instead"],
)
def test_errors(expectation: Expectation, result: Outcome | Failure | None, words: str) -> None:
    comparison = compare_with_expectation(expectation, invocation(result))

    assert "; ".join(change.words for change in comparison.changes if change.differs) == words


def test_what_is_promised_is_what_came_apart_from_what_was_expected() -> None:
    expectation = Expectation(principal_id="p", policy_documents=({"Id": "ü"}, "not JSON"), refresh_after_in_seconds=0)
    expected = Outcome(True, "p", ('{"Id": "ü"}', "not JSON"), 0, 86400)
    assert promised(expectation, outcome(policy(CONNECT))) == expected
    assert promised(expectation, REFUSAL) == replace(expected, disconnect_after_in_seconds=None)
    assert promised(replace(expectation, is_authenticated=False), REFUSAL) == replace(
        expected, is_authenticated=False, disconnect_after_in_seconds=None
    )
    assert promised(Expectation(principal_id="/^sensor/"), outcome()) == outcome()


@pytest.mark.parametrize(
    ("wanted", "got", "expected"),
    [
        (ExpectedError(REFUSAL.error), REFUSAL, REFUSAL),
        (ExpectedError(REFUSAL.error, "not found"), REFUSAL, REFUSAL),
        (ExpectedError(REFUSAL.error, "^x"), REFUSAL, replace(REFUSAL, message="/^x/")),
        (ExpectedError(REFUSAL.error, "^x"), outcome(), Failure(FailureKind.AWS, REFUSAL.error, "/^x/")),
        (ExpectedError("Other"), REFUSAL, Failure(FailureKind.AWS, "Other", None)),
    ],
)
def test_the_error_that_is_promised(wanted: ExpectedError, got: Outcome | Failure, expected: Failure) -> None:
    assert promised(Expectation(error=wanted), got) == expected


def test_only_an_answer_is_compared() -> None:
    with pytest.raises(ValueError, match="only be compared with an answer"):
        compare_with_expectation(Expectation(), Side("a draft"))


@pytest.mark.parametrize(
    "invocation_",
    [
        invocation(),
        invocation(outcome(policy(PUBLISH), authenticated=False)),
        invocation(Failure(FailureKind.AWS, "E", "(odd)", 400)),
    ],
    ids=["answer", "refused", "error"],
)
def test_what_was_recorded_equals_what_happened(invocation_: Invocation) -> None:
    recorded = record(invocation_)

    assert compare_with_expectation(recorded, invocation_).equal
    assert not judge(recorded, invocation_).broken
