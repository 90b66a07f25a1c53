"""A request as a command line: read back by us, split by a real shell, run as Python, read by the AWS CLI."""

from __future__ import annotations

import ast
import subprocess
from typing import Any

import pytest
import yaml
from hypothesis import given, settings
from hypothesis import strategies as st

from authlens.core.commands.read import parse_command_line
from authlens.core.commands.words import split
from authlens.core.commands.write import Version, as_boto3, as_cli, as_cli_input_yaml, as_invoke
from authlens.core.request.request import AuthorizerRequest, HttpContext, MqttContext, TlsContext
from authlens.core.request.target import Target
from authlens.core.saved.saved_request import SavedRequest
from support.requests import REQUESTS

_SECRET = AuthorizerRequest(
    authorizer_name="Sensor",
    token="canary-token",
    token_signature="canary-signature",
    http_context=HttpContext((("Authorization", "canary-header"), ("Accept", "text/html")), "?token=canary-query&x=1"),
    mqtt_context=MqttContext("sensor?token=canary-user", "canary-password", "c1"),
    tls_context=TlsContext("iot.example"),
)
_TARGET = Target(
    profile="my dev", region="eu-west-1", endpoint_url="http://127.0.0.1:1", verify_ssl=False, read_timeout=7.0
)


def _binary(request: AuthorizerRequest) -> bool:
    return request.mqtt_context is not None and isinstance(request.mqtt_context.password, bytes)


@given(request_=REQUESTS)
@settings(max_examples=50)
def test_the_command_for_v2_reads_back(request_: AuthorizerRequest) -> None:
    line = as_cli(request_, _TARGET, version=2, reveal=True)
    assert parse_command_line(line) == SavedRequest(request_, target=_TARGET)
    assert parse_command_line(as_invoke(request_, _TARGET, reveal=True)).request == request_


@given(request_=REQUESTS.filter(lambda request: not _binary(request)))
def test_the_command_for_v1_reads_back(request_: AuthorizerRequest) -> None:
    line = as_cli(request_, version=1, reveal=True)
    assert parse_command_line(line, version=1) == SavedRequest(request_)


@given(requests=st.lists(REQUESTS, min_size=10, max_size=10))
@settings(max_examples=10)
def test_a_real_shell_splits_the_command_as_we_do(requests: list[AuthorizerRequest]) -> None:
    """Many commands in one shell: `aws` there is a function that prints its arguments."""
    lines = [as_cli(request, version=2, reveal=True) for request in requests]
    script = "aws() { for word do printf '%s\\0' \"$word\"; done; printf 'END\\0'; }\n" + "\n".join(lines)
    said = subprocess.run(["sh", "-s"], input=script.encode(), capture_output=True, check=True).stdout.decode()
    expected = [[word.text for word in split(line).words][1:] for line in lines]
    assert [run.split("\0")[:-1] for run in said.split("END\0")[:-1]] == expected


def test_references_are_read_by_the_shell(tmp_path: Any) -> None:
    secret = tmp_path / "a secret.txt"
    secret.write_text("it's in the file")
    request = AuthorizerRequest(
        "Sensor", "${env:TOKEN}", f"${{file:{secret}}}", mqtt_context=MqttContext("u", "x${env:TOKEN}y")
    )
    line = as_cli(request, reveal=True)
    script = "aws() { for word do printf '%s\\n' \"$word\"; done; }\n" + line
    said = subprocess.run(
        ["sh", "-s"], input=script, text=True, capture_output=True, check=True, env={"TOKEN": "-a 'b' $c"}
    )
    assert "--token=-a 'b' $c" in said.stdout
    assert "--token-signature=it's in the file" in said.stdout
    assert "username=u,password=\"x-a 'b' $cy\"" in said.stdout
    assert "raw-in-base64-out" in said.stdout
    assert parse_command_line(line).request == request


