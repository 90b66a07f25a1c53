"""The first message of a TLS client, read before the handshake: the server name, protocols and versions it offers.

A failed handshake reveals none of this, so it is read from the pending bytes. Nothing here raises.
"""

from __future__ import annotations

from authlens.core.mqtt.fields import Malformed, Reader
from authlens.frozen import dataclass

_HANDSHAKE, _CLIENT_HELLO = 0x16, 0x01
_SERVER_NAME, _ALPN, _VERSIONS = 0, 16, 43
_RECORD_HEADER = 5
_VERSION_NAMES = {0x0301: "TLS 1.0", 0x0302: "TLS 1.1", 0x0303: "TLS 1.2", 0x0304: "TLS 1.3"}
LARGEST = 16 * 1024
"""The largest accepted ClientHello, in bytes; real ones have less than 2 KiB."""


@dataclass(frozen=True, slots=True)
class ClientHello:
    server_name: str | None = None
    """SNI; a client that connects to an IP address sends none."""
    alpn: tuple[str, ...] = ()
    """The protocols offered, in the client's order."""
    versions: tuple[str, ...] = ()
    """Newest first, as the client lists them; names such as `TLS 1.3`."""


def missing(data: bytes) -> int:
    """How many more bytes `read` needs at least; 0 if none.

    The number may increase as more record headers arrive.
    """
    start, message = 0, bytearray()
    while not _is_whole(message):
        if len(data) < start + _RECORD_HEADER:
            return start + _RECORD_HEADER - len(data)
        if data[start] != _HANDSHAKE:
            return 0
        length = int.from_bytes(data[start + 3 : start + 5], "big")
        end = start + _RECORD_HEADER + length
        if end > LARGEST or not length:
            return 0
        if len(data) < end:
            return end - len(data)
        message += data[start + _RECORD_HEADER : end]
        start = end
    return 0


def _is_whole(message: bytes | bytearray) -> bool:
    """Whether a handshake message has the length that its header announces."""
    return len(message) >= 4 + int.from_bytes(message[1:4], "big")


def read(data: bytes) -> ClientHello | None:
    """What the client offers; `None` if the bytes are not a complete ClientHello."""
    try:
        return _hello(Reader(_message(data)))
    except Malformed:
        return None


def _message(data: bytes) -> bytes:
    """The handshake message, which may span several records."""
    records, message = Reader(data), bytearray()
    while not _is_whole(message):
        if records.byte() != _HANDSHAKE:
            raise Malformed("not a handshake record")
        records.short()
        message += records.raw(records.short())
    return bytes(message)


def _hello(message: Reader) -> ClientHello:
    if message.byte() != _CLIENT_HELLO:
        raise Malformed("not a ClientHello")
    hello = message.part(int.from_bytes(message.raw(3), "big"))
    oldest = hello.short()
    hello.raw(32)
    hello.raw(hello.byte())
    hello.raw(hello.short())
    hello.raw(hello.byte())
    found: dict[int, Reader] = {}
    extensions = hello.part(hello.short()) if hello.left else Reader(b"")
    while extensions.left:
        kind = extensions.short()
        found.setdefault(kind, extensions.part(extensions.short()))
    versions = _versions(found[_VERSIONS]) if _VERSIONS in found else (oldest,)
    return ClientHello(
        _server_name(found[_SERVER_NAME]) if _SERVER_NAME in found else None,
        _alpn(found[_ALPN]) if _ALPN in found else (),
        tuple(_VERSION_NAMES[version] for version in versions if version in _VERSION_NAMES),
    )


def _server_name(extension: Reader) -> str | None:
    names = extension.part(extension.short())
    while names.left:
        kind, name = names.byte(), names.binary()
        if not kind:
            return name.decode("ascii", "replace")
    return None


def _alpn(extension: Reader) -> tuple[str, ...]:
    names, found = extension.part(extension.short()), []
    while names.left:
        found.append(names.raw(names.byte()).decode("ascii", "replace"))
    return tuple(found)


def _versions(extension: Reader) -> tuple[int, ...]:
    versions = extension.part(extension.byte())
    return tuple(versions.short() for _ in range(versions.left // 2))
