"""ClientHellos as OpenSSL writes them, whole, in pieces, and broken."""

from __future__ import annotations

import ssl

import pytest

from authlens.core.mqtt import client_hello
from authlens.core.mqtt.client_hello import ClientHello


def hello(server_name: str | None = "localhost", alpn: list[str] | None = None, newest: str = "TLSv1_3") -> bytes:
    context = ssl.create_default_context()
    context.check_hostname = False
    context.maximum_version = ssl.TLSVersion[newest]
    if alpn:
        context.set_alpn_protocols(alpn)
    outgoing = ssl.MemoryBIO()
    connection = context.wrap_bio(ssl.MemoryBIO(), outgoing, server_hostname=server_name)
    with pytest.raises(ssl.SSLWantReadError):
        connection.do_handshake()
    return outgoing.read()


@pytest.mark.parametrize(
    ("server_name", "alpn", "newest", "expected"),
    [
        ("localhost", ["mqtt"], "TLSv1_3", ClientHello("localhost", ("mqtt",), ("TLS 1.3", "TLS 1.2"))),
        ("a.example", ["h2", "http/1.1"], "TLSv1_2", ClientHello("a.example", ("h2", "http/1.1"), ("TLS 1.2",))),
        (None, None, "TLSv1_3", ClientHello(None, (), ("TLS 1.3", "TLS 1.2"))),
    ],
)
def test_what_a_client_offers(
    server_name: str | None, alpn: list[str] | None, newest: str, expected: ClientHello
) -> None:
    assert client_hello.read(hello(server_name, alpn, newest)) == expected


def test_a_hello_is_complete_with_its_last_byte_and_not_before() -> None:
    whole = hello("localhost", ["mqtt"])
    for length in range(len(whole)):
        missing = client_hello.missing(whole[:length])
        assert 0 < missing <= len(whole) - length
        assert client_hello.read(whole[:length]) is None
    assert client_hello.missing(whole) == 0


def test_how_much_is_missing() -> None:
    whole = hello("localhost", ["mqtt"])
    assert [client_hello.missing(whole[:length]) for length in range(5)] == [5, 4, 3, 2, 1]
    assert client_hello.missing(whole[:5]) == len(whole) - 5
    split = in_records(whole, 50)
    assert [client_hello.missing(split[:length]) for length in (55, 57, 60)] == [5, 3, 50]
    record = b"\x16\x03\x01"
    assert client_hello.missing(record + (client_hello.LARGEST - 5).to_bytes(2, "big")) == client_hello.LARGEST - 5
    assert client_hello.missing(record + (client_hello.LARGEST - 4).to_bytes(2, "big")) == 0


def in_records(whole: bytes, size: int) -> bytes:
    """The same message in records of a few bytes each."""
    message = whole[5:]
    pieces = [message[start : start + size] for start in range(0, len(message), size)]
    return b"".join(whole[:3] + len(piece).to_bytes(2, "big") + piece for piece in pieces)


def test_a_hello_may_be_split_over_records() -> None:
    whole = in_records(hello("localhost", ["mqtt"]), 50)
    assert client_hello.missing(whole[:-1]) == 1
    assert client_hello.missing(whole) == 0
    assert client_hello.read(whole) == client_hello.read(hello("localhost", ["mqtt"]))


@pytest.mark.parametrize(
    "data",
    [
        b"GET / HTTP/1.1\r\n",
        b"\x16\x03\x01\xff\xff" + bytes(10),
        b"\x16\x03\x01\x00\x00\x16\x03\x01",
        b"\x15\x03\x01\x00\x02\x02\x28",
        b"\x16\x03\x01\x00\x04\x02\x00\x00\x00",
    ],
)
def test_what_is_not_a_hello_is_not_waited_for(data: bytes) -> None:
    assert client_hello.missing(data) == 0
    assert client_hello.read(data) is None


def test_cut_and_changed_hellos_never_raise() -> None:
    whole = hello("localhost", ["mqtt"])
    for index in range(len(whole)):
        for value in (0, 0x7F, 0xFF):
            changed = bytearray(whole)
            changed[index] = value
            client_hello.read(bytes(changed))
            client_hello.missing(bytes(changed))
