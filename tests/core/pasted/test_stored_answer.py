from __future__ import annotations

import json
from dataclasses import replace
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from authlens.core.contract.outcome import Outcome
from authlens.core.invocation.invocation import Failure, FailureKind
from authlens.core.invocation.invocation_json import to_json
from authlens.core.pasted.stored_answer import NotRecognised, read_stored_answer
from authlens.core.verdict.stages import stages
from support.device_records import CONNECTED, invocation
from support.preflight import NOW, SIGNED

KEYS = st.sampled_from(
    [
        *("isAuthenticated", "principalId", "policyDocuments", "refreshAfterInSeconds", "outcome", "request"),
        *("startedAt", "failure", "__type", "message", "Code", "authorizerName", "mqttContext", "context"),
    ]
)
LEAVES = (
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=8) | st.just("2026-11-23T12:00:00+00:00")
)
INNER = st.lists(LEAVES, max_size=3) | st.dictionaries(KEYS, LEAVES, max_size=6)
VALUES = LEAVES | INNER | st.dictionaries(KEYS, LEAVES | INNER, max_size=4)


@given(st.dictionaries(KEYS, VALUES, max_size=8))
def test_any_object_is_explained_or_refused(value: dict[str, Any]) -> None:
    try:
        stored = read_stored_answer(json.dumps(value), NOW)
    except ValueError:
        return
    assert stages(stored.invocation).headline
    stored.lint(None)


@given(st.text(st.characters(exclude_characters="{")))
def test_any_text_is_explained_or_refused_in_a_sentence(text: str) -> None:
    try:
        stored = read_stored_answer(text, NOW)
    except NotRecognised:
        return
    assert stored.messages or stored.invocation.failure


def test_a_deeply_nested_text_is_refused_in_a_sentence() -> None:
    with pytest.raises(ValueError, match="an answer"):
        read_stored_answer("[" * 100_000, NOW)


@given(st.text(min_size=1).map(str.rstrip).filter(lambda text: text and text != "None"))
def test_the_words_of_an_error_are_kept(words: str) -> None:
    printed = f"An error occurred (InvalidRequestException) when calling the TestInvokeAuthorizer operation: {words}\n"
    result = read_stored_answer(printed, NOW).invocation.result
    assert isinstance(result, Failure)
    assert (result.error, result.message) == ("InvalidRequestException", words)


def test_what_a_function_raised_is_read_as_aws_would_return_it() -> None:
    result = read_stored_answer('{"errorMessage": "boom", "errorType": "KeyError"}', NOW).invocation.result
    assert isinstance(result, Failure)
    assert result.message == "Lambda function encountered error in execution: boom: KeyError"


def test_what_an_answer_lacks_is_reported_for_the_answer() -> None:
    found = read_stored_answer('{"principalId": "p1"}', NOW).lint(None)
    assert [one.id for one in found] == ["is-authenticated", "policy-documents"]


def test_an_outcome_is_read_as_aws_would_return_it() -> None:
    value = {"isAuthenticated": True, "principalId": "p1", "policyDocuments": [{"Version": "2012-10-17"}]}
    result = read_stored_answer(json.dumps({"outcome": value}), NOW).invocation.result
    assert result == Outcome(True, "p1", ('{"Version":"2012-10-17"}',), 300, 86400)


MISMATCH = "Token signature mismatch for authorizer A"
NO_NAME = "Token key name for authorizer A cannot be null"
BOTO = "An error occurred (InvalidRequestException) when calling the CreateAuthorizer operation: "
WOULD = "Lambda function encountered error in execution: "


