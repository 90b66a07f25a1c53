"""Errors of AWS IoT as CloudFormation, CDK, Terraform, the SDKs and the console frame them."""

from __future__ import annotations

import time

import pytest

from authlens.core.invocation.invocation import Failure, FailureKind
from authlens.core.pasted.framed_errors import (
    bare_error,
    framed_error,
    is_certain,
    is_error,
    is_of_test_call,
    of_setup,
)
from authlens.core.verdict.device_messages import recognise

NO_NAME = "Token key name for authorizer A cannot be null"
MISMATCH = "Token signature mismatch for authorizer A"
_CALL = "Service: Iot, Status Code: 400, Request ID: 1b2c"
_OLD_CALL = "Service: AWSIot; Status Code: 400; Error Code: InvalidRequestException; Request ID: 1b2c; Proxy: null"
_STACK = "❌  Iot failed: ToolkitError: The stack named Iot failed creation: ROLLBACK_COMPLETE: "
_HANDLER = 'Resource handler returned message: "Invalid request provided: '
_GO = "operation error IoT: CreateAuthorizer, https response error StatusCode: 400, RequestID: 1b2c-3, "
_BOTO = "An error occurred (InvalidRequestException) when calling the CreateAuthorizer operation: "
FRAMES = {
    "CloudFormation": f'{_HANDLER}{NO_NAME} ({_CALL})" (RequestToken: 7f, HandlerErrorCode: InvalidRequest)',
    "older CloudFormation": f"{NO_NAME} ({_OLD_CALL})",
    "CDK": f'{_STACK}{_HANDLER}{NO_NAME} ({_CALL})" (HandlerErrorCode: InvalidRequest)',
    "Terraform": f"Error: creating IoT Authorizer (A): {_GO}InvalidRequestException: {NO_NAME}\n\n  with aws",
    "older Terraform": f"Error: error creating IoT Authorizer (A): InvalidRequestException: {NO_NAME}",
    "boto3": f"botocore.errorfactory.InvalidRequestException: {_BOTO}{NO_NAME}",
    "Java": f"software.amazon.awssdk.services.iot.model.InvalidRequestException: {NO_NAME} ({_CALL})",
    "JavaScript": f"InvalidRequestException: {NO_NAME}\n    at throwDefaultError (f.js:1:2) {{ '$fault': 'client' }}",
    "console": f"InvalidRequestException\n{NO_NAME}",
    "console with space": f"InvalidRequestException \n \n {NO_NAME}",
}


ORIGINS: dict[str, tuple[str, int | None, bool]] = {
    "CloudFormation": ("CloudFormation or CDK", 400, True),
    "older CloudFormation": ("CloudFormation or CDK", 400, True),
    "CDK": ("CloudFormation or CDK", 400, True),
    "Terraform": ("Terraform or the AWS SDK for Go", 400, True),
    "older Terraform": ("Terraform", None, True),
    "boto3": ("the AWS CLI or boto3", None, True),
    "Java": ("the AWS SDK for Java", 400, True),
    "JavaScript": ("an AWS SDK", None, False),
    "console": ("the AWS console", None, False),
    "console with space": ("the AWS console", None, False),
}


@pytest.mark.parametrize("name", FRAMES)
def test_the_frame_tells_the_tool_and_the_status(name: str) -> None:
    origin, status, certain = ORIGINS[name]
    failure = Failure(FailureKind.AWS, "InvalidRequestException", NO_NAME, status)
    assert framed_error(FRAMES[name]) == (origin, failure)
    assert is_certain(origin) is certain


