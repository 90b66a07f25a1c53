"""A TLS (or plain) server on loopback that misbehaves at one stage of a connection, as asked."""

from __future__ import annotations

import base64
import hashlib
import socket
import ssl
import struct
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from datetime import UTC, datetime, timedelta
from functools import cache
from ipaddress import ip_address
from pathlib import Path

from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.x509.oid import NameOID

Act = Callable[[socket.socket], None]
"""What the server does with an accepted (and, over TLS, encrypted) connection."""


@cache
def _pem(name: str, days_from: int, days_to: int) -> bytes:
    """A key and a self-signed certificate for a host name, valid from and to the given days from now."""
    key = ec.generate_private_key(ec.SECP256R1())
    subject = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, name)])
    now = datetime.now(UTC)
    certificate = (
        x509.CertificateBuilder()
        .subject_name(subject)
        .issuer_name(subject)
        .public_key(key.public_key())
        .serial_number(x509.random_serial_number())
        .not_valid_before(now + timedelta(days=days_from))
        .not_valid_after(now + timedelta(days=days_to))
        .add_extension(x509.SubjectAlternativeName([_general_name(name)]), critical=False)
        .add_extension(x509.BasicConstraints(ca=True, path_length=None), critical=True)
        .sign(key, hashes.SHA256())
    )
    private = key.private_bytes(
        serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, serialization.NoEncryption()
    )
    return private + certificate.public_bytes(serialization.Encoding.PEM)


def _general_name(name: str) -> x509.GeneralName:
    return x509.IPAddress(ip_address(name)) if name[0].isdigit() else x509.DNSName(name)


def server_pem(folder: Path, name: str = "localhost", days: tuple[int, int] = (-1, 30)) -> Path:
    """A file with key and self-signed certificate, which is also the file to trust."""
    pem = folder / "server.pem"
    pem.write_bytes(_pem(name, *days))
    return pem


@contextmanager
def broken_broker(
    folder: Path,
    act: Act,
    *,
    tls: bool = True,
    name: str = "localhost",
    days: tuple[int, int] = (-1, 30),
    maximum_version: ssl.TLSVersion | None = None,
    wants_certificate: bool = False,
    alpn: tuple[str, ...] = (),
) -> Iterator[tuple[int, Path]]:
    """The server's port, and the file to trust."""
    pem = server_pem(folder, name, days)
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(pem)
    if alpn:
        context.set_alpn_protocols(list(alpn))
    if maximum_version is not None:
        context.maximum_version = maximum_version
    if wants_certificate:
        context.verify_mode = ssl.CERT_REQUIRED
        context.load_verify_locations(pem)
    with socket.create_server(("127.0.0.1", 0)) as server:
        thread = threading.Thread(target=_serve, args=(server, context if tls else None, act), daemon=True)
        thread.start()
        try:
            yield server.getsockname()[1], pem
        finally:
            # Closing alone leaves the thread in accept, where the next server may get the same descriptor.
            with suppress(OSError):
                server.shutdown(socket.SHUT_RDWR)


def _serve(server: socket.socket, context: ssl.SSLContext | None, act: Act) -> None:
    while True:
        try:
            connection, _ = server.accept()
        except OSError:
            return
        with suppress(OSError), context.wrap_socket(connection, server_side=True) if context else connection as wrapped:
            wrapped.settimeout(10)
            act(wrapped)


def reads(size: int = 65_536) -> Act:
    """Reads once and closes."""

    def act(connection: socket.socket) -> None:
        connection.recv(size)

    return act


def answers(*parts: bytes, stays: bool = False, hold: threading.Event | None = None) -> Act:
    """Answers each read with the next part, then closes, or first stays until the client leaves, or reads nothing more
    before the event."""

    def act(connection: socket.socket) -> None:
        for part in parts:
            connection.recv(65_536)
            connection.sendall(part)
        if hold is not None:
            hold.wait(10)
        while stays and connection.recv(65_536):
            pass

    return act


def resets(connection: socket.socket) -> None:
    connection.recv(65_536)
    connection.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))


def upgrades(*frames: bytes) -> Act:
    """Upgrades to a WebSocket and sends the frames, as bytes, after CONNECT."""

    def act(connection: socket.socket) -> None:
        request = connection.recv(65_536).decode("latin-1")
        key = next(
            line.split(": ", 1)[1] for line in request.splitlines() if line.lower().startswith("sec-websocket-key")
        )
        accept = base64.b64encode(hashlib.sha1((key + "258EAFA5-E914-47DA-95CA-C5AB0DC85B11").encode()).digest())
        head = "HTTP/1.1 101 Switching Protocols\r\nUpgrade: websocket\r\nConnection: Upgrade\r\n"
        head += f"Sec-WebSocket-Accept: {accept.decode()}\r\nSec-WebSocket-Protocol: mqtt\r\n\r\n"
        connection.sendall(head.encode())
        connection.recv(65_536)
        for frame in frames:
            connection.sendall(frame)
        if frames:
            with suppress(OSError):
                connection.recv(65_536)

    return act
