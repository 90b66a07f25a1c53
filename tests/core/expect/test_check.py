import json
from typing import Any

import pytest

from authlens.core.expect.check import Broken, JudgementState, judge, keeps, matches, milliseconds, unwanted_findings
from authlens.core.expect.judgement_text import explanation
from authlens.core.expect.record import record
from authlens.core.invocation.invocation import Failure, FailureKind, Invocation
from authlens.core.saved.expectation import Expectation, ExpectedError, Question
from authlens.core.text.pattern import LONGEST
from support.invocations import CONNECT, PUBLISH, REFUSAL, invocation, outcome, policy

THROTTLED = Failure(FailureKind.AWS, "ThrottlingException", "Rate exceeded", 400)
UNREACHABLE = Failure(FailureKind.UNREACHABLE, "EndpointConnectionError", "Could not connect")
CONNECTING = Question("iot:Connect", "client/sensor-7")
SUBSCRIBING = Question("iot:Subscribe", "topicfilter/#")


@pytest.mark.parametrize(
    "expectation",
    [
        Expectation(),
        Expectation(is_authenticated=True),
        Expectation(principal_id="sensor7"),
        Expectation(principal_id="/^sensor[0-9]$/"),
        Expectation(allow=(CONNECTING,)),
        Expectation(deny=(SUBSCRIBING,)),
        Expectation(policy_documents=({"Version": "2012-10-17", "Statement": [PUBLISH, CONNECT]},)),
        Expectation(refresh_after_in_seconds=300, disconnect_after_in_seconds=86400),
        Expectation(max_duration=0.012),
    ],
    ids=lambda expectation: repr(expectation)[:60],
)
def test_kept(expectation: Expectation) -> None:
    assert keeps(expectation, invocation()) == ()
    assert judge(expectation, invocation()).state is JudgementState.KEPT


@pytest.mark.parametrize(
    ("expectation", "key", "expected", "got", "difference"),
    [
        (Expectation(is_authenticated=False), "isAuthenticated", "false", "true", "false → true"),
        (Expectation(principal_id="sensor8"), "principalId", "sensor8", "sensor7", "sensor8 → sensor7"),
        (Expectation(principal_id="/^s$/"), "principalId", "/^s$/", "sensor7", ""),
        (
            Expectation(allow=(CONNECTING, SUBSCRIBING)),
            "allow",
            "iot:Subscribe topicfilter/#: ALLOWED",
            "IMPLICIT_DENY",
            "No statement allows iot:Subscribe",
        ),
        (
            Expectation(deny=(CONNECTING,)),
            "deny",
            "iot:Connect client/sensor-7: denied",
            "ALLOWED",
            "Document 1, statement 1",
        ),
        (
            Expectation(policy_documents=({"Version": "2012-10-17", "Statement": CONNECT},)),
            "policyDocuments",
            json.dumps([{"Version": "2012-10-17", "Statement": CONNECT}]),
            f"[{policy(CONNECT, PUBLISH)}]",
            "statement 2 added: Allow iot:Publish on",
        ),
        (Expectation(refresh_after_in_seconds=301), "refreshAfterInSeconds", "301", "300", "301 → 300"),
        (Expectation(disconnect_after_in_seconds=300), "disconnectAfterInSeconds", "300", "86400", ""),
        (
            Expectation(error=ExpectedError("InvalidRequestException")),
            "error",
            "InvalidRequestException",
            "authenticated as sensor7",
            "",
        ),
        (Expectation(max_duration=0.010), "maxDuration", "at most 10 ms", "12 ms", "2.0 ms too long"),
    ],
    ids=lambda value: value if isinstance(value, str) else "",
)
def test_broken(expectation: Expectation, key: str, expected: str, got: str, difference: str) -> None:
    (broken,) = keeps(expectation, invocation())

    assert (broken.key, broken.expected, broken.got) == (key, expected, got)
    assert difference in broken.difference
    assert judge(expectation, invocation()).state is JudgementState.BROKEN


ANYTHING = {"Effect": "Allow", "Action": "iot:*", "Resource": "*"}
SLIP = {"Effect": "Allow", "Action": "iot:Subscribe", "Resource": "arn:aws:iot:us-west-2:123456789012:topic/a"}


@pytest.mark.parametrize("severity", ["error", "warning"])
def test_no_findings_in_a_good_policy(severity: Any) -> None:
    assert keeps(Expectation(no_findings=severity), invocation()) == ()


def test_findings_of_the_severity_or_above() -> None:
    answer = invocation(outcome(policy(CONNECT, PUBLISH, ANYTHING, SLIP)))

    errors = keeps(Expectation(no_findings="error"), answer)
    warnings = keeps(Expectation(no_findings="warning"), answer)

    assert {broken.key for broken in warnings} == {"noFindings"}
    assert all(broken.got.startswith("document 1: error ") for broken in errors)
    assert len(errors) < len(warnings)


