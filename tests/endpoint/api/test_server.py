"""The endpoint over real sockets: framing, limits, malformed input, its log."""

from __future__ import annotations

import contextlib
import json
import select
import socket
import struct
import time
from collections.abc import Iterator

import pytest

from authlens.core.request.authorizer import Authorizer
from authlens.endpoint.api.guard import BODY_LIMIT
from authlens.endpoint.api.server import Patience
from support.local_endpoint import Running, StandIn, definitions, running
from support.raw_http import exchange, is_whole, post


@pytest.fixture(scope="module")
def endpoint() -> Iterator[Running]:
    allowing = StandIn(lambda event: {"isAuthenticated": True, "principalId": "p", "policyDocuments": []})
    with running(definitions(Authorizer("plain", signing_disabled=True)), allowing) as started:
        yield started


def test_a_client_that_waits_is_asked_for_its_body(endpoint: Running) -> None:
    body = b'{"mqttContext":{}}'
    head = (
        f"POST /authorizer/plain/test HTTP/1.1\r\nHost: localhost:{endpoint.port}\r\n"
        f"Expect: 100-continue\r\nContent-Length: {len(body)}\r\n\r\n"
    )
    with socket.create_connection(("127.0.0.1", endpoint.port), timeout=10) as connection:
        connection.sendall(head.encode())
        assert connection.recv(25, socket.MSG_WAITALL) == b"HTTP/1.1 100 Continue\r\n\r\n"
        connection.sendall(body)
        assert connection.recv(65536).startswith(b"HTTP/1.1 200 ")


