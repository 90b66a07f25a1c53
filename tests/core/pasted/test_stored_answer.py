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
        ('{"__type": "x#AException", "message": "m"}', "AException", "m", None, ["another-call"]),
        (
            '{"__type": "com.amazonaws.dynamodb#ResourceNotFoundException", "message": "m"}',
            *("ResourceNotFoundException", "m", None, ["another-call"]),
        ),
        (
            '{"__type": "ResourceNotFoundException", "message": "Authorizer A not found"}',
            *("ResourceNotFoundException", "Authorizer A not found", None, []),
        ),
        (
            '{"Error": {"Code": "AccessDeniedException", "Message": "m"}, "ResponseMetadata": {}}',
            *("AccessDeniedException", "m", None, ["caller-not-authorized"]),
        ),
        ('{"error": "AccessDeniedException", "httpStatus": 403}', "AccessDeniedException", None, 403, []),
        ('{"error": "InvalidRequestException", "message": "new"}', "InvalidRequestException", "new", None, []),
        ('{"error": "NoCredentialsError", "message": "m"}', "NoCredentialsError", "m", None, []),
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
        (
            '{"level": "ERROR", "message": {"errorType": "E", "errorMessage": "m", "stackTrace": []}}',
            f"{WOULD}m: E",
            None,
        ),
        ('{"isAuthenticated": "yes"}', "Lambda invocation result is in invalid format", None),
        ('{"IsAuthenticated": true}', "Lambda invocation result is in invalid format", None),
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


RECORD = (
    '{"timestamp": "2020-02-18 19:09:29.632", "status": "Failure", "eventType": "Connect", "clientId": "c1", '
    '"principalId": "AROA:CognitoIdentityCredentials", "reason": "AUTHORIZATION_FAILURE"}'
)
"""As AWS IoT writes it: with the principal's id, which an answer has, too."""


@pytest.mark.parametrize(
    "text",
    [
        RECORD,
        f"2020-02-18T19:09:29Z {RECORD}",
        f"[{RECORD}]",
        json.dumps({"events": [{"message": RECORD}]}),
        json.dumps({"level": "error", "error": {"message": RECORD}}),
        f"```json\n{RECORD}\n```",
    ],
)
def test_a_record_of_aws_iots_log_is_not_an_answer(text: str) -> None:
    stored = read_stored_answer(text, NOW)
    assert [each.row.id for each in stored.messages] == ["log-authorization-failure"]
    assert stored.messages[0].detail == "client id c1, principal AROA:CognitoIdentityCredentials"


OF_API_GATEWAY = '{"principalId": "u", "policyDocument": {"Version": "2012-10-17"}, "context": {}}'


def test_an_answer_made_for_api_gateway_is_one_that_aws_iot_refuses() -> None:
    stored = read_stored_answer(OF_API_GATEWAY, NOW)
    assert stored.invocation.failure is not None
    assert stored.invocation.failure.message == "Lambda invocation result is in invalid format"
    for text in ('{"clientId": "x", "principalId": "y"}', '{"principalId": "y", "eventType": "x"}'):
        with pytest.raises(NotRecognised):
            read_stored_answer(text, NOW)


BOTO_TEST = f"An error occurred (InvalidRequestException) when calling the TestInvokeAuthorizer operation: {MISMATCH}"
NOISE = (
    "{}",
    "2026-11-29T08:00:00.123Z {}",
    "Nov 29 08:00:00 host app[123]: ERROR {}",
    "\x1b[0;31m{}\x1b[0m",
    '"{}"',
    "'{}'",
    "Fehler: {}",
    "(see {})",
    "line one\r\n{}\r\nline three\r\n",
    "```\n{}\n```",
)


@pytest.mark.parametrize("noise", NOISE)
def test_an_error_is_read_through_what_surrounds_it(noise: str) -> None:
    for words in (BOTO_TEST, f"InvalidRequestException: {MISMATCH}"):
        failure = read_stored_answer(noise.format(words).replace("\r\n", "\n"), NOW).invocation.failure
        assert failure is not None
        assert (failure.error, failure.message) == ("InvalidRequestException", MISMATCH)


@pytest.mark.parametrize("key", ["msg", "message", "error", "errorMessage", "exception"])
def test_an_error_in_a_structured_log_is_read_from_its_strings(key: str) -> None:
    for words, id_ in ((f"InvalidRequestException: {MISMATCH}", None), ("AWS_ERROR_MQTT_TIMEOUT", "sdk-no-answer")):
        for value in ({"level": "error", key: words, "time": 1}, [{key: words, "level": "error"}]):
            stored = read_stored_answer(json.dumps(value), NOW)
            assert [each.row.id for each in stored.messages] == ([] if id_ is None else [id_])
            if id_ is None:
                assert stored.invocation.failure == Failure(FailureKind.AWS, "InvalidRequestException", MISMATCH)


