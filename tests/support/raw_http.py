"""Raw HTTP to a local endpoint, for requests that no client library would send."""

from __future__ import annotations

import http.client
import socket

from support.local_endpoint import Running


def exchange(endpoint: Running, text: str | bytes, end: bool = False) -> bytes:
    """Sends the bytes and returns what comes back, until the server closes or has answered."""
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
