"""A TLS listener on loopback that decodes what a client sends: its handshake, an HTTP request, an MQTT CONNECT."""

from __future__ import annotations

import base64
import contextlib
import hashlib
import queue
import socket
import ssl
import threading
from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from pathlib import Path

from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.x509.oid import NameOID

from authlens.core.mqtt.decoder import Decoder
from authlens.core.mqtt.encoder import encode
from authlens.core.mqtt.packets import Connack, Connect, Puback, Publish

_WAIT = 20.0


@dataclass
class Arrival:
    """One connection, as far as it has been read."""

    server_name: str | None = None
    alpn: str | None = None
    """The protocol that was negotiated."""
    has_certificate: bool = False
    target: bytes = b""
    """The path and query of an HTTP request."""
    headers: dict[bytes, bytes] = field(default_factory=dict)
    """Names in lower case."""
    connect: Connect | None = None


class DeviceListener:
    """Accepts every client. `next()` returns what one of them sent."""

    def __init__(self, folder: Path) -> None:
        self.ca, key = folder / "ca.pem", folder / "ca.key"
        _write_certificate(self.ca, key)
        self.key = key
        context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
        context.load_cert_chain(self.ca, key)
        context.set_alpn_protocols(["mqtt", "x-amzn-mqtt-ca", "http/1.1"])
        context.load_verify_locations(self.ca)
        context.verify_mode = ssl.CERT_OPTIONAL
        self._names: dict[int, str | None] = {}
        context.sni_callback = lambda connection, name, _: self._names.update({id(connection): name})
        self._context = context
        self._socket = socket.create_server(("127.0.0.1", 0))
        self.port: int = self._socket.getsockname()[1]
        self._arrivals: queue.Queue[Arrival] = queue.Queue()
        threading.Thread(target=self._accept, daemon=True).start()

    def next(self) -> Arrival:
        return self._arrivals.get(timeout=_WAIT)

    def close(self) -> None:
        self._socket.close()

    def _accept(self) -> None:
        with contextlib.suppress(OSError):
            while True:
                connection, _ = self._socket.accept()
                threading.Thread(target=self._serve, args=(connection,), daemon=True).start()

    def _serve(self, plain: socket.socket) -> None:
        plain.settimeout(_WAIT)
        with contextlib.suppress(OSError), plain, self._context.wrap_socket(plain, server_side=True) as connection:
            arrival = Arrival(
                # The callback sees the object under the socket.
                next(iter(self._names.values()), None) if self._names else None,
                connection.selected_alpn_protocol(),
                bool(connection.getpeercert(binary_form=True)),
            )
            self._names.clear()
            first = connection.recv(65536)
            if first[:1] == b"\x10":
                self._mqtt(connection, first, arrival)
            else:
                self._http(connection, first, arrival)

    def _mqtt(self, connection: ssl.SSLSocket, first: bytes, arrival: Arrival) -> None:
        decoder, data = Decoder(), first
        while data:
            for packet in decoder.feed(data):
                self._answer(packet, arrival, decoder.version, connection.sendall)
            data = connection.recv(65536)

    def _answer(self, packet: object, arrival: Arrival, version: int, send: object) -> None:
        assert callable(send)
        if isinstance(packet, Connect):
            arrival.connect = packet
            self._arrivals.put(arrival)
            send(encode(Connack(), version))
        elif isinstance(packet, Publish) and packet.packet_id is not None:
            send(encode(Puback(packet.packet_id), version))

    def _http(self, connection: ssl.SSLSocket, data: bytes, arrival: Arrival) -> None:
        while b"\r\n\r\n" not in data:
            data += connection.recv(65536)
        head, _, rest = data.partition(b"\r\n\r\n")
        request, *lines = head.split(b"\r\n")
        arrival.target = request.split(b" ")[1]
        arrival.headers = {name.lower(): value for name, _, value in (line.partition(b": ") for line in lines)}
        if b"sec-websocket-key" not in arrival.headers:
            self._arrivals.put(arrival)
            connection.sendall(b"HTTP/1.1 200 OK\r\ncontent-length: 2\r\nconnection: close\r\n\r\nok")
            return
        accept = base64.b64encode(
            hashlib.sha1(arrival.headers[b"sec-websocket-key"] + b"258EAFA5-E914-47DA-95CA-C5AB0DC85B11").digest()
        )
        connection.sendall(
            b"HTTP/1.1 101 Switching Protocols\r\nupgrade: websocket\r\nconnection: upgrade\r\n"
            b"sec-websocket-protocol: mqtt\r\nsec-websocket-accept: " + accept + b"\r\n\r\n"
        )
        decoder = Decoder()
        for payload in _frames(connection, rest):
            for packet in decoder.feed(payload):
                self._answer(packet, arrival, decoder.version, lambda sent: connection.sendall(_frame(sent)))


def _frames(connection: ssl.SSLSocket, data: bytes) -> Iterator[bytes]:
    """The payloads of masked binary frames."""
    while True:
        while len(data) < 2 or len(data) < (size := _frame_size(data)):
            more = connection.recv(65536)
            if not more:
                return
            data += more
        start = {126: 4, 127: 10}.get(data[1] & 0x7F, 2)
        mask, body = data[start : start + 4], data[start + 4 : size]
        if data[0] & 0x0F == 8:
            return
        yield bytes(each ^ mask[index % 4] for index, each in enumerate(body))
        data = data[size:]


def _frame_size(data: bytes) -> int:
    short = data[1] & 0x7F
    if short == 126:
        return 8 + int.from_bytes(data[2:4], "big") if len(data) >= 4 else len(data) + 1
    return 6 + short


def _frame(payload: bytes) -> bytes:
    return bytes((0x82, len(payload))) + payload


def _write_certificate(path: Path, key_path: Path) -> None:
    key = ec.generate_private_key(ec.SECP256R1())
    name = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, "localhost")])
    now = datetime.now(UTC)
    certificate = (
        x509.CertificateBuilder()
        .subject_name(name)
        .issuer_name(name)
        .public_key(key.public_key())
        .serial_number(x509.random_serial_number())
        .not_valid_before(now - timedelta(days=1))
        .not_valid_after(now + timedelta(days=7))
        .add_extension(x509.SubjectAlternativeName([x509.DNSName("localhost")]), critical=False)
        .add_extension(x509.BasicConstraints(ca=True, path_length=None), critical=True)
        .sign(key, hashes.SHA256())
    )
    path.write_bytes(certificate.public_bytes(serialization.Encoding.PEM))
    key_path.write_bytes(
        key.private_bytes(serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, serialization.NoEncryption())
    )
