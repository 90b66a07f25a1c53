"""Errors of AWS IoT as CloudFormation, CDK, Terraform, the SDKs and the console frame them."""

from __future__ import annotations

import time

import pytest

from authlens.core.pasted.framed_errors import bare_error, framed_error, of_setup
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
        ("1 validation error detected: Value at 'token' failed to satisfy constraint: x", "InvalidRequestException"),
    ],
)
def test_words_of_aws_without_a_frame(text: str, error: str) -> None:
    found = bare_error(text)
    assert found is not None
    assert (found.error, found.message) == (error, [line for line in text.splitlines() if line.strip()][-1].strip())


@pytest.mark.parametrize("text", ["", "\n\n", "not found", "Authorizer A", "an error", "null", "Error: boom"])
def test_other_words_are_not_an_error_from_aws(text: str) -> None:
    assert bare_error(text) is None


def test_a_cut_message_about_the_map_of_keys_is_known() -> None:
    text = f"Invalid request provided: Token signing keys map for authorizer A cannot be nu ({_CALL})"
    framed = framed_error(text)
    assert framed is not None
    setup = of_setup(framed[1], framed[0])
    assert setup is not None
    assert setup.row.id == "no-keys"


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