@pytest.mark.parametrize(
    ("text", "id_"),
    [
        ("An error occurred (AccessDeniedException) when calling the Invoke operation: User: u is not authorized to "
         "perform: lambda:InvokeFunction on resource: f", "caller-not-authorized"),
        ("An error occurred (AccessDenied) when calling the GetObject operation: Access Denied",
         "caller-not-authorized"),
        ("Error: creating IoT Role Alias (x): operation error IoT: CreateRoleAlias, https response error StatusCode: "
         "403, RequestID: abc, api error AccessDeniedException: null", "caller-not-authorized"),
        ("Error: creating IoT Authorizer (k): InternalFailure: The create_authorizer action has not been implemented",
         "emulator-lacks-call"),
        ("An error occurred (MalformedPolicyException) when calling the CreatePolicy operation: Policy document is "
         "Malformed: Invalid policy syntax.", "malformed-policy"),
        ('Resource handler returned message: "Invalid request provided: Policy document is Malformed: Invalid policy '
         'syntax. (Service: Iot, Status Code: 400, Request ID: 2)"', "malformed-policy"),
        ("An error occurred (ResourceNotFoundException) when calling the Invoke operation: Function not found: f",
         "another-call"),
        ("An error occurred (InvalidRequestException) when calling the CreateThing operation: None", "another-call"),
    ],
)  # fmt: skip
def test_the_refusal_of_another_call_has_no_stage_of_a_test_call(text: str, id_: str) -> None:
    stored = read_stored_answer(text, NOW)
    assert [(each.row.id, each.row.stage) for each in stored.messages] == [(id_, "deployment")]


@pytest.mark.parametrize(
    "text",
    [
        "An error occurred (UnrecognizedClientException) when calling the ListThings operation: The token is invalid.",
        "An error occurred (ThrottlingException) when calling the ListThings operation: Rate exceeded",
        "ThrottlingException: Rate exceeded",
        "An error occurred (ResourceNotFoundException) when calling the DescribeAuthorizer operation: Authorizer x "
        "not found",
        "InternalFailureException: null",
    ],
)
def test_what_means_the_same_for_any_call_is_explained(text: str) -> None:
    stored = read_stored_answer(text, NOW)
    assert stored.messages == ()
    assert stages(stored.invocation).headline


@pytest.mark.parametrize(
    "text",
    [
        "AccessDenied: s3",
        "UnauthorizedException: Cannot assume role\n\tstatus code: 401, request id: 1",
        "operation error DynamoDB: GetItem, https response error StatusCode: 400, RequestID: AB, "
        "ResourceNotFoundException: Requested resource not found",
        "NotAuthorizedException: Incorrect username or password.",
        "[ERROR] KeyError: 'x'",
    ],
)
def test_errors_of_other_services_are_not_recognised(text: str) -> None:
    with pytest.raises(NotRecognised):
        read_stored_answer(text, NOW)


def test_what_a_function_was_denied_is_what_it_raised() -> None:
    denied = "An error occurred (AccessDeniedException) when calling the GetItem operation: User: u is not authorized"
    text = f'[ERROR] ClientError: {denied}\nTraceback (most recent call last):\n  File "/var/task/f.py", line 3'
    failure = read_stored_answer(text, NOW).invocation.failure
    assert failure is not None
    assert failure.message == f"{WOULD}{denied}: ClientError"


def test_what_lambda_logged_of_a_function_is_what_it_raised() -> None:
    text = "[ERROR] KeyError: 'protocolData'\nTraceback (most recent call last):\n  File \"/var/task/f.py\", line 5\n"
    stored = read_stored_answer(text, NOW)
    assert stored.speaking == "AWS would say"
    assert stages(stored.invocation).headline == (
        "The function seems to read protocolData, which its event did not contain."
    )


@pytest.mark.parametrize(
    "line",
    [
        "2026-11-29 08:00:00 ERROR Unable to locate credentials",
        "botocore.exceptions.NoCredentialsError: Unable to locate credentials",
        "Traceback (most recent call last):\n  x\nbotocore.exceptions.NoCredentialsError: Unable to locate credentials",
        '{"level": "error", "msg": "Unable to locate credentials"}',
    ],
)
def test_missing_credentials_are_read_from_a_log(line: str) -> None:
    failure = read_stored_answer(line, NOW).invocation.failure
    assert failure == Failure(FailureKind.CREDENTIALS, "NoCredentialsError", "Unable to locate credentials")