@pytest.mark.parametrize(
    ("text", "error", "message", "status"),
    [
        ("StatusMessage: no. ErrorCode: NotFound", "ResourceNotFoundException", "no", None),
        ("StatusMessage: no. ErrorCode: InvalidRequest", "InvalidRequestException", "no", None),
        ("StatusMessage: no. ErrorCode: ServiceLimitExceeded", "ServiceLimitExceeded", "no", None),
        ("InvalidRequestException: None", "InvalidRequestException", None, None),
        ("InvalidRequestException: UnknownError", "InvalidRequestException", None, None),
        ('x-amzn-ErrorType: AException\n\n{"message":"no"}', "AException", "no", None),
        ("AException: {no", "AException", "{no", None),
        (
            'HTTP/1.1 400 Bad Request\nx-amzn-errortype: AException:http://a/\nx-amzn-RequestId: 1\n\n{"message":"no"}',
            *("AException", "no", None),
        ),
        ('X-Amzn-ErrorType: AException\nDate: x\n\n{"message":null}', "AException", None, None),
        ("AException: f(reading 'a'): TypeError", "AException", "f(reading 'a'): TypeError", None),
        ("null (Service: Iot, Status Code: 500, Error Code: FooException)", "FooException", None, 500),
        (" (Service: Iot, Status Code: 500, Error Code: FooException)", "FooException", None, 500),
        ("no (Service: Iot, Status Code: 500)", "InvalidRequestException", "no", 500),
        ('one "two (Service: Iot, Status Code: 500)', "InvalidRequestException", "two", 500),
        ("one\ntwo (Service: Iot, Status Code: 500)", "InvalidRequestException", "two", 500),
        ("AException: software.b.BException: no", "BException", "no", None),
    ],
)
def test_class_words_and_status_of_what_is_framed(text: str, error: str, message: str | None, status: int) -> None:
    framed = framed_error(text)
    assert framed is not None
    assert framed[1] == Failure(FailureKind.AWS, error, message, status)


@pytest.mark.parametrize(
    ("field", "is_known"),
    [
        ("tokenSignature", True),
        ("httpContext.queryString", True),
        ("httpContext.headers[key]", True),
        ("tableName", False),
        ("authorizerFunctionArn", False),
        ("tokenKeyName", False),
    ],
)
def test_a_broken_constraint_counts_only_with_a_field_of_the_test_call(field: str, is_known: bool) -> None:
    """Every service of AWS words them alike; what the pattern ends with stays."""
    one = f"Value at '{field}' failed to satisfy constraint: Member must satisfy regular expression pattern: a{{0,2}}"
    for text in (
        f"1 validation error detected: {one}",
        f"2 validation errors detected: {one}; Value at 'token' x {{}}",
    ):
        found = bare_error(f'ERROR "{text}"')
        assert found == (Failure(FailureKind.AWS, "InvalidRequestException", text) if is_known else None)


@pytest.mark.parametrize(
    "error", ["InternalFailureException", "ServiceUnavailableException", "InvalidRequestException"]
)
def test_an_error_of_the_sdk_for_java_may_be_that_of_a_test_call(error: str) -> None:
    framed = framed_error(f"software.amazon.awssdk.services.iot.model.{error}: no (Service: Iot, Status Code: 500)")
    assert framed is not None
    origin, failure = framed
    assert (origin, is_of_test_call(failure, origin, None)) == ("the AWS SDK for Java", True)
    assert not is_of_test_call(failure, "CloudFormation or CDK", None)


def test_only_the_beginning_of_a_long_text_is_searched() -> None:
    assert framed_error(" " * (32_768 - 27) + "ThrottlingException: no way") is not None
    assert framed_error(" " * 32_768 + "ThrottlingException: no way") is None
    assert bare_error("\n" * 49 + MISMATCH) == Failure(FailureKind.AWS, "InvalidRequestException", MISMATCH)
    assert bare_error("\n" * 50 + MISMATCH) is None
    assert bare_error(" " * 32_768 + MISMATCH) is None


@pytest.mark.parametrize("text", FRAMES.values(), ids=FRAMES.keys())
def test_the_error_inside_is_taken_out(text: str) -> None:
    framed = framed_error(text)
    assert framed is not None
    origin, failure = framed
    assert (failure.error, failure.message) == ("InvalidRequestException", NO_NAME)
    setup = of_setup(failure, origin)
    assert setup is not None
    assert (setup.row.id, setup.row.origin, setup.row.stage) == ("no-token-key-name", origin, "deployment")


@pytest.mark.parametrize("frame", FRAMES.values(), ids=FRAMES.keys())
def test_errors_of_a_test_call_are_those_of_the_contract(frame: str) -> None:
    framed = framed_error(frame.replace(NO_NAME, MISMATCH))
    assert framed is not None
    assert framed[1].message == MISMATCH
    assert of_setup(framed[1], framed[0]) is None