@pytest.mark.parametrize("version", [1, 2])
def test_secrets_are_masked(version: Version) -> None:
    shown = "".join(
        (
            as_cli(_SECRET, version=version),
            as_invoke(_SECRET),
            as_boto3(_SECRET),
            as_cli_input_yaml(_SECRET),
        )
    )
    assert "canary" not in shown
    assert "Y2FuYXJ5" not in shown, "base64 of it"
    assert "Sensor" in shown
    assert parse_command_line(as_cli(_SECRET, version=version)).request.mqtt_context == MqttContext(
        "sensor?token=[redacted]", "[redacted]", "c1"
    )


def test_the_versions_of_the_cli_treat_the_password_differently() -> None:
    request = AuthorizerRequest("A", mqtt_context=MqttContext("u", "test"))
    assert as_cli(request, version=1, reveal=True).endswith("--mqtt-context username=u,password=test")
    assert as_cli(request, version=2, reveal=True).endswith("--mqtt-context username=u,password=dGVzdA==")


def test_bytes_reach_the_first_version_by_a_file(tmp_path: Any) -> None:
    request = AuthorizerRequest("A", mqtt_context=MqttContext("u", b"\x00\xff"))
    comment, _, line = as_cli(request, version=1, reveal=True).partition("\n")
    assert line.endswith("--mqtt-context username=u,password@=fileb://password.bin")
    subprocess.run(["sh", "-c", comment.partition("first: ")[2]], check=True, cwd=tmp_path)
    assert (tmp_path / "password.bin").read_bytes() == b"\x00\xff"


def test_a_long_command_is_continued_on_more_lines() -> None:
    assert (
        as_cli(AuthorizerRequest("A", "t")) == "aws iot test-invoke-authorizer --authorizer-name A --token '[redacted]'"
    )
    assert " \\\n  --token-signature " in as_cli(_SECRET)


def test_a_local_target_is_named_in_a_comment() -> None:
    comment, line = as_cli(AuthorizerRequest("A"), Target(local="demo")).split("\n")
    assert "authlens serve" in comment
    assert line.endswith("--authorizer-name A")


def _run(code: str, environment: dict[str, str]) -> dict[str, Any]:
    """Run the code with a boto3 of our own that keeps what it is called with."""
    called: dict[str, Any] = {}

    class Client:
        def test_invoke_authorizer(self, **members: Any) -> None:
            called["members"] = members

    class Boto3:
        @staticmethod
        def client(service: str, **options: Any) -> Client:
            called["client"] = (service, options)
            return Client()

    class Os:
        environ = environment

    lines = [line for line in code.splitlines() if not line.startswith(("import ", "from "))]
    exec("\n".join(lines), {"boto3": Boto3, "os": Os})
    return called


@given(request_=REQUESTS)
def test_the_boto3_code_makes_the_same_call(request_: AuthorizerRequest) -> None:
    code = as_boto3(request_, reveal=True)
    ast.parse(code)
    called = _run(code, {})["members"]
    password = called.get("mqttContext", {}).get("password")
    if isinstance(password, str):
        called["mqttContext"]["password"] = password.encode("utf-8", "replace")
    assert called == _as_sent(request_)


def test_boto3_code_reads_references_and_reaches_the_target() -> None:
    request = AuthorizerRequest("A", "a${env:TOKEN}$${b}", mqtt_context=MqttContext(password="${file:p.txt}"))
    code = as_boto3(request, Target(region="eu-west-1", sign_request=False), reveal=True)
    assert code.startswith("import boto3\nimport os\nfrom pathlib import Path\nfrom botocore import UNSIGNED\n")
    assert "'password': Path('p.txt').read_text()," in code
    plain = as_boto3(AuthorizerRequest("A", "a${env:TOKEN}$${b}"), Target(region="eu-west-1"), reveal=True)
    assert _run(plain, {"TOKEN": "t"}) == {
        "client": ("iot", {"region_name": "eu-west-1"}),
        "members": {"authorizerName": "A", "token": "at${b}"},
    }


@given(request_=REQUESTS)
def test_the_input_document_holds_the_same_members(request_: AuthorizerRequest) -> None:
    document = as_cli_input_yaml(request_, reveal=True)
    assert yaml.safe_load(document.encode("utf-8")) == _as_sent(request_)


