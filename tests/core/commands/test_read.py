"""Pasted commands to requests."""

from __future__ import annotations

import pytest

from authlens.core.commands.read import CommandLineError, is_command_line, parse_command_line
from authlens.core.request.request import AuthorizerRequest, HttpContext, MqttContext, TlsContext
from authlens.core.request.target import Target
from authlens.core.saved.saved_request import SavedRequest

_PASTED = r"""
$ AWS_PROFILE=dev aws --region eu-west-1 iot test-invoke-authorizer \
    --authorizer-name=Sensor \
    --mqtt-context '{"username": "u?a=b", "password": "aGVsbG8=", "clientId": "c"}' \
    --http-context "headers={Accept='text/html'},queryString='?a=1,2'" \
    --tls serverName=iot.example | jq .
"""


def test_a_pasted_command_fills_request_and_target() -> None:
    assert parse_command_line(_PASTED) == SavedRequest(
        AuthorizerRequest(
            "Sensor",
            http_context=HttpContext((("Accept", "text/html"),), "?a=1,2"),
            mqtt_context=MqttContext("u?a=b", "hello", "c"),
            tls_context=TlsContext("iot.example"),
        ),
        target=Target(profile="dev", region="eu-west-1"),
    )


@pytest.mark.parametrize(
    ("line", "request_"),
    [
        ("aws iot test-invoke-authorizer --authorizer-n A", AuthorizerRequest("A")),
        ("/usr/local/bin/aws iot test-invoke-authorizer --token ''", AuthorizerRequest(token="")),
        ("authlens invoke --authorizer-name A --decode --no-history", AuthorizerRequest("A")),
        ("python3 -m authlens invoke --token=-x", AuthorizerRequest(token="-x")),
        ("env X=1 aws iot test-invoke-authorizer --token $T", AuthorizerRequest(token="${env:T}")),
        ("authlens invoke --token file://t.txt", AuthorizerRequest(token="${file:t.txt}")),
        ("authlens invoke --token '${env:X}'", AuthorizerRequest(token="$${env:X}")),
        (
            "authlens invoke --mqtt-context password@=fileb://p.bin",
            AuthorizerRequest(mqtt_context=MqttContext(password="${file:p.bin}")),
        ),
        (
            "authlens invoke --mqtt-context password=AP8=",
            AuthorizerRequest(mqtt_context=MqttContext(password=b"\x00\xff")),
        ),
        (
            "authlens invoke --mqtt-context password=no-base64!",
            AuthorizerRequest(mqtt_context=MqttContext(password="no-base64!")),
        ),
        (
            'authlens invoke --mqtt-context "password=$P" --cli-binary-format raw-in-base64-out',
            AuthorizerRequest(mqtt_context=MqttContext(password="${env:P}")),
        ),
        (
            'authlens invoke --token cli --cli-input-json \'{"authorizerName": "A", "token": "doc",'
            ' "mqttContext": {"password": "aGVsbG8=", "username": "${env:X}"}}\'',
            AuthorizerRequest("A", "cli", mqtt_context=MqttContext("$${env:X}", "hello")),
        ),
        (
            "authlens invoke --cli-input-yaml 'authorizerName: A\nmqttContext: {password: !!binary AP8=}'",
            AuthorizerRequest("A", mqtt_context=MqttContext(password=b"\x00\xff")),
        ),
    ],
)
def test_examples(line: str, request_: AuthorizerRequest) -> None:
    assert parse_command_line(line).request == request_


def test_the_first_version_takes_the_password_as_it_is() -> None:
    line = "aws iot test-invoke-authorizer --mqtt-context password=aGVsbG8="
    assert parse_command_line(line, version=1).request == AuthorizerRequest(
        mqtt_context=MqttContext(password="aGVsbG8=")
    )


def test_the_connection_options_make_the_target() -> None:
    line = (
        "AWS_REGION=us-east-1 AWS_ENDPOINT_URL_IOT=http://127.0.0.1:1 authlens invoke --profile p --no-verify-ssl"
        " --ca-bundle ca.pem --no-sign-request --cli-read-timeout 0 --cli-connect-timeout 3"
    )
    assert parse_command_line(line).target == Target(
        profile="p",
        region="us-east-1",
        endpoint_url="http://127.0.0.1:1",
        verify_ssl=False,
        ca_bundle="ca.pem",
        sign_request=False,
        connect_timeout=3.0,
        read_timeout=0.0,
    )


def test_a_variable_in_the_target_leaves_it_to_the_configuration() -> None:
    assert parse_command_line("authlens invoke --region $R --endpoint-url $E").target == Target()