def test_every_unmet_expectation_is_reported() -> None:
    expectation = Expectation(is_authenticated=False, principal_id="p", refresh_after_in_seconds=1)

    assert [broken.key for broken in keeps(expectation, invocation())] == [
        "isAuthenticated",
        "principalId",
        "refreshAfterInSeconds",
    ]


def test_variables_of_the_expectation() -> None:
    guarded = {**CONNECT, "Condition": {"StringEquals": {"iot:Connection.Thing.ThingTypeName": "sensor"}}}
    answer = invocation(outcome(policy(guarded)))
    variables = {"iot:Connection.Thing.ThingTypeName": ("sensor",)}

    assert keeps(Expectation(allow=(CONNECTING,)), answer)
    assert not keeps(Expectation(allow=(CONNECTING,), variables=variables), answer)


@pytest.mark.parametrize(
    ("expectation", "result", "state"),
    [
        pytest.param(None, None, JudgementState.KEPT, id="an answer is enough"),
        pytest.param(None, REFUSAL, JudgementState.UNJUDGED, id="an error where nothing was expected"),
        pytest.param(Expectation(is_authenticated=True), REFUSAL, JudgementState.UNJUDGED, id="where an answer was"),
        pytest.param(
            Expectation(is_authenticated=False), REFUSAL, JudgementState.UNJUDGED, id="where a refused login was"
        ),
        pytest.param(Expectation(error=ExpectedError(REFUSAL.error)), REFUSAL, JudgementState.KEPT, id="the error"),
        pytest.param(
            Expectation(error=ExpectedError(REFUSAL.error, "^Auth.* not")),
            REFUSAL,
            JudgementState.KEPT,
            id="its message",
        ),
        pytest.param(
            Expectation(error=ExpectedError(REFUSAL.error, "other")),
            REFUSAL,
            JudgementState.BROKEN,
            id="another message",
        ),
        pytest.param(
            Expectation(error=ExpectedError("Other")), REFUSAL, JudgementState.BROKEN, id="another error of AWS"
        ),
        pytest.param(
            Expectation(error=ExpectedError("Other")), UNREACHABLE, JudgementState.UNJUDGED, id="an error not of AWS"
        ),
        pytest.param(Expectation(error=ExpectedError("Other")), THROTTLED, JudgementState.UNJUDGED, id="throttled"),
        pytest.param(
            Expectation(error=ExpectedError(THROTTLED.error)), THROTTLED, JudgementState.KEPT, id="throttling expected"
        ),
    ],
)
def test_errors(expectation: Expectation | None, result: Any, state: JudgementState) -> None:
    assert judge(expectation, invocation(result)).state is state


def test_the_reason_why_nothing_can_be_said() -> None:
    assert judge(None, invocation(UNREACHABLE)).reason == "EndpointConnectionError: Could not connect"


@pytest.mark.parametrize(
    ("pattern", "text", "expected"),
    [
        ("a", "a", True),
        ("a", "ab", False),
        ("/a/", "ab", True),
        ("/", "/", True),
        ("/", "x", False),
        ("/a", "/a", True),
        ("a/", "a", False),
        ("//", "x", True),
        ("/\\[/", "[", True),
    ],
)
def test_literals_and_patterns(pattern: str, text: str, expected: bool) -> None:
    assert matches(pattern, text) is expected


@pytest.mark.parametrize(
    "invocation_",
    [
        invocation(),
        invocation(outcome(authenticated=False, principal=None)),
        invocation(outcome(principal="/x/")),
        invocation(outcome("not json")),
        invocation(REFUSAL),
        invocation(Failure(FailureKind.AWS, "InvalidRequestException", None, 400)),
        invocation(Failure(FailureKind.AWS, "E", "odd (text) [1] \\ + 12345678-1234-1234-1234-123456789abc: x")),
    ],
    ids=["answer", "refused", "principal like a pattern", "not JSON", "error", "null message", "odd message"],
)
def test_what_was_recorded_is_kept(invocation_: Invocation) -> None:
    assert judge(record(invocation_), invocation_).state is JudgementState.KEPT


def test_ids_of_one_call_are_not_recorded() -> None:
    first, second = (
        invocation(Failure(FailureKind.AWS, "E", f"RequestId: {number * 8}-1111-1111-1111-111111111111 Error: exit"))
        for number in "ab"
    )

    assert judge(record(first), second).state is JudgementState.KEPT