def test_a_frame_without_a_class_has_that_of_the_words() -> None:
    call = "Service: Iot, Status Code: 409, Request ID: 1b2c"
    framed = framed_error(
        f'{_STACK}Resource handler returned message: "Authorizer A already exist for this account ({call})"'
    )
    assert framed is not None
    assert framed[1].error == "ResourceAlreadyExistsException"
    setup = of_setup(framed[1], framed[0])
    assert setup is not None
    assert setup.row.id == "exists"


@pytest.mark.parametrize(
    ("text", "error"),
    [
        (MISMATCH, "InvalidRequestException"),
        (f"  {MISMATCH}\n", "InvalidRequestException"),
        (f"The test failed:\n{MISMATCH}", "InvalidRequestException"),
        (NO_NAME, "InvalidRequestException"),
        ("Authorizer A not found", "ResourceNotFoundException"),
        (
            "null at principalId failed to satisfy constraint: Member must satisfy ([a-zA-Z0-9]){1,128}",
            "InvalidResponseException",
        ),
        ("Lambda function encountered error in execution: boom: Error", "InvalidResponseException"),
        ("Lambda function encountered error in execution: boom", "InvalidResponseException"),
        ("1 validation error detected: Value at 'token' failed to satisfy constraint: x", "InvalidRequestException"),
    ],
)
def test_words_of_aws_without_a_frame(text: str, error: str) -> None:
    found = bare_error(text)
    assert found is not None
    assert (found.error, found.message) == (error, [line for line in text.splitlines() if line.strip()][-1].strip())


_FAILED = "Lambda function encountered error in execution"


@pytest.mark.parametrize("around", ["{}.", "⚠ {}", "The test failed. {}", '✗ "{}".', "Error: {}"])
@pytest.mark.parametrize("words", [MISMATCH, _FAILED, "Authorizer A not found"])
def test_what_is_around_the_words_is_left_out(around: str, words: str) -> None:
    found = bare_error(around.format(words))
    assert found is not None
    assert found.message == words
    assert is_error(around.format(words))


@pytest.mark.parametrize("text", ["", "\n\n", "not found", "Authorizer A", "an error", "null", "Error: boom"])
def test_other_words_are_not_an_error_from_aws(text: str) -> None:
    assert bare_error(text) is None
    assert not is_error(text)


@pytest.mark.parametrize(
    "text",
    [
        "InvalidRequestException",
        "InvalidRequestException\n",
        "botocore.errorfactory.InvalidRequestException: None",
        "InvalidRequestException: UnknownError\n    at throwDefaultError (index.js:842:20)",
    ],
)
def test_a_refusal_without_a_message_is_its_class(text: str) -> None:
    assert bare_error(text) == Failure(FailureKind.AWS, "InvalidRequestException", None)


def test_a_cut_message_about_the_map_of_keys_is_known() -> None:
    text = f"Invalid request provided: Token signing keys map for authorizer A cannot be nu ({_CALL})"
    framed = framed_error(text)
    assert framed is not None
    setup = of_setup(framed[1], framed[0])
    assert setup is not None
    assert setup.row.id == "no-keys"


def test_that_there_is_no_default_authorizer_is_known() -> None:
    call = "when calling the DescribeDefaultAuthorizer operation"
    framed = framed_error(f"An error occurred (ResourceNotFoundException) {call}: Default authorizer not found")
    assert framed is not None
    setup = of_setup(framed[1], framed[0])
    assert setup is not None
    assert setup.row.meaning == "The account has no default authorizer in this Region."


@pytest.mark.parametrize("text", ["", "Error: no", "hello Exception", "AWS_ERROR_MQTT_UNEXPECTED_HANGUP"])
def test_a_text_without_a_frame_holds_none(text: str) -> None:
    assert framed_error(text) is None


PARTS = ["[", "a.", "Aa", "Exception: ", " (Service: ", "Error: error creating IoT ", '{"eventType":', "\n"]


@pytest.mark.parametrize("part", PARTS)
def test_no_text_takes_long(part: str) -> None:
    text = part * (65_536 // len(part))
    began = time.perf_counter()
    framed_error(text)
    recognise(text)
    assert time.perf_counter() - began < 10