def test_a_chunked_body_is_capped(endpoint: Running) -> None:
    chunk = b"10000\r\n" + b"x" * 0x10000 + b"\r\n"
    head = (
        f"POST /authorizer/plain/test HTTP/1.1\r\nHost: localhost:{endpoint.port}\r\nTransfer-Encoding: chunked\r\n\r\n"
    )

    answer = exchange(endpoint, head.encode() + chunk * (BODY_LIMIT // 0x10000) + b"1\r\nx\r\n")

    assert answer.startswith(b"HTTP/1.1 413 ")


CHUNKED = b"POST /authorizer/plain/test HTTP/1.1\r\nHost: localhost:PORT\r\nTransfer-Encoding: chunked\r\n"

BAD: list[tuple[str, bytes]] = [
    ("no HTTP", b"hello\r\n\r\n"),
    ("TLS", b"\x16\x03\x01\x02\x00\x01\x00\x01\xfc\x03\x03" + b"\x00" * 64),
    ("no version", b"GET /\r\n\r\n"),
    ("NUL in a header", b"GET / HTTP/1.1\r\nHost: a\x00b\r\n\r\n"),
    ("two lengths", b"POST / HTTP/1.1\r\nHost: a\r\nContent-Length: 1\r\nContent-Length: 2\r\n\r\nab"),
    (
        "length and chunks",
        CHUNKED + b"Content-Length: 1\r\n\r\n0\r\n\r\n",
    ),
    ("negative length", b"POST / HTTP/1.1\r\nHost: a\r\nContent-Length: -1\r\n\r\n"),
    ("long line", b"GET /" + b"a" * 70_000 + b" HTTP/1.1\r\nHost: a\r\n\r\n"),
    ("long header", b"GET / HTTP/1.1\r\nX: " + b"a" * 70_000 + b"\r\n\r\n"),
    ("many headers", b"GET / HTTP/1.1\r\n" + b"X: a\r\n" * 1000 + b"\r\n"),
    ("no Host", b"GET / HTTP/1.1\r\n\r\n"),
    ("HTTP/1.0 without Host", b"GET / HTTP/1.0\r\n\r\n"),
    ("another server", b"GET http://evil.example/ HTTP/1.1\r\nHost: localhost:PORT\r\n\r\n"),
    ("a tunnel", b"CONNECT evil.example:443 HTTP/1.1\r\nHost: localhost:PORT\r\n\r\n"),
    (
        "bad chunk",
        CHUNKED + b"\r\nZZ\r\n",
    ),
]


@pytest.mark.parametrize("sent", [pytest.param(sent, id=name) for name, sent in BAD])
def test_bad_input_is_refused_and_the_next_call_works(endpoint: Running, sent: bytes) -> None:
    answer = exchange(endpoint, sent.replace(b"PORT", str(endpoint.port).encode()), end=True)

    assert answer == b"" or 400 <= int(answer.split(b" ", 2)[1]) < 500
    assert b"Traceback" not in answer
    assert post(endpoint, {})[0] == 200


@pytest.mark.parametrize(
    ("body", "words"),
    [
        (b"{nope", b"The body is not JSON."),
        (b"\xff", b"The body is not JSON."),
        (b"[" * 100_000, b"The body is not JSON."),
        (b"[]", b"The body is not a JSON object."),
        (b'{"token": 7}', b"The member token is not a string."),
        (b'{"mqttContext": []}', b"The member mqttContext is not a structure."),
        (b'{"mqttContext": {"password": "!"}}', b"The member mqttContext.password is not base64."),
        (b'{"httpContext": {"headers": {"a": 1}}}', b"The member httpContext.headers is not a map of strings."),
    ],
)
def test_a_body_of_the_wrong_shape_is_a_serialization_error(endpoint: Running, body: bytes, words: bytes) -> None:
    answer = exchange(
        endpoint,
        f"POST /authorizer/plain/test HTTP/1.1\r\nHost: localhost:{endpoint.port}\r\n"
        f"Content-Length: {len(body)}\r\n\r\n".encode()
        + body,
    )

    assert answer.startswith(b"HTTP/1.1 400 ")
    assert b"x-amzn-errortype: SerializationException" in answer
    assert b'{"message": "' + words + b'"}' in answer


def test_null_members_are_absent_and_unknown_ones_dropped(endpoint: Running) -> None:
    assert post(endpoint, {}, b'{"token": null, "unknown": 1, "mqttContext": {"x": 1, "username": null}}')[0] == 200
    assert endpoint.host.events[-1]["protocolData"] == {"mqtt": {}}


def test_the_null_message_is_null_on_the_wire() -> None:
    signed = Authorizer("signed", token_key_name="tok")
    with running(definitions(signed)) as endpoint:
        answer = exchange(
            endpoint,
            f"POST /authorizer/signed/test HTTP/1.1\r\nHost: localhost:{endpoint.port}\r\n"
            'Content-Length: 18\r\n\r\n{"mqttContext":{}}',
        )

    assert answer.endswith(b'\r\n\r\n{"message": null}')


def test_the_keys_of_an_unsigned_authorizer_are_null_on_the_wire(endpoint: Running) -> None:
    answer = exchange(endpoint, f"GET /authorizer/plain HTTP/1.1\r\nHost: localhost:{endpoint.port}\r\n\r\n")

    assert b'"tokenKeyName": null, "tokenSigningPublicKeys": null' in answer


def test_an_answer_leaves_in_one_write(endpoint: Running) -> None:
    request = f"GET /authorizer/plain HTTP/1.1\r\nHost: localhost:{endpoint.port}\r\n\r\n".encode()
    with socket.create_connection(("127.0.0.1", endpoint.port), timeout=10) as connection:
        for _ in range(50):
            connection.sendall(request)
            assert is_whole(connection.recv(65536))


def test_ipv6_loopback() -> None:
    try:
        socket.create_server(("::1", 0), family=socket.AF_INET6).close()
    except OSError:
        pytest.skip("this machine has no IPv6 loopback")
    with running(definitions(Authorizer("plain", signing_disabled=True)), address="::1") as endpoint:
        assert endpoint.url == f"http://[::1]:{endpoint.port}"
        assert endpoint.client().list_authorizers()["authorizers"]


def test_the_log_names_calls_and_outcomes_and_nothing_that_was_sent(endpoint: Running) -> None:
    endpoint.log.clear()
    secret = b'{"mqttContext": {"username": "TOPSECRET", "password": "VE9QU0VDUkVU"}}'
    post(endpoint, {"Authorization": "TOPSECRET"}, secret)
    exchange(endpoint, f"GET /things/?token=TOPSECRET HTTP/1.1\r\nHost: localhost:{endpoint.port}\r\n\r\n")
    exchange(endpoint, "GET /x HTTP/1.1\r\nHost: evil.example\r\n\r\n")

    shown = [" ".join(line.split()[:-2]) for line in endpoint.log]
    assert shown == [
        "TestInvokeAuthorizer plain 200 authenticated",
        "GET /things/ 404 UnknownOperationException",
        "GET /x 421 MisdirectedRequestException",
    ]


def test_a_defect_is_answered_as_an_internal_failure() -> None:
    def broken(event: object) -> object:
        raise LookupError("with a TOPSECRET")

    with running(definitions(Authorizer("plain", signing_disabled=True)), StandIn(broken)) as endpoint:
        status, headers = post(endpoint, {})
        assert (status, headers["x-amzn-errortype"]) == (500, "InternalFailure")
        assert endpoint.log[0].startswith("defect: LookupError at ")
        assert "TOPSECRET" not in " ".join(endpoint.log)


IMPATIENT = Patience(header=0.02, body=0.02)


def test_a_connection_that_sends_nothing_is_closed() -> None:
    with running(definitions(), patience=IMPATIENT) as endpoint:
        assert exchange(endpoint, "") == b""
        assert exchange(endpoint, "GET / HTTP/1.1\r\nHost: ") == b""


def test_a_body_that_does_not_arrive_is_not_waited_for() -> None:
    with running(definitions(), patience=IMPATIENT) as endpoint:
        answer = exchange(
            endpoint,
            f"POST /authorizer/a/test HTTP/1.1\r\nHost: localhost:{endpoint.port}\r\nContent-Length: 9\r\n\r\n{{",
        )

    assert answer.startswith(b"HTTP/1.1 408 ")


def test_a_header_that_drips_on_a_kept_connection_is_not_waited_for() -> None:
    with (
        running(definitions(), patience=Patience(header=0.2)) as endpoint,
        socket.create_connection(("127.0.0.1", endpoint.port)) as connection,
    ):
        connection.settimeout(10)
        connection.sendall(f"GET /authorizers/ HTTP/1.1\r\nHost: localhost:{endpoint.port}\r\n\r\n".encode())
        assert connection.recv(65_536).startswith(b"HTTP/1.1 200 ")
        started, sent = time.monotonic(), 0
        with contextlib.suppress(ConnectionError):
            while time.monotonic() - started < 8 and not select.select([connection], [], [], 0.02)[0]:
                connection.sendall(b"GET /authorizers/ HTTP/1.1\r\nX-Drip: a"[sent : sent + 1] or b"a")
                sent += 1
        assert time.monotonic() - started < 4


def test_what_is_not_http_is_answered_in_our_words_and_logged() -> None:
    with running(definitions()) as endpoint:
        answer = exchange(endpoint, "what is this\r\n\r\n")
        log = list(endpoint.log)

    head, _, body = answer.partition(b"\r\n\r\n")
    assert head.startswith(b"HTTP/1.0 400 ")
    assert b"Server: authlens\r\n" in head + b"\r\n"
    assert b"aiohttp" not in answer
    assert b"Python" not in answer
    assert json.loads(body)["message"].startswith("The request is not valid HTTP")
    assert log == ["400 the request is not valid HTTP"]


def test_a_client_that_hangs_up_is_not_a_defect() -> None:
    with running(definitions(Authorizer("plain", signing_disabled=True))) as endpoint:
        head = f"POST /authorizer/plain/test HTTP/1.1\r\nHost: localhost:{endpoint.port}\r\nContent-Length: 9\r\n\r\n"
        with socket.create_connection(("127.0.0.1", endpoint.port)) as connection:
            connection.sendall(head.encode() + b"{")
        with socket.create_connection(("127.0.0.1", endpoint.port)) as connection:
            connection.sendall(head.encode() + b"{")
            connection.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
        deadline = time.monotonic() + 10
        while len(endpoint.log) < 2 and time.monotonic() < deadline:
            exchange(endpoint, f"GET /nothing HTTP/1.1\r\nHost: localhost:{endpoint.port}\r\nConnection: close\r\n\r\n")
        assert not [line for line in endpoint.log if "defect" in line]