def test_references_to_the_keyring_and_odd_variables() -> None:
    request = AuthorizerRequest("A", "${keyring:my service/me}", "${env:a-b}")
    line = as_cli(request, reveal=True)
    assert "--token=\"$(keyring get 'my service' me)\"" in line
    assert '--token-signature="$(printenv a-b)"' in line
    assert "keyring.get_password('my service', 'me')" in as_boto3(request, reveal=True)


def test_a_password_in_a_file_is_left_to_the_shell() -> None:
    request = AuthorizerRequest("A", mqtt_context=MqttContext(password="${file:p.txt}"))
    line = as_cli(request, reveal=True)
    assert "--mqtt-context 'password=\"'\"$(cat p.txt)\"'\"' " in line
    assert line.endswith("--cli-binary-format raw-in-base64-out")


def test_the_input_document_says_that_references_stay() -> None:
    assert as_cli_input_yaml(AuthorizerRequest("A", "${env:TOKEN}")).startswith("# Replace each")


def _as_sent(request: AuthorizerRequest) -> dict[str, Any]:
    """The members with the escapes of a saved request undone."""

    def unescaped(value: Any) -> Any:
        if isinstance(value, str):
            return value.replace("$${", "${")
        if isinstance(value, dict):
            return {name: unescaped(inner) for name, inner in value.items()}
        return value

    members: dict[str, Any] = unescaped(request.to_api())
    mqtt = request.mqtt_context
    if mqtt is not None and isinstance(mqtt.password, str):
        members["mqttContext"]["password"] = unescaped(mqtt.password).encode("utf-8", "replace")
    return members


@pytest.mark.parametrize("default", ["d", "", "two words", "a'b", "$x", '"', "back\\slash", "`id`", "a:-b"])
def test_a_default_is_read_by_the_shell_and_comes_back(default: str) -> None:
    request = AuthorizerRequest("A", f"${{env:TOKEN:-{default}}}")
    line = as_cli(request, reveal=True)
    assert parse_command_line(line).request == request
    run = ["sh", "-c", f'aws() {{ printf %s "${{5#--token=}}"; }}\n{line}']
    assert subprocess.run(run, capture_output=True, text=True, env={}, check=True).stdout == default
    values: dict[str, object] = {}
    code = as_boto3(request, reveal=True).partition("response = ")[2].replace("client.test_invoke_authorizer", "dict")
    exec(f"import os\nos.environ.pop('TOKEN', None)\nresponse = {code}", values)
    assert values["response"] == {"authorizerName": "A", "token": default}


EVERYTHING = Target("p", "r", "http://h", None, False, "ca", False, 0.0, 7.9)


def test_every_option_of_the_target_and_those_that_are_not_of_the_request() -> None:
    line = as_invoke(AuthorizerRequest("A"), EVERYTHING, more=[("--via", "function"), ("--trust", "")])
    assert line.split(" \\\n  ") == [
        "authlens invoke",
        "--authorizer-name A",
        "--profile p",
        "--region r",
        "--endpoint-url http://h",
        "--ca-bundle ca",
        "--cli-read-timeout 7",
        "--cli-connect-timeout 0",
        "--no-verify-ssl",
        "--no-sign-request",
        "--via function",
        "--trust",
    ]
    assert as_invoke(AuthorizerRequest("A"), Target("p", local="a.yaml", endpoint_url="http://h")) == (
        "authlens invoke --authorizer-name A --profile p --endpoint-url http://h"
    )


def test_a_command_of_a_hundred_characters_stays_on_one_line() -> None:
    for length, lines in ((100, 1), (101, 2)):
        name = "A" * (length - len("authlens invoke --authorizer-name "))
        assert len(as_invoke(AuthorizerRequest(name)).split("\n")) == lines


