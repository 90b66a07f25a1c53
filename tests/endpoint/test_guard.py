"""Who may talk to the endpoint: the matrix of Host and Origin, bodies and types; as values and over real sockets."""

from __future__ import annotations

import http.client
import socket
from collections.abc import Iterator

import pytest

from authlens.core.authorizer import Authorizer
from authlens.endpoint.guard import BODY_LIMIT, Guard, is_loopback
from support.local_endpoint import Running, StandIn, definitions, running

GUARD = Guard(8000, "127.0.0.1", frozenset({"box.example"}))

HOSTS: list[tuple[str, bool]] = [
    ("127.0.0.1:8000", True),
    ("localhost:8000", True),
    ("LOCALHOST:8000", True),
    ("[::1]:8000", True),
    ("box.example", True),
    ("BOX.example:8000", True),
    ("box.example:443", True),
    ("127.0.0.1", False),
    ("127.0.0.1:8001", False),
    ("localhost:8000.evil.example", False),
    ("localhost.:8000", False),
    ("0.0.0.0:8000", False),
    ("127.0.0.2:8000", False),
    ("[::]:8000", False),
    ("::1:8000", False),
    ("evil.example:8000", False),
    ("evil.example", False),
    ("box.example.evil.example", False),
    ("user@localhost:8000", False),
    ("localhost:8000/evil", False),
    ("localhost:8000?x", False),
    ("localhost:99999", False),
    ("localhost:abc", False),
    (" localhost:8000", False),
    ("", False),
    ("[", False),
]


@pytest.mark.parametrize(("host", "own"), HOSTS)
def test_host(host: str, own: bool) -> None:
    refusal = GUARD.refuse("/authorizers/", {"host": [host]})

    assert (refusal is None) is own
    assert refusal is None or refusal.status == 421


@pytest.mark.parametrize("hosts", [[], ["localhost:8000", "localhost:8000"], ["localhost:8000", "evil.example"]])
def test_a_request_has_one_host(hosts: list[str]) -> None:
    refusal = GUARD.refuse("/", {"host": hosts})

    assert refusal is not None
    assert refusal.status == 421


def test_port_80_needs_no_port_in_the_host() -> None:
    assert Guard(80, "127.0.0.1").refuse("/", {"host": ["localhost"]}) is None


def test_the_address_listened_on_is_an_own_name_when_it_is_loopback() -> None:
    assert Guard(8000, "127.0.0.2").refuse("/", {"host": ["127.0.0.2:8000"]}) is None
    assert Guard(8000, "192.168.1.1").refuse("/", {"host": ["192.168.1.1:8000"]}) is not None


@pytest.mark.parametrize("target", ["http://evil.example/authorizers/", "*", "evil.example:443", ""])
def test_the_target_is_a_path(target: str) -> None:
    refusal = GUARD.refuse(target, {"host": ["localhost:8000"]})

    assert refusal is not None
    assert refusal.status == 421


ORIGINS: list[tuple[str, bool]] = [
    ("http://localhost:3000", True),
    ("http://127.0.0.1", True),
    ("https://[::1]:8000", True),
    ("null", False),
    ("", False),
    ("http://evil.example", False),
    ("http://localhost.evil.example", False),
    ("http://evil.example:8000", False),
    ("http://0.0.0.0:8000", False),
    ("file://", False),
    ("ftp://localhost", False),
    ("http://localhost@evil.example", False),
    ("http://localhost:1/x", False),
    ("chrome-extension://localhost", False),
]


@pytest.mark.parametrize(("origin", "own"), ORIGINS)
def test_origin(origin: str, own: bool) -> None:
    refusal = GUARD.refuse("/", {"host": ["localhost:8000"], "origin": [origin]})

    assert (refusal is None) is own
    assert refusal is None or refusal.status == 403


def test_every_origin_counts() -> None:
    origins = ["http://localhost", "http://evil.example"]

    assert GUARD.refuse("/", {"host": ["localhost:8000"], "origin": origins}) is not None


@pytest.mark.parametrize(
    ("headers", "status"),
    [
        ({"sec-fetch-site": ["cross-site"]}, 403),
        ({"sec-fetch-site": ["same-origin"]}, None),
        ({"content-type": ["text/plain; charset=utf-8"]}, 415),
        ({"content-type": ["Multipart/Form-Data"]}, 415),
        ({"content-type": ["application/json"]}, None),
        ({"content-type": ["application/x-www-form-urlencoded"]}, None),
        ({"content-length": [str(BODY_LIMIT)]}, None),
        ({"content-length": [str(BODY_LIMIT + 1)]}, 413),
        ({"content-length": ["9" * 5000]}, 413),
    ],
)
def test_other_headers(headers: dict[str, list[str]], status: int | None) -> None:
    refusal = GUARD.refuse("/", {"host": ["localhost:8000"], **headers})

    assert (refusal and refusal.status) == status


def test_a_foreign_host_is_named_before_a_foreign_origin() -> None:
    refusal = GUARD.refuse("/", {"host": ["evil.example"], "origin": ["http://evil.example"]})

    assert refusal is not None
    assert refusal.status == 421


