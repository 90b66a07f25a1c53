"""Exit codes and messages, as AWS CLI v2.36.7 exits; no secret is printed."""

from __future__ import annotations

import json
from collections.abc import Callable

import pytest

from authlens.cli.invoke.errors import sentence, what_came
from authlens.core.invocation.invocation import Failure, FailureKind, Wire
from support.one_command import Ended
from support.recording_server import Recording

Invoke = Callable[..., Ended]


_OPERATION = "when calling the TestInvokeAuthorizer operation"
ERRORS = [
    ("--authorizer-name Missing", 254, f"An error occurred (ResourceNotFoundException) {_OPERATION}: Authorizer"),
    ("--authorizer-name Null", 254, f"An error occurred (InvalidRequestException) {_OPERATION}: None"),
    ("--authorizer-name Html", 255, "log in first"),
    ("--authorizer-name Truncated", 255, 'Received: HTTP 200, application/json, 22 bytes\n{"isAuthenticated": tr'),
    ("--authorizer-name Empty", 255, "The answer is empty"),
    ("--token t", 252, "the following arguments are required: --authorizer-name"),
    ("--authorizer-name A --nope", 252, "--nope"),
    ("--authorizer-name A extra", 252, "1 argument too many"),
    ("--authorizer-name A --token -abc", 252, "--token"),
    ("--authorizer-name A --token=", 252, "Invalid length for parameter token"),
    ("--authorizer-name=", 252, "Invalid length for parameter authorizerName"),
    ("--authorizer-name A --mqtt-context username=a,username=b", 252, 'Second instance of key "username"'),
    ("--authorizer-name A --http-context queryString=?a=1,2", 252, "Given by --http-context."),
    ('--authorizer-name A --mqtt-context {"foo":1}', 252, 'Unknown parameter in mqttContext: "foo"'),
    ('--authorizer-name A --mqtt-context {"username":}', 252, '{"username":}\n            ^'),
    ("--authorizer-name A --http-context headers={A=1", 252, "headers={A=*\n            ^"),
    ("--authorizer-name A --mqtt-context password=hello", 255, "Invalid base64"),
    ("--authorizer-name A --query foo[", 252, "Bad value for --query"),
    ("--authorizer-name A --query length(isAuthenticated)", 255, "--query failed"),
    ("--authorizer-name A --endpoint-url nowhere", 252, "--endpoint-url"),
    ("--authorizer-name A --endpoint-url http://127.0.0.1:1", 255, "Could not connect"),
    ("--authorizer-name A --profile nope", 255, "nope"),
    ("--authorizer-name A --profile nowhere", 253, "An error occurred (NoRegion)"),
    ("--authorizer-name A --profile odd", 255, "Unknown output type: xml"),
    ("--authorizer-name A --cli-read-timeout abc", 255, "--cli-read-timeout"),
    ("--authorizer-name A --cli-read-timeout -1", 255, "--cli-read-timeout"),
    ("--authorizer-name A --cli-connect-timeout 99999999999999", 255, "--cli-connect-timeout"),
    ("--authorizer-name A --endpoint-url http://", 255, "Invalid endpoint: http://"),
    ("--authorizer-name A --profile badformat", 255, "cli_binary_format of the profile is 'nonsense'"),
    ("--authorizer-name A --ca-bundle=", 255, "Invalid CA bundle"),
    ("--authorizer-name A --token file://nope.txt", 252, "'--token': Unable to load paramfile file://nope.txt"),
    ("--authorizer-name A --token fileb:///dev/zero", 252, "fileb:///dev/zero is larger than 4 MiB"),
    ("--authorizer-name A --mqtt-context password@=file://nope", 252, "'--mqtt-context': Unable to load paramfile"),
    ("--cli-input-json file://nope", 252, "'--cli-input-json': Unable to load paramfile"),
    ('--authorizer-name A --cli-input-json {"foo":1}', 252, "Given by --cli-input-json."),
    ('--authorizer-name A --tls-context a=1 --cli-input-json {"token":1}', 252, "by --tls-context, --cli-input-json."),
    ("--generate-cli-skeleton input --mqtt-context x", 252, "Expected: '='"),
    ("--generate-cli-skeleton input --cli-input-json {", 252, "Invalid JSON"),
    ("--authorizer-name A --generate-cli-skeleton output --profile odd", 255, "Unknown output type: xml"),
    ("--authorizer-name A --token fileb://nope\0", 252, "not a path"),
    ('--cli-input-json {} --cli-input-yaml {}', 252, "Only one --cli-input- parameter"),
    ("--cli-input-json []", 252, "--cli-input-json"),
    ('--cli-input-json {"authorizerName":"A",}', 252, "^"),
    ("--cli-input-yaml {authorizerName:&A,token:&007}", 252, "Invalid type for parameter token"),
    ("--cli-input-yaml {authorizerName:&A,authorizerName:&B}", 252, "a key twice"),
    ("--cli-input-yaml {authorizerName:&A", 252, "line 1, column"),
    ("--cli-input-yaml just&text", 252, "expecting map, received str"),
    ("--authorizer-name A --cli-auto-prompt --no-cli-auto-prompt", 252, "cannot be specified at the same time"),
    ("--authorizer-name A --request nope.yaml", 252, "nope.yaml"),
    ("--authorizer-name A\udcff", 255, "--authorizer-name: not valid text"),
    ("--authorizer-name A --output xml", 252, "Found invalid choice 'xml'"),
]  # fmt: skip


