"""The gateway against every kind of answer and silence, through a real client over loopback."""

from __future__ import annotations

import base64
import json
import socket
import struct
import threading
import warnings
from dataclasses import replace
from pathlib import Path

import pytest

from authlens.aws.gateway import BotoGateway
from authlens.core.contract.outcome import Outcome
from authlens.core.invocation.gateway import CallFailed, Reply
from authlens.core.invocation.invocation import FailureKind
from authlens.core.request.request import AuthorizerRequest, HttpContext, MqttContext, TlsContext
from authlens.core.request.target import StaticCredentials, Target
from support.fault_server import fault_server, http

GATEWAY = BotoGateway()
REQUEST = AuthorizerRequest("SensorAuth", mqtt_context=MqttContext("u", b"\x00\xff", "c"))
DOCUMENT = '{"Version":"2012-10-17","Statement":[]}'
GRANTED = {
    "isAuthenticated": True,
    "principalId": "sensor7",
    "policyDocuments": [DOCUMENT],
    "refreshAfterInSeconds": 300,
    "disconnectAfterInSeconds": 86400,
}


def target(url: str) -> Target:
    return Target(region="eu-west-1", endpoint_url=url, credentials=StaticCredentials("AKID", "SECRET"))


def call(answer: bytes, request: AuthorizerRequest = REQUEST) -> Reply:
    with fault_server(answer) as server:
        return GATEWAY.invoke(request, target(server.url))


def test_an_answer_becomes_an_outcome() -> None:
    reply = call(http(json.dumps(GRANTED)))
    assert reply.result == Outcome(True, "sensor7", (DOCUMENT,), 300, 86400)
    assert reply.duration > 0
    assert reply.function_log is None


def test_what_leaves_the_machine() -> None:
    request = AuthorizerRequest(
        "Sensor=Auth,@",
        "tok",
        "c2ln",
        HttpContext((("A", "1"), ("b", "2")), "?x=1"),
        MqttContext("u?x", "p", "c"),
        TlsContext("host"),
    )
    with fault_server(http(json.dumps(GRANTED))) as server:
        reply = GATEWAY.invoke(request, target(server.url))
    assert server.received[0].path == "/authorizer/Sensor%3DAuth%2C%40/test"
    assert json.loads(server.received[0].body) == {
        "token": "tok",
        "tokenSignature": "c2ln",
        "httpContext": {"headers": {"A": "1", "b": "2"}, "queryString": "?x=1"},
        "mqttContext": {"username": "u?x", "password": base64.b64encode(b"p").decode(), "clientId": "c"},
        "tlsContext": {"serverName": "host"},
    }
    assert "Credential=AKID" in (server.received[0].header("authorization") or "")
    assert reply.wire is not None
    assert dict(reply.wire.request_headers)["Authorization"] == "(not kept)"
    assert reply.wire.request_body == server.received[0].body
    assert json.loads(reply.wire.response_body) == GRANTED


def test_the_function_log_comes_with_the_answer() -> None:
    log = base64.b64encode("Traceback …\n".encode()).decode()
    assert call(http(json.dumps(GRANTED), x_amz_log_result=log)).function_log == "Traceback …\n"


def test_a_log_that_is_not_base64_is_left_out() -> None:
    assert call(http(json.dumps(GRANTED), x_amz_log_result="***")).function_log is None


@pytest.mark.parametrize(
    "body",
    [
        "",
        "   ",
        "<html>Sign in to the hotel network</html>",
        '{"isAuthenticated": tr',
        "null",
        "[]",
        '"yes"',
        "{}",
        '{"isAuthenticated": "true"}',
        '{"isAuthenticated": null}',
        '{"isAuthenticated": true, "principalId": 7}',
        '{"isAuthenticated": true, "policyDocuments": {}}',
        '{"isAuthenticated": true, "policyDocuments": [{}]}',
        '{"isAuthenticated": true, "refreshAfterInSeconds": NaN}',
        '{"isAuthenticated": true, "refreshAfterInSeconds": true}',
        '{"isAuthenticated": true, "refreshAfterInSeconds": 1.5}',
        b'{"isAuthenticated": true, "principalId": "\xff"}',
        "[" * 100_000,
        '{"isAuthenticated": true, "refreshAfterInSeconds": ' + "9" * 5000 + "}",
    ],
    ids=str,
)
def test_a_broken_200_is_never_an_outcome(body: str | bytes) -> None:
    reply = call(http(body))
    assert not isinstance(reply.result, Outcome)
    assert reply.result.kind is FailureKind.BROKEN_ANSWER
    assert reply.wire is not None
    assert reply.wire.response_body == (body.encode() if isinstance(body, str) else body)


@pytest.mark.parametrize("length", [10_000, 20])
def test_an_answer_of_the_wrong_length_is_broken(length: int) -> None:
    reply = call(http(json.dumps(GRANTED), length=length))
    assert not isinstance(reply.result, Outcome)
    assert reply.result.kind is FailureKind.BROKEN_ANSWER