@pytest.mark.parametrize(
    ("token", "options"),
    [
        ("-x", "--token=-x"),
        ("x-", "--token x-"),
        ("", "--token ''"),
        ("${env:T}", '--token="${T}"'),
        ("a${env:T}", '--token a"${T}"'),
        ("${case:x} ${env:X", "--token '${case:x} ${env:X'"),
        ("$${env:X}", "--token '${env:X}'"),
        ("file://x", """--cli-input-json '{"token": "file://x"}'"""),
        ("fileb://x\0", """--cli-input-json '{"token": "fileb://x\\u0000"}'"""),
        ("é\ud800", """--cli-input-json '{"token": "é\\ud800"}'"""),
        ("${keyring:user}", """--token="$(keyring get '' user)\""""),
    ],
)
def test_how_a_text_is_written(token: str, options: str) -> None:
    assert as_cli(AuthorizerRequest(token=token), reveal=True) == f"aws iot test-invoke-authorizer {options}"


@pytest.mark.parametrize(
    ("version", "password", "context"),
    [
        (1, "pw", "username=u,password=pw"),
        (1, b"pw", "username=u,password=pw"),
        (2, "pw", "username=u,password=cHc="),
        (2, b"\xff", "username=u,password=/w=="),
        (2, "[redacted]", "'username=u,password=\"[redacted]\"'"),
        (1, "a\0", """'{"username": "u", "password": "a\\u0000"}'"""),
    ],
)
def test_how_a_password_is_written(version: Version, password: str | bytes, context: str) -> None:
    request = AuthorizerRequest(mqtt_context=MqttContext("u", password))
    line = as_cli(request, version=version, reveal=True)
    assert line == f"aws iot test-invoke-authorizer --mqtt-context {context}"


def test_binary_passwords_for_version_1_alone_and_beside_what_only_json_holds() -> None:
    alone = as_cli(AuthorizerRequest(mqtt_context=MqttContext(None, b"\xff")), version=1, reveal=True)
    assert alone == (
        "# first: printf %s /w== | base64 -d > password.bin\n"
        "aws iot test-invoke-authorizer --mqtt-context password@=fileb://password.bin"
    )


BOTO3 = """\
import boto3
import os
from botocore import UNSIGNED
from botocore.config import Config

client = boto3.Session(profile_name='p').client("iot", region_name='r', endpoint_url='http://h', verify=False, \
config=Config(signature_version=UNSIGNED))
response = client.test_invoke_authorizer(
    authorizerName='A',
    token='${case:x} ${env:X',
    tokenSignature='a' + os.environ['S'] + 'b',
    httpContext={
        'headers': {
            'a': 'b',
        },
    },
    mqttContext={
        'username': '',
        'password': b'\\xff',
    },
    tlsContext={},
)
"""


def test_the_whole_code_for_boto3() -> None:
    request = AuthorizerRequest(
        "A",
        "${case:x} ${env:X",
        "a${env:S}b",
        HttpContext((("a", "b"),)),
        MqttContext("", b"\xff"),
        TlsContext(),
    )
    assert as_boto3(request, EVERYTHING, reveal=True) == BOTO3
    assert as_boto3(AuthorizerRequest("A"), Target(ca_bundle="ca.pem")) == (
        "import boto3\n\nclient = boto3.client(\"iot\", verify='ca.pem')\n"
        "response = client.test_invoke_authorizer(\n    authorizerName='A',\n)\n"
    )


def test_the_whole_input_document() -> None:
    request = AuthorizerRequest("A", "$${x}", mqtt_context=MqttContext("u", "pw"))
    assert as_cli_input_yaml(request, reveal=True) == (
        "authorizerName: A\ntoken: ${x}\nmqttContext:\n  username: u\n  password: !!binary |\n    cHc=\n"
    )
    assert as_cli_input_yaml(request) == (
        "authorizerName: A\ntoken: '[redacted]'\nmqttContext:\n  username: u\n  password: '[redacted]'\n"
    )
    with_reference = AuthorizerRequest("A", mqtt_context=MqttContext(password="${env:P}"))
    assert as_cli_input_yaml(with_reference, reveal=True).startswith(
        "# Replace each ${…} by its value: the AWS CLI does not resolve references.\n"
    )