@pytest.mark.parametrize(
    ("line", "column", "words"),
    [
        ("", 1, "expected 'aws iot test-invoke-authorizer'"),
        ("curl http://x", 1, "expected 'aws iot test-invoke-authorizer'"),
        ("python3 -m other invoke", 1, "expected 'aws iot test-invoke-authorizer'"),
        ("authlens run", 1, "expected 'aws iot test-invoke-authorizer'"),
        ("aws iot describe-authorizer --authorizer-name A", 9, "expected 'aws iot test-invoke-authorizer'"),
        ("aws iot describe-authorizer", 9, "expected 'aws iot test-invoke-authorizer'"),
        ("aws iot test-invoke-authorizer extra", 32, "quote a value"),
        ("authlens invoke --nope", 17, "Unknown options: --nope"),
        ("authlens invoke --token", 17, "expected one argument"),
        ("authlens invoke 'abc", 17, "unclosed quote"),
        ('authlens invoke --token "$(cat \'x)"', 26, "commands are not run"),
        ("authlens invoke --mqtt-context username", 17, "Expected: '='"),
        ("authlens invoke --mqtt '{\"username\": 3}'", 41, "Invalid type for parameter mqttContext.username"),
        ("authlens invoke --mqtt-context fileb://x", None, ""),
        ("authlens invoke --cli-input-json file://x", 17, "open that file"),
        ("authlens invoke --request x.yaml", 17, "open that file"),
        ("authlens invoke --cli-input-yaml 'token: 007'", 17, "line 1, column 8"),
        ("authlens invoke --mqtt-context password=$P", 17, "in a variable"),
        ("authlens invoke --mqtt-context 'password=x'$P", 17, "in a variable"),
        ("authlens invoke --m username", 17, "Expected: '='"),
        ("A=b", 1, "expected 'aws iot test-invoke-authorizer' or 'authlens invoke'"),
        ("A=b curl x", 5, "expected 'aws iot test-invoke-authorizer' or 'authlens invoke'"),
        ("authlens invoke extra", 17, "unexpected argument; quote a value that contains spaces"),
        ("aws iot test-invoke-authorizer iot", 35, "unexpected argument; quote a value that contains spaces"),
        ("aws iot extra test-invoke-authorizer", 9, "expected 'aws iot test-invoke-authorizer'"),
        ("python3 -m authlens run", 1, "expected 'aws iot test-invoke-authorizer'"),
        ("authlens invoke --token x --cli-input-json fileb://x", 27, "--cli-input-json names a file: open that file"),
    ],
)
def test_errors_have_a_place(line: str, column: int | None, words: str) -> None:
    with pytest.raises(CommandLineError) as error:
        parse_command_line(line)
    assert words in error.value.message
    if column is not None:
        assert (error.value.line, error.value.column) == (1, column)


@pytest.mark.parametrize(
    ("line", "target"),
    [
        ("env AWS_REGION=a AWS_PROFILE=b time aws iot test-invoke-authorizer", Target("b", "a")),
        ("AWS_PROFILE= AWS_DEFAULT_PROFILE=b authlens invoke", Target("b")),
        ("AWS_PROFILE=a AWS_DEFAULT_PROFILE=b authlens invoke --profile c", Target("c")),
        ("AWS_DEFAULT_REGION=b AWS_REGION=a authlens invoke --region ''", Target(region="a")),
        ("AWS_ENDPOINT_URL=http://a authlens invoke", Target(endpoint_url="http://a")),
        (
            "AWS_ENDPOINT_URL=http://a AWS_ENDPOINT_URL_IOT=http://b authlens invoke",
            Target(endpoint_url="http://b"),
        ),
        ("AWS_CA_BUNDLE=ca.pem authlens invoke", Target(ca_bundle="ca.pem")),
        ("authlens invoke --cli-read-timeout 1.5 --cli-connect-timeout x", Target()),
        ("export AWS_REGION=a\nauthlens invoke", Target(region="a")),
        ("export AWS_REGION=a\nAWS_REGION=b authlens invoke", Target(region="b")),
    ],
)
def test_where_the_target_comes_from(line: str, target: Target) -> None:
    assert parse_command_line(line).target == target


@pytest.mark.parametrize(
    ("line", "request_"),
    [
        ("aws-cli iot test-invoke-authorizer --token x", AuthorizerRequest(token="x")),
        ("'C:\\x\\aws.exe' iot test-invoke-authorizer --token x", AuthorizerRequest(token="x")),
        ("/x/python3.12 -m authlens invoke --token x", AuthorizerRequest(token="x")),
        (
            "authlens invoke --token file://a --token-signature fileb://b",
            AuthorizerRequest(token="${file:a}", token_signature="${file:b}"),
        ),
        ("authlens invoke --token file://$D", AuthorizerRequest(token="${file:${env:D}}")),
        (
            """authlens invoke --mqtt-context 'password="[redacted]"'""",
            AuthorizerRequest(mqtt_context=MqttContext(password="[redacted]")),
        ),
        (
            "authlens invoke --mqtt-context password=aGVsbG8= --cli-binary-format raw-in-base64-out",
            AuthorizerRequest(mqtt_context=MqttContext(password="aGVsbG8=")),
        ),
        (
            "authlens invoke --mqtt-context password=aGVsbG8= --cli-binary-format base64",
            AuthorizerRequest(mqtt_context=MqttContext(password="hello")),
        ),
        ("authlens invoke --mqtt-context username=u", AuthorizerRequest(mqtt_context=MqttContext("u"))),
        (
            """authlens invoke --cli-input-json '{"token": "j", "authorizerName": "J"}' --cli-input-yaml 'token: y'""",
            AuthorizerRequest(token="y"),
        ),
        (
            """authlens invoke --cli-input-json '{"mqttContext": {"password": "/w=="}}'""",
            AuthorizerRequest(mqtt_context=MqttContext(password=b"\xff")),
        ),
        (
            """authlens invoke --mqtt-context username=cli --cli-input-json '{"mqttContext": {"clientId": "doc"}}'""",
            AuthorizerRequest(mqtt_context=MqttContext("cli")),
        ),
    ],
)
def test_more_lines(line: str, request_: AuthorizerRequest) -> None:
    assert parse_command_line(line).request == request_


def test_the_place_counts_lines() -> None:
    with pytest.raises(CommandLineError, match="line 2, column 3: Unknown options: --nope"):
        parse_command_line("authlens invoke \\\n  --nope")


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        (_PASTED, True),
        ("authlens invoke --token x", True),
        ("AWS_PROFILE=x aws iot test-invoke-authorizer", True),
        ("aws iot describe-authorizer", False),
        ("a token", False),
        ('{"test-invoke-authorizer": 1}', False),
    ],
)
def test_knows_a_command_line_from_a_value(text: str, expected: bool) -> None:
    assert is_command_line(text) is expected