@pytest.mark.parametrize(
    ("host", "loopback"),
    [
        ("127.0.0.1", True),
        ("127.8.8.8", True),
        ("::1", True),
        ("localhost", True),
        ("0.0.0.0", False),
        ("::", False),
        ("192.168.1.1", False),
        ("example.com", False),
        ("", False),
    ],
)
def test_loopback(host: str, loopback: bool) -> None:
    assert is_loopback(host) is loopback


@pytest.fixture(scope="module")
def endpoint() -> Iterator[Running]:
    allowing = StandIn(lambda event: {"isAuthenticated": True, "principalId": "p", "policyDocuments": []})
    with running(definitions(Authorizer("plain", signing_disabled=True)), allowing) as started:
        yield started


def exchange(endpoint: Running, text: str | bytes, end: bool = False) -> bytes:
    """What comes back of what is sent, until the server closes or has answered."""
    with socket.create_connection(("127.0.0.1", endpoint.port), timeout=10) as connection:
        connection.sendall(text.encode() if isinstance(text, str) else text)
        if end:
            connection.shutdown(socket.SHUT_WR)
        received = b""
        while chunk := connection.recv(65536):
            received += chunk
            if is_whole(received):
                break
        return received


def is_whole(received: bytes) -> bool:
    head, blank, body = received.partition(b"\r\n\r\n")
    lengths = [line for line in head.lower().split(b"\r\n") if line.startswith(b"content-length:")]
    return bool(blank and lengths) and len(body) >= int(lengths[0].partition(b":")[2])


def post(endpoint: Running, headers: dict[str, str], body: bytes = b'{"mqttContext":{}}') -> tuple[int, dict[str, str]]:
    connection = http.client.HTTPConnection("127.0.0.1", endpoint.port, timeout=10)
    try:
        connection.request("POST", "/authorizer/plain/test", body, headers)
        answer = connection.getresponse()
        answer.read()
        return answer.status, {name.lower(): value for name, value in answer.getheaders()}
    finally:
        connection.close()


@pytest.mark.parametrize(
    ("headers", "status"),
    [
        ({}, 200),
        ({"Host": "localhost:PORT"}, 200),
        ({"Host": "[::1]:PORT"}, 200),
        ({"Host": "evil.example:PORT"}, 421),
        ({"Host": "127.0.0.1:1"}, 421),
        ({"Origin": "http://localhost:3000"}, 200),
        ({"Origin": "null"}, 403),
        ({"Origin": "https://evil.example"}, 403),
        ({"Sec-Fetch-Site": "cross-site"}, 403),
        ({"Content-Type": "text/plain"}, 415),
    ],
)
def test_over_http(endpoint: Running, headers: dict[str, str], status: int) -> None:
    endpoint.host.events.clear()
    answer = post(endpoint, {name: value.replace("PORT", str(endpoint.port)) for name, value in headers.items()})

    assert answer[0] == status
    assert len(endpoint.host.events) == (1 if status == 200 else 0)
    assert not [name for name in answer[1] if name.startswith("access-control-")]


def test_a_preflight_is_not_granted(endpoint: Running) -> None:
    answer = exchange(
        endpoint,
        f"OPTIONS /authorizer/plain/test HTTP/1.1\r\nHost: localhost:{endpoint.port}\r\n"
        "Origin: http://localhost:3000\r\nAccess-Control-Request-Method: POST\r\n\r\n",
    )

    assert answer.startswith(b"HTTP/1.1 404 ")
    assert b"access-control" not in answer.lower()


@pytest.mark.parametrize(
    ("headers", "status"),
    [
        ("Host: evil.example\r\nContent-Length: 1000", 421),
        ("Host: localhost:PORT\r\nOrigin: null\r\nContent-Length: 1000", 403),
        ("Host: localhost:PORT\r\nContent-Length: 100000000000", 413),
        ("Host: evil.example\r\nExpect: 100-continue\r\nContent-Length: 1000", 421),
    ],
)
def test_a_refusal_does_not_wait_for_the_body(endpoint: Running, headers: str, status: int) -> None:
    head = f"POST /authorizer/plain/test HTTP/1.1\r\n{headers}\r\n\r\n".replace("PORT", str(endpoint.port))

    assert exchange(endpoint, head).startswith(f"HTTP/1.1 {status} ".encode())


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


def test_an_answer_leaves_in_one_write(endpoint: Running) -> None:
    request = f"GET /authorizer/plain HTTP/1.1\r\nHost: localhost:{endpoint.port}\r\n\r\n".encode()
    with socket.create_connection(("127.0.0.1", endpoint.port), timeout=10) as connection:
        for _ in range(50):
            connection.sendall(request)
            assert is_whole(connection.recv(65536))


def test_a_host_that_was_allowed_is_answered() -> None:
    with running(definitions(Authorizer("plain", signing_disabled=True)), names=["Box.example"]) as endpoint:
        endpoint.host.function = lambda event: {"isAuthenticated": True, "principalId": "p", "policyDocuments": []}
        assert post(endpoint, {"Host": "box.example"})[0] == 200
        assert post(endpoint, {"Host": "other.example"})[0] == 421


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