@pytest.mark.parametrize(
    ("text", "error", "message", "status", "messages"),
    [
        (f"InvalidRequestException: {MISMATCH}", "InvalidRequestException", MISMATCH, None, []),
        (MISMATCH, "InvalidRequestException", MISMATCH, None, []),
        ("Authorizer A not found", "ResourceNotFoundException", "Authorizer A not found", None, []),
        (BOTO + NO_NAME, "InvalidRequestException", NO_NAME, None, ["no-token-key-name"]),
        (f"InvalidRequestException: {NO_NAME}", "InvalidRequestException", NO_NAME, None, ["no-token-key-name"]),
        (NO_NAME, "InvalidRequestException", NO_NAME, None, ["no-token-key-name"]),
        ('{"__type": "x#AException", "message": "m"}', "AException", "m", None, []),
        ('{"Error": {"Code": "A", "Message": "m"}, "httpStatus": 400}', "A", "m", 400, []),
        ("Read timeout on endpoint URL: x", "ReadTimeoutError", "Read timeout on endpoint URL: x", None, []),
        ("AWS_ERROR_MQTT_UNEXPECTED_HANGUP", "", None, None, ["sdk-hangup"]),
        ("AWS_ERROR_MQTT_UNEXPECTED_HANGUP FooException: bar", "", None, None, ["sdk-hangup"]),
    ],
)
def test_an_error_is_what_aws_or_the_device_said(
    text: str, error: str, message: str | None, status: int | None, messages: list[str]
) -> None:
    stored = read_stored_answer(text, NOW)
    failure = stored.invocation.failure
    assert failure is not None
    assert (failure.error, failure.message, failure.http_status) == (error, message, status)
    assert [each.row.id for each in stored.messages] == messages
    assert (stored.written, stored.speaking, stored.claims_authenticated) == (None, "AWS said", None)
    assert (stored.invocation.started_at, stored.invocation.duration) == (NOW, 0.0)
    assert stored.lint(SIGNED) == ()


@pytest.mark.parametrize(
    ("text", "message", "claims"),
    [
        ('{"errorMessage": "m", "errorType": "E"}', f"{WOULD}m: E", None),
        (
            '{"errorMessage": "x Task timed out after 3.00 seconds"}',
            f"{WOULD}x Task timed out after 3.00 seconds: Sandbox.Timedout",
            None,
        ),
        ('{"errorMessage": "m", "errorType": 7}', f"{WOULD}m: Error", None),
        ('{"isAuthenticated": "yes"}', "Lambda invocation result is in invalid format", None),
        (
            '{"isAuthenticated": true}',
            "null at principalId failed to satisfy constraint: Member must satisfy ([a-zA-Z0-9]){1,128}",
            True,
        ),
    ],
)
def test_an_answer_that_aws_would_refuse(text: str, message: str, claims: bool | None) -> None:
    for written in (text, json.dumps(text)):
        stored = read_stored_answer(written, NOW)
        assert stored.invocation.failure == Failure(FailureKind.AWS, "InvalidResponseException", message, 400)
        assert (stored.speaking, stored.claims_authenticated) == ("AWS would say", claims)
        assert stored.written == (None if "errorMessage" in text else written)


def test_what_an_answer_raised_does_not_count_beside_what_it_says() -> None:
    stored = read_stored_answer('{"isAuthenticated": false, "errorMessage": "m"}', NOW)
    assert stored.claims_authenticated is False
    assert stored.written is not None


@pytest.mark.parametrize(
    "text",
    ["", "{}", "[]", '"x"', '"["', "FooException: bar", '{"outcome": 3}', '{"errorMessage": 3}', '{"request": {}}'],
)
def test_what_is_neither_is_not_recognised(text: str) -> None:
    with pytest.raises(NotRecognised):
        read_stored_answer(text, NOW)


def test_an_invocation_of_the_history_is_itself_and_a_probe_has_no_findings() -> None:
    for device, ids in ((None, ["no-documents"]), (CONNECTED, ["no-documents"]), (PROBE, [])):
        made = replace(invocation(CONNECTED), device=device)
        stored = read_stored_answer(json.dumps(to_json(made)), NOW)
        assert stored.invocation == made
        assert stored.written is None
        assert [found.id for found in stored.lint(None)] == ids


def test_findings_of_a_bare_answer_have_their_lines() -> None:
    text = '{"isAuthenticated": true,\n "principalId": "p",\n "policyDocuments": [{"Statement": []}]}'
    found = read_stored_answer(text, NOW).lint(SIGNED)
    assert [one.id for one in found] == [
        one.id for one in read_stored_answer(json.dumps(json.loads(text)), NOW).lint(None)
    ]
    assert all(one.span is None or one.span.line == 3 for one in found)
    assert any(one.span is not None for one in found)


PROBE = replace(CONNECTED, is_probe=True)