def test_an_aws_error_keeps_class_status_request_id_and_words() -> None:
    message = "Token signature mismatch for authorizer SensorAuth"
    answer = http(
        json.dumps({"message": message}),
        "400 Bad Request",
        x_amzn_errortype="InvalidRequestException:http://internal",
        x_amzn_requestid="req-1",
    )
    failure = call(answer).result
    assert not isinstance(failure, Outcome)
    assert (failure.kind, failure.error, failure.message) == (FailureKind.AWS, "InvalidRequestException", message)
    assert (failure.http_status, failure.request_id) == (400, "req-1")


@pytest.mark.parametrize(
    ("error", "advice"),
    [("AccessDeniedException", 'allow "iot:TestInvokeAuthorizer"'), ("UnknownOperationException", None)],
)
def test_a_permission_is_named_where_one_is_missing(error: str, advice: str | None) -> None:
    failure = call(http('{"message": "no"}', "403 Forbidden", x_amzn_errortype=error)).result
    assert not isinstance(failure, Outcome)
    assert failure.advice is None if advice is None else advice in (failure.advice or "")


@pytest.mark.parametrize("url", ["http://", "127.0.0.1:80", "http://[bad"])
def test_an_endpoint_that_is_not_a_url_is_named(url: str) -> None:
    failure = GATEWAY.invoke(REQUEST, target(url)).result
    assert not isinstance(failure, Outcome)
    assert (failure.kind, failure.error) == (FailureKind.CONFIGURATION, "InvalidEndpoint")
    assert url in (failure.message or "")


def test_a_null_message_stays_null() -> None:
    failure = call(http('{"message": null}', "400 Bad Request", x_amzn_errortype="InvalidRequestException")).result
    assert not isinstance(failure, Outcome)
    assert failure.message is None


@pytest.mark.parametrize(
    ("status", "error"),
    [("500 Internal Server Error", "500"), ("403 Forbidden", "403"), ("301 Moved", "301"), ("418 Teapot", "418")],
)
def test_an_error_that_is_not_json_keeps_its_status(status: str, error: str) -> None:
    failure = call(http("<html>proxy</html>", status)).result
    assert not isinstance(failure, Outcome)
    assert (failure.kind, failure.error, failure.http_status) == (FailureKind.AWS, error, int(error))


def reset(connection: socket.socket) -> None:
    connection.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))


@pytest.mark.parametrize(
    "answer",
    [
        pytest.param(b"", id="closed without a word"),
        pytest.param(reset, id="reset"),
        pytest.param(b"SSH-2.0-OpenSSH\r\n\r\n", id="not HTTP"),
        pytest.param(b"HTTP/1.1 200 OK\r\n" + b"A: b\r\n" * 200 + b"\r\n", id="too many headers"),
    ],
)
def test_a_broken_connection_is_unreachable(answer: bytes) -> None:
    failure = call(answer).result
    assert not isinstance(failure, Outcome)
    assert failure.kind is FailureKind.UNREACHABLE
    assert failure.advice


def test_nothing_listening_is_unreachable() -> None:
    with socket.create_server(("127.0.0.1", 0)) as listener:
        port = listener.getsockname()[1]
    failure = GATEWAY.invoke(REQUEST, target(f"http://127.0.0.1:{port}")).result
    assert not isinstance(failure, Outcome)
    assert (failure.kind, failure.error) == (FailureKind.UNREACHABLE, "EndpointConnectionError")


def test_a_silent_server_times_out() -> None:
    released = threading.Event()

    def say_nothing(_connection: socket.socket) -> None:
        released.wait(30)

    with fault_server(say_nothing) as server:
        reply = GATEWAY.invoke(REQUEST, replace(target(server.url), read_timeout=0.2))
        released.set()
    assert not isinstance(reply.result, Outcome)
    assert reply.result.kind is FailureKind.TIMED_OUT
    assert reply.wire is not None
    assert reply.wire.status is None


@pytest.mark.parametrize("environment", [{}, {"AWS_MAX_ATTEMPTS": "4"}, {"AWS_RETRY_MODE": "legacy"}], ids=str)
def test_one_press_is_one_attempt(environment: dict[str, str], monkeypatch: pytest.MonkeyPatch) -> None:
    for name, value in environment.items():
        monkeypatch.setenv(name, value)
    monkeypatch.setenv("AWS_ACCESS_KEY_ID", "AKID")
    monkeypatch.setenv("AWS_SECRET_ACCESS_KEY", "SECRET")
    throttled = http('{"message": "Rate exceeded"}', "429 Too Many", x_amzn_errortype="ThrottlingException")
    with fault_server(throttled) as server:
        failure = GATEWAY.invoke(REQUEST, Target(region="eu-west-1", endpoint_url=server.url)).result
    assert not isinstance(failure, Outcome)
    assert failure.error == "ThrottlingException"
    assert len(server.received) == 1


