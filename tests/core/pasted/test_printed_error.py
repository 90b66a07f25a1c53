from __future__ import annotations

import pytest

from authlens.core.invocation.invocation import Failure, FailureKind
from authlens.core.pasted.printed_error import logged_error, printed_error, stored_error

CALL = "when calling the TestInvokeAuthorizer operation"


@pytest.mark.parametrize(
    ("text", "kind", "error", "message"),
    [
        (f"An error occurred (A) {CALL}: x: y\nz\n", FailureKind.AWS, "A", "x: y\nz"),
        (f"\naws: [ERROR]: An error occurred (A) {CALL} (reached max retries: 4): x", FailureKind.AWS, "A", "x"),
        (f"An error occurred (A) {CALL}:  at principalId", FailureKind.AWS, "A", " at principalId"),
        (f"An error occurred (A) {CALL}: None\n", FailureKind.AWS, "A", None),
        (
            "\naws: [ERROR]: An error occurred (NoCredentials): Unable to locate credentials.",
            FailureKind.CREDENTIALS,
            "NoCredentialsError",
            "Unable to locate credentials.",
        ),
        (
            "\nUnable to locate credentials. You can configure",
            FailureKind.CREDENTIALS,
            "NoCredentialsError",
            "Unable to locate credentials. You can configure",
        ),
        (
            "An error occurred (NoRegion): You must specify a region.",
            FailureKind.CONFIGURATION,
            "NoRegionError",
            "You must specify a region.",
        ),
        (
            'Could not connect to the endpoint URL: "x"',
            FailureKind.UNREACHABLE,
            "EndpointConnectionError",
            'Could not connect to the endpoint URL: "x"',
        ),
        (
            "Read timeout on endpoint URL: x",
            FailureKind.TIMED_OUT,
            "ReadTimeoutError",
            "Read timeout on endpoint URL: x",
        ),
    ],
)
def test_a_printed_error_is_read_back_as_the_failure(
    text: str, kind: FailureKind, error: str, message: str | None
) -> None:
    assert printed_error(text) == Failure(kind, error, message)


@pytest.mark.parametrize("text", ["", "<html>", "An error occurred", "It was unable to locate credentials"])
def test_anything_else_is_not_an_error(text: str) -> None:
    assert printed_error(text) is None


@pytest.mark.parametrize(
    ("value", "failure"),
    [
        ({"__type": "com.amazonaws#AException", "message": "m"}, Failure(FailureKind.AWS, "AException", "m")),
        ({"Error": {"Code": "A", "Message": "m"}, "httpStatus": 400}, Failure(FailureKind.AWS, "A", "m", 400)),
        ({"error": "A", "message": 3, "httpStatus": "400"}, Failure(FailureKind.AWS, "A", None)),
        ({"Error": "x", "Code": "A"}, Failure(FailureKind.AWS, "A", None)),
        ({"__type": 7, "Code": "A", "error": "B"}, Failure(FailureKind.AWS, "A", None)),
        ({"error": ""}, None),
        ({"error": "Forbidden", "message": "no"}, None),
        ({"error": "invalid_token", "message": "no"}, None),
        ({"error": "NoRegionError", "message": "m"}, Failure(FailureKind.CONFIGURATION, "NoRegionError", "m")),
        ({"error": "A", "isAuthenticated": False}, None),
        ({"message": "m"}, None),
        ({}, None),
    ],
    ids=lambda value: str(value)[:40],
)
def test_a_stored_error_is_read_back(value: dict[str, object], failure: Failure | None) -> None:
    assert stored_error(value) == failure


@pytest.mark.parametrize(
    ("text", "advice"),
    [
        ('Invalid base64: "test!"', "--cli-binary-format"),
        ("aws: [ERROR]: Error parsing parameter '--http-context': Invalid JSON: x", "file://"),
        ("Parameter validation failed:\nInvalid type", None),
    ],
)
def test_a_value_that_the_aws_cli_cannot_read_has_its_remedy(text: str, advice: str | None) -> None:
    failure = printed_error(text)
    assert failure is not None
    assert failure.kind is FailureKind.REFUSED_HERE
    assert failure.advice is None if advice is None else advice in (failure.advice or "")


@pytest.mark.parametrize(
    "line",
    [
        "2026-11-29 08:00:00 ERROR Unable to locate credentials",
        "botocore.exceptions.NoCredentialsError: Unable to locate credentials",
        "x\n" * 49 + "NoCredentialsError: Unable to locate credentials",
    ],
)
def test_a_logged_error_is_found_behind_what_is_before_it(line: str) -> None:
    assert logged_error(line) == Failure(FailureKind.CREDENTIALS, "NoCredentialsError", "Unable to locate credentials")
    assert printed_error(line) is None


@pytest.mark.parametrize(
    ("line", "error"),
    [
        ("CredentialsProviderError: Could not load credentials from any providers", "NoCredentialsError"),
        (
            "a.SdkException: Unable to load credentials from any of the providers in the chain",
            "NoCredentialsError",
        ),
        ("failed to retrieve credentials: no EC2 IMDS role found", "NoCredentialsError"),
        ("2026-11-29 08:00:00 Error: Region is missing", "NoRegionError"),
    ],
)
def test_what_other_sdks_say_of_credentials_and_region_is_known(line: str, error: str) -> None:
    failure = logged_error(line)
    assert failure is not None
    assert failure.error == error


def test_other_lines_hold_no_logged_error() -> None:
    for text in ("", "It was unable to locate credentials", "x\n" * 50 + "Unable to locate credentials"):
        assert logged_error(text) is None