def test_an_error_that_was_expected_keeps_no_promise_of_an_answer() -> None:
    error = ExpectedError("ResourceNotFoundException")
    kept = Expectation(error=error, is_authenticated=False, deny=(CONNECTING,))
    asked = Expectation(
        error=error,
        is_authenticated=True,
        principal_id="p1",
        allow=(CONNECTING, SUBSCRIBING),
        policy_documents=({"Version": "2012-10-17"},),
        refresh_after_in_seconds=300,
        disconnect_after_in_seconds=0,
    )

    assert keeps(kept, invocation(REFUSAL)) == ()
    got, why = "ResourceNotFoundException: Authorizer SensorAuth not found", "an error has no answer"
    assert keeps(asked, invocation(REFUSAL)) == (
        Broken("isAuthenticated", "true", got, why),
        Broken("principalId", "p1", got, why),
        Broken("allow", '["iot:Connect client/sensor-7", "iot:Subscribe topicfilter/#"]', got, why),
        Broken("policyDocuments", '[{"Version": "2012-10-17"}]', got, why),
        Broken("refreshAfterInSeconds", "300", got, why),
        Broken("disconnectAfterInSeconds", "0", got, why),
    )


def test_a_message_is_quoted_as_it_is() -> None:
    failure = Failure(FailureKind.AWS, "InvalidRequestException", "größer", 400)
    (broken,) = keeps(Expectation(error=ExpectedError(failure.error, "^kleiner")), invocation(failure))
    assert broken == Broken("error.message", "/^kleiner/", '"größer"', "the pattern does not match the message")


def test_a_pattern_that_backtracks_without_end_is_abandoned() -> None:
    endless = Expectation(principal_id="/^(a|a)*$/")

    judgement = judge(endless, invocation(outcome(principal="a" * 60 + "1")))

    assert judgement.state is JudgementState.UNJUDGED
    assert judgement.reason.startswith("the pattern /^(a|a)*$/ was abandoned after 0.5 s")


def test_a_pattern_that_is_not_one_judges_nothing() -> None:
    judgement = judge(Expectation(principal_id="/(?P=x)/"), invocation(outcome(principal="a")))

    assert judgement.state is JudgementState.UNJUDGED
    assert judgement.reason.startswith("/(?P=x)/ is not a valid regular expression: ")


def test_a_long_message_is_recorded_by_its_beginning() -> None:
    failure = Failure(FailureKind.AWS, "InvalidRequestException", "(x) " * 1000, 400)
    recorded = record(invocation(failure))

    assert recorded.error is not None
    assert len(recorded.error.message or "") <= LONGEST
    assert judge(recorded, invocation(failure)).state is JudgementState.KEPT


@pytest.mark.parametrize(("length", "is_whole"), [(LONGEST - 2, True), (LONGEST - 1, False)])
def test_a_message_is_recorded_whole_as_long_as_a_pattern_may_be(length: int, is_whole: bool) -> None:
    recorded = record(invocation(Failure(FailureKind.AWS, "InvalidRequestException", "x" * length, 400)))
    assert recorded.error is not None
    assert (recorded.error.message or "").endswith("$") == is_whole


def test_an_unknown_action_is_judged_with_a_note() -> None:
    asked = Question("iot:NewTomorrow", "topic/a")
    for expectation, state in (
        (Expectation(deny=(asked, Question("iot:Publish", "topic/other"))), JudgementState.KEPT),
        (Expectation(allow=(asked,), deny=(asked,)), JudgementState.BROKEN),
    ):
        judgement = judge(expectation, invocation())
        assert judgement.state is state
        assert [note.partition(":")[0] for note in judgement.notes] == ["authlens does not know this action"]
        assert judgement.notes[0] in explanation(judgement, invocation())
    known = judge(Expectation(deny=(Question("iot:Publish", "topic/other"),)), invocation())
    assert (known.notes, explanation(known, invocation())) == ((), "")


def test_thing_variables_are_a_finding_unless_a_certificate_brings_them() -> None:
    answer = outcome(policy({**CONNECT, "Resource": "arn:aws:iot:us-west-2:123456789012:client/${iot:CertificateId}"}))
    assert [one.expected for one in unwanted_findings("warning", answer, None, None, False)] != []
    assert list(unwanted_findings("warning", answer, None, None, has_certificate=True)) == []


@pytest.mark.parametrize(
    ("seconds", "words"),
    [
        (0.0004, "0.4 ms"),
        (0.0009945, "0.99 ms"),
        (0.001, "1.0 ms"),
        (0.0099, "9.9 ms"),
        (0.009945, "9.9 ms"),
        (0.01, "10 ms"),
        (0.25, "250 ms"),
        (2.0, "2000 ms"),
    ],
)
def test_milliseconds(seconds: float, words: str) -> None:
    assert milliseconds(seconds) == words