def test_the_command_line_retries_as_the_aws_cli_does(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("AWS_MAX_ATTEMPTS", "2")
    answer = http('{"message": "later"}', "503 Unavailable", x_amzn_errortype="ServiceUnavailableException")
    with fault_server(answer) as server:
        unsigned = Target(region="eu-west-1", endpoint_url=server.url, sign_request=False)
        failure = BotoGateway("configured").invoke(REQUEST, unsigned).result
    assert not isinstance(failure, Outcome)
    assert (failure.retries, len(server.received)) == (1, 2)


def test_a_proxy_never_sees_a_loopback_call(monkeypatch: pytest.MonkeyPatch) -> None:
    with fault_server(http(json.dumps(GRANTED))) as proxy, fault_server(http(json.dumps(GRANTED))) as server:
        monkeypatch.setenv("HTTP_PROXY", proxy.url)
        monkeypatch.setenv("http_proxy", proxy.url)
        reply = GATEWAY.invoke(REQUEST, target(server.url))
    assert isinstance(reply.result, Outcome)
    assert proxy.received == []


def test_a_local_target_ignores_the_users_aws_settings(
    monkeypatch: pytest.MonkeyPatch, scrubbed_environment: Path
) -> None:
    (scrubbed_environment / ".aws").mkdir()
    (scrubbed_environment / ".aws" / "config").write_text("[this is not\n a config file")
    monkeypatch.setenv("AWS_PROFILE", "does-not-exist")
    monkeypatch.setenv("AWS_REGION", "not a region")
    monkeypatch.setenv("AWS_CA_BUNDLE", "/nowhere.pem")
    assert isinstance(call(http(json.dumps(GRANTED))).result, Outcome)


def test_an_unverified_server_gives_no_warning_to_whoever_asked_for_it() -> None:
    with warnings.catch_warnings(record=True) as said:
        BotoGateway().invoke(REQUEST, replace(target("https://127.0.0.1:1"), verify_ssl=False))
        warnings.warn_explicit("Unverified HTTPS request is being made", UserWarning, "x.py", 1, "urllib3.connection")
    assert said == []


def test_an_empty_member_is_refused_before_sending() -> None:
    with fault_server(http(json.dumps(GRANTED))) as server:
        failure = GATEWAY.invoke(AuthorizerRequest("A", token=""), target(server.url)).result
    assert not isinstance(failure, Outcome)
    assert failure.kind is FailureKind.REFUSED_HERE
    assert "token" in (failure.message or "")
    assert server.received == []


def test_describe_and_identity_read_their_answers() -> None:
    description = {"authorizerName": "A", "status": "INACTIVE", "signingDisabled": True, "creationDate": 1700000000}
    with fault_server(http(json.dumps({"authorizerDescription": description}))) as server:
        authorizer = GATEWAY.describe("A", target(server.url))
        assert GATEWAY.describe("", target(server.url)) == authorizer
    assert [each.path for each in server.received] == ["/authorizer/A", "/default-authorizer"]
    assert (authorizer.status, authorizer.signing_disabled) == ("INACTIVE", True)
    assert authorizer.creation_date is not None


def test_every_page_of_names_is_read() -> None:
    pages = iter(
        [
            http(json.dumps({"authorizers": [{"authorizerName": "b"}], "nextMarker": "m"})),
            http(json.dumps({"authorizers": [{"authorizerName": "a"}]})),
        ]
    )
    with fault_server(lambda connection: connection.sendall(next(pages))) as server:
        assert GATEWAY.authorizer_names(target(server.url)) == ("a", "b")
    assert "marker=m" in server.received[1].path


def test_a_failed_describe_says_why() -> None:
    answer = http(
        '{"message": "Authorizer A not found"}', "404 Not Found", x_amzn_errortype="ResourceNotFoundException"
    )
    with fault_server(answer) as server, pytest.raises(CallFailed) as failed:
        GATEWAY.describe("A", target(server.url))
    assert failed.value.failure.error == "ResourceNotFoundException"


@pytest.mark.parametrize("body", ["<html>Sign in</html>", "{}", '{"authorizerDescription":{}}', "[]"])
def test_a_200_that_describes_nothing_is_a_failure(body: str) -> None:
    with fault_server(http(body)) as server, pytest.raises(CallFailed) as raised:
        GATEWAY.describe("A", target(server.url))
    assert raised.value.failure.kind is FailureKind.BROKEN_ANSWER
    with fault_server(http(body)) as server, pytest.raises(CallFailed) as raised:
        GATEWAY.identity(target(server.url))
    assert raised.value.failure.kind is FailureKind.BROKEN_ANSWER


def test_identity_of_a_loopback_target_stays_on_loopback() -> None:
    xml = (
        '<GetCallerIdentityResponse xmlns="https://sts.amazonaws.com/doc/2011-06-15/"><GetCallerIdentityResult>'
        "<Arn>arn:aws:iam::000000000000:user/local</Arn><UserId>x</UserId><Account>000000000000</Account>"
        "</GetCallerIdentityResult></GetCallerIdentityResponse>"
    )
    with fault_server(http(xml, Content_Type="text/xml")) as server:
        identity = GATEWAY.identity(target(server.url))
    assert (identity.account, identity.region) == ("000000000000", "eu-west-1")
