"""Who may talk to the endpoint: the matrix of Host and Origin, bodies and types; as values and over real sockets."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from authlens.core.request.authorizer import Authorizer
from authlens.core.text.url import is_loopback_host
from authlens.endpoint.api.guard import BODY_LIMIT, Guard
from support.local_endpoint import Running, StandIn, definitions, running
from support.raw_http import exchange, post

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
    assert is_loopback_host(host) is loopback


@pytest.fixture(scope="module")
def endpoint() -> Iterator[Running]:
    allowing = StandIn(lambda event: {"isAuthenticated": True, "principalId": "p", "policyDocuments": []})
    with running(definitions(Authorizer("plain", signing_disabled=True)), allowing) as started:
        yield started


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
        ({"Origin": "http://[::1].evil.com"}, 403),
        ({"Origin": "http://localhost\\@evil.com"}, 403),
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


def test_a_host_that_was_allowed_is_answered() -> None:
    with running(definitions(Authorizer("plain", signing_disabled=True)), names=["Box.example"]) as endpoint:
        endpoint.host.function = lambda event: {"isAuthenticated": True, "principalId": "p", "policyDocuments": []}
        assert post(endpoint, {"Host": "box.example"})[0] == 200
        assert post(endpoint, {"Host": "other.example"})[0] == 421
