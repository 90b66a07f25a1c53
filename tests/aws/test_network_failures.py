"""Each thing that stops a call before AWS answers has advice of its own; over real sockets."""

from __future__ import annotations

import ssl
from pathlib import Path
from typing import Any

import pytest

from authlens.aws.gateway import BotoGateway
from authlens.core.contract.outcome import Outcome
from authlens.core.invocation.invocation import Failure, FailureKind
from authlens.core.request.request import AuthorizerRequest
from authlens.core.request.target import StaticCredentials, Target
from support.broken_broker import answers, broken_broker, reads
from support.fault_server import fault_server, http

KEYS = StaticCredentials("AKID", "SECRET")
REQUEST = AuthorizerRequest("A")


def failed(url: str | None, region: str = "eu-west-1", **members: Any) -> Failure:
    target = Target(region=region, endpoint_url=url, credentials=KEYS, **members)
    result = BotoGateway().invoke(REQUEST, target).result  # a gateway keeps its clients, and they their proxy
    assert not isinstance(result, Outcome)
    return result


@pytest.mark.parametrize(
    ("url", "region", "words"),
    [
        ("http://127.0.0.1:1", "eu-west-1", "Nothing listens there"),
        ("http://127.0.0.1:1/getaddrinfo", "eu-west-1", "Nothing listens there"),
        ("https://no-such-host.invalid", "eu-west-1", "host name does not exist"),
        (None, "mars-north-1", "AWS IoT is not offered in mars-north-1"),
    ],
)
def test_not_connected(url: str | None, region: str, words: str) -> None:
    failure = failed(url, region)
    assert (failure.kind, failure.error) == (FailureKind.UNREACHABLE, "EndpointConnectionError")
    assert words in (failure.advice or "")


@pytest.mark.parametrize(
    ("options", "words"),
    [
        ({"days": (-30, -1)}, "certificate has expired"),
        ({"days": (1, 30)}, "not valid yet: check this machine's clock"),
        ({"name": "other.example"}, "for another host name"),
        ({"is_trusted": False}, "a captive portal may answer in AWS's place"),
        ({"tls": False}, "does not speak TLS"),
        ({"maximum_version": ssl.TLSVersion.TLSv1_2, "wants_certificate": True}, ""),
    ],
)
def test_tls(options: dict[str, Any], words: str, tmp_path: Path) -> None:
    given = dict(options)
    is_trusted = given.pop("is_trusted", True)
    act = answers(b"HTTP/1.1 400 Bad Request\r\n\r\n") if "tls" in given else reads()
    with broken_broker(tmp_path, act, **given) as (port, ca):
        failure = failed(f"https://localhost:{port}", ca_bundle=str(ca) if is_trusted else None)
    assert failure.kind is FailureKind.UNREACHABLE
    assert failure.advice
    assert words in failure.advice


@pytest.mark.parametrize(
    ("answer", "words"),
    [
        (b"HTTP/1.1 407 Proxy Authentication Required\r\nContent-Length: 0\r\n\r\n", "requires a login"),
        (b"HTTP/1.1 403 Forbidden\r\nContent-Length: 0\r\n\r\n", "does not allow this host"),
    ],
)
def test_a_proxy(answer: bytes, words: str, monkeypatch: pytest.MonkeyPatch) -> None:
    with fault_server(answer) as proxy:
        monkeypatch.setenv("HTTPS_PROXY", proxy.url)
        failure = failed("https://aws.example")
    assert failure.kind is FailureKind.UNREACHABLE
    assert words in (failure.advice or "")


def test_a_proxy_that_does_not_listen(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("HTTPS_PROXY", "http://127.0.0.1:1")
    assert "Nothing listens at the proxy's address" in (failed("https://aws.example").advice or "")


@pytest.mark.parametrize(
    ("code", "message", "words"),
    [
        ("ExpiredTokenException", "The security token included in the request is expired", "session has expired"),
        ("InvalidSignatureException", "Signature expired: 2026 is now earlier than 2027", "clock is wrong"),
        ("InvalidSignatureException", "Signature not yet current: 2027", "clock is wrong"),
        (
            "InvalidSignatureException",
            "The request signature we calculated does not match",
            "secret key does not match",
        ),
        ("RequestTimeTooSkewed", "The difference is too large", "clock is wrong"),
        ("AccessDeniedException", "not authorized", 'allow "iot:TestInvokeAuthorizer"'),
        ("ThrottlingException", "Rate exceeded", "limiting the rate"),
    ],
)
def test_what_aws_answers(code: str, message: str, words: str) -> None:
    with fault_server(http(f'{{"message": "{message}"}}', "403 Forbidden", x_amzn_errortype=code)) as server:
        failure = failed(server.url)
    assert (failure.kind, failure.error) == (FailureKind.AWS, code)
    assert words in (failure.advice or "")
