"""A loopback server that answers with exactly the bytes that a test gives it, and records what reached it."""

from __future__ import annotations

import socket
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field

Answer = Callable[[socket.socket], None]


@dataclass
class Received:
    """One request as it arrived."""

    head: bytes
    body: bytes

    @property
    def path(self) -> str:
        return self.head.split(b" ", 2)[1].decode()

    def header(self, name: str) -> str | None:
        for line in self.head.split(b"\r\n")[1:]:
            key, _, value = line.partition(b":")
            if key.strip().lower() == name.lower().encode():
                return value.strip().decode()
        return None


@dataclass
class FaultServer:
    """`url` is its address; `received` has every complete request in order."""

    url: str
    received: list[Received] = field(default_factory=list)
    own: threading.local = field(default_factory=threading.local)
    """`own.request` is the request that the current thread answers."""
    release: threading.Event = field(default_factory=threading.Event)
    """Hanging answers wait for this event, which is set when the server stops."""


@contextmanager
def fault_server(answer: Answer | bytes) -> Iterator[FaultServer]:
    """Serve every connection with `answer`: bytes to send, or a function that handles the socket itself."""
    listener = socket.create_server(("127.0.0.1", 0))
    server = FaultServer(f"http://127.0.0.1:{listener.getsockname()[1]}")

    def serve(connection: socket.socket) -> None:
        with connection:
            try:
                server.own.request = read_request(connection)
                server.received.append(server.own.request)
                if isinstance(answer, bytes):
                    connection.sendall(answer)
                else:
                    answer(connection)
            except OSError:
                return

    def accept() -> None:
        while True:
            try:
                connection, _ = listener.accept()
            except OSError:
                return
            threading.Thread(target=serve, args=(connection,), daemon=True).start()

    threading.Thread(target=accept, daemon=True).start()
    try:
        yield server
    finally:
        server.release.set()
        listener.shutdown(socket.SHUT_RDWR)
        listener.close()


def read_request(connection: socket.socket) -> Received:
    """Read one complete HTTP request with a Content-Length."""
    text = b""
    while b"\r\n\r\n" not in text:
        text += _more(connection)
    head, _, body = text.partition(b"\r\n\r\n")
    request = Received(head, body)
    wanted = int(request.header("content-length") or 0)
    while len(request.body) < wanted:
        request.body += _more(connection)
    return request


def _more(connection: socket.socket) -> bytes:
    received = connection.recv(65536)
    if not received:
        raise ConnectionError("the client went away")
    return received


def http(body: bytes | str, status: str = "200 OK", length: int | None = None, **headers: str) -> bytes:
    """An HTTP response; `length` may be wrong, and `_` in a header name is sent as `-`."""
    content = body.encode() if isinstance(body, str) else body
    lines = [f"HTTP/1.1 {status}", f"Content-Length: {len(content) if length is None else length}", "Connection: close"]
    lines += [f"{name.replace('_', '-')}: {value}" for name, value in headers.items()]
    return "\r\n".join(lines).encode() + b"\r\n\r\n" + content
