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


def sized(length: int, content: bytes) -> bytes:
    return len(content).to_bytes(length, "big") + content


def extension(kind: int, content: bytes) -> bytes:
    return kind.to_bytes(2, "big") + sized(2, content)


def server_names(*names: tuple[int, bytes]) -> bytes:
    return extension(0, sized(2, b"".join(bytes((kind,)) + sized(2, name) for kind, name in names)))


def written(*extensions: bytes, oldest: int = 0x0303, has_extensions: bool = True) -> bytes:
    """A ClientHello, as RFC 8446 lays it out: version, random, session, ciphers, compression, extensions."""
    body = oldest.to_bytes(2, "big") + bytes(32) + sized(1, b"ab") + sized(2, b"\x13\x01") + sized(1, b"\0")
    if has_extensions:
        body += sized(2, b"".join(extensions))
    return b"\x16\x03\x01" + sized(2, b"\x01" + sized(3, body))


@pytest.mark.parametrize(
    ("data", "expected"),
    [
        (written(), ClientHello(versions=("TLS 1.2",))),
        (written(has_extensions=False), ClientHello(versions=("TLS 1.2",))),
        (written(oldest=0x0301), ClientHello(versions=("TLS 1.0",))),
        (written(oldest=0x0302), ClientHello(versions=("TLS 1.1",))),
        (written(oldest=0x0300), ClientHello()),
        (written(extension(43, b"\x06\x7a\x7a\x03\x04\x03\x02")), ClientHello(versions=("TLS 1.3", "TLS 1.1"))),
        (written(server_names((0, b"a.b"))), ClientHello("a.b", versions=("TLS 1.2",))),
        (written(server_names((1, b"x"), (0, b"a.b"), (0, b"c"))), ClientHello("a.b", versions=("TLS 1.2",))),
        (written(server_names((1, b"x"))), ClientHello(versions=("TLS 1.2",))),
        (written(server_names()), ClientHello(versions=("TLS 1.2",))),
        (written(server_names((0, b"\xff"))), ClientHello("\ufffd", versions=("TLS 1.2",))),
        (written(server_names((0, b"a")), server_names((0, b"b"))), ClientHello("a", versions=("TLS 1.2",))),
        (written(extension(16, sized(2, b"\x02h2\x01\xff"))), ClientHello(None, ("h2", "\ufffd"), ("TLS 1.2",))),
        (written(extension(16, sized(2, b""))), ClientHello(versions=("TLS 1.2",))),
        (written(extension(99, b"x"), server_names((0, b"a"))), ClientHello("a", versions=("TLS 1.2",))),
        (written() + b"more", ClientHello(versions=("TLS 1.2",))),
    ],
    ids=[
        "empty extensions",
        "no extensions",
        "TLS 1.0",
        "TLS 1.1",
        "an older version",
        "versions of an extension, one unknown",
        "a server name",
        "the first name of type 0",
        "a name of another type alone",
        "no names",
        "a name that is not ASCII",
        "the first of two extensions",
        "protocols",
        "no protocols",
        "an unknown extension",
        "bytes after the message",
    ],
)
def test_the_fields_of_a_hello(data: bytes, expected: ClientHello) -> None:
    assert client_hello.read(data) == expected


@pytest.mark.parametrize("size", [1, 2, 3, 4, 5])
def test_even_the_header_of_the_message_may_be_split_over_records(size: int) -> None:
    whole = in_records(written(server_names((0, b"a"))), size)
    assert client_hello.read(whole) == ClientHello("a", versions=("TLS 1.2",))
    assert client_hello.missing(whole) == 0
    assert client_hello.missing(whole[:-1]) == 1
    start = whole[: 5 + size]
    assert client_hello.missing(start) == 5
    assert client_hello.read(start) is None


def test_the_largest_hello() -> None:
    assert client_hello.LARGEST == 16_384
    assert client_hello.missing(b"\x16\x03\x01\x3f\xfb") == 16_379
    assert client_hello.missing(b"\x16\x03\x01\x3f\xfc") == 0