@pytest.mark.parametrize(("line", "code", "words"), ERRORS, ids=[line for line, _, _ in ERRORS])
def test_errors_end_as_in_v2(call: Invoke, line: str, code: int, words: str) -> None:
    ended = call(*[word.replace("&", " ") if "yaml" in line else word for word in line.split(" ")])
    assert ended.code == code
    assert words in ended.err
    assert ended.err.startswith("authlens: error: ")
    assert "Traceback" not in ended.err
    assert ended.out == ""


def test_retries_follow_the_settings_of_the_cli(
    whole_program: Invoke, server: Recording, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("AWS_MAX_ATTEMPTS", "2")
    ended = whole_program("--authorizer-name", "Throttled")
    assert len(server.take()) == 2
    assert f"(ThrottlingException) {_OPERATION} (reached max retries: 1): Rate exceeded" in ended.err


def test_no_secret_is_printed(call: Invoke) -> None:
    """Neither in an error that points at the text nor in the output of --debug."""
    secret = "canary-secret-1"
    said = [
        call("--authorizer-name", "A", "--mqtt-context", f"username=a,password={secret},username=b"),
        call("--authorizer-name", "A", "--http-context", f"headers={{A={secret},queryString"),
        call("--cli-input-json", f'{{"token": "{secret}" "authorizerName": 1}}'),
        call("--cli-input-yaml", f"token: {secret}: x"),
        call("--authorizer-name", "A", "--token", secret, "extra"),
        call("--authorizer-name", "A", f"--tokn={secret}"),
        call("--authorizer-name", "A", "--mqtt-context", json.dumps({"username": [secret]})),
        call("--authorizer-name", "Missing", "--token", secret, "--debug"),
        call("--authorizer-name", "A", "--debug", "--mqtt-context", f"password={secret}", "--profile", "raw"),
    ]
    assert [ended.err for ended in said if secret in ended.err or "Y2FuYXJ5" in ended.err] == []
    assert "debug: > POST " in said[-1].err
    assert said[-1].code == 0


def test_errors_can_be_structured(call: Invoke, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("AWS_CLI_ERROR_FORMAT", "yaml")
    assert call("--authorizer-name", "Missing").err.startswith("Code: ResourceNotFoundException\n")
    ended = call("--authorizer-name", "Missing", "--cli-error-format", "json")
    assert json.loads(ended.err) == {"Message": "Authorizer Missing not found", "Code": "ResourceNotFoundException"}


def test_an_error_names_the_operation_that_failed() -> None:
    failure = Failure(FailureKind.AWS, "ResourceNotFoundException", "no function F:3")
    expected = "An error occurred (ResourceNotFoundException) when calling the Invoke operation: no function F:3"
    assert sentence(failure, "Invoke") == expected


@pytest.mark.parametrize(
    ("length", "end"), [(2000, "x"), (2001, "x\n… 1 more character"), (2002, "x\n… 2 more characters")]
)
def test_an_excerpt_says_how_much_is_left_out(length: int, end: str) -> None:
    said = what_came(Wire("POST", "https://host/", status=502, response_body=b"x" * length))
    assert said == f"Received: HTTP 502, no content type, {length} bytes\n{'x' * 1999}{end}"
