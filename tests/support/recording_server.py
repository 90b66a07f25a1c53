"""A loopback server that answers TestInvokeAuthorizer by the authorizer's name and records what reached it."""

from __future__ import annotations

import json
import re
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any
from urllib.parse import unquote

DOCUMENTS = [
    '{"Version": "2012-10-17", "Statement": [{"Effect": "Allow", "Action": ["iot:Connect", "iot:Publish"], '
    '"Resource": "arn:aws:iot:eu-west-1:000000000000:client/sensor-7"}, '
    '{"Effect": "Deny", "Action": "iot:Subscribe", "Resource": "*"}]}',
    '{"Version":"2012-10-17","Statement":[]}',
]
ANSWER = {
    "isAuthenticated": True,
    "principalId": "sensor7",
    "policyDocuments": DOCUMENTS,
    "refreshAfterInSeconds": 300,
    "disconnectAfterInSeconds": 86400,
}


@dataclass(frozen=True, slots=True)
class Answer:
    body: bytes
    status: int = 200
    error: str | None = None
    """The exception class, in the header that AWS uses."""


def error(status: int, name: str, message: str | None) -> Answer:
    return Answer(json.dumps({"message": message}).encode(), status, name)


def answer(**members: Any) -> Answer:
    return Answer(json.dumps(members, ensure_ascii=False).encode())


ANSWERS = {
    "Refused": answer(isAuthenticated=False, principalId="nobody", policyDocuments=[]),
    "Unicode": answer(principalId="é😀\u2028中", isAuthenticated=True, policyDocuments=["yes", "1e3", "a\nb\tc", ""]),
    "Long": answer(isAuthenticated=True, policyDocuments=["word " * 50, "it's " * 30]),
    "Missing": error(404, "ResourceNotFoundException", "Authorizer Missing not found"),
    "Null": error(400, "InvalidRequestException", None),
    "Throttled": error(400, "ThrottlingException", "Rate exceeded"),
    "Html": Answer(b"<html>log in first</html>"),
    "Truncated": Answer(b'{"isAuthenticated": tr'),
    "Empty": Answer(b""),
}
"""Answers by the authorizer's name; every other name gets the answer with two documents."""


@dataclass(frozen=True, slots=True)
class Received:
    path: str
    body: Any
    """The JSON value, or the text of another body."""
    identity: str
    """The access key, Region and service in the signature."""


@dataclass(frozen=True, slots=True)
class Recording:
    url: str
    received: list[Received] = field(default_factory=list)

    def take(self) -> list[Received]:
        """What arrived since the last call."""
        taken = list(self.received)
        self.received.clear()
        return taken


@contextmanager
def recording() -> Iterator[Recording]:
    server = ThreadingHTTPServer(("127.0.0.1", 0), _Handler)
    server.daemon_threads = True
    kept = Recording(f"http://127.0.0.1:{server.server_address[1]}")
    server.kept = kept  # type: ignore[attr-defined]  # how `_Handler` reaches it
    thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.01}, daemon=True)
    thread.start()
    try:
        yield kept
    finally:
        server.shutdown()
        server.server_close()
        thread.join()


def _value(body: bytes) -> Any:
    try:
        return json.loads(body or b"null")
    except ValueError:  # a form, which STS is asked with
        return body.decode()


class _Handler(BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"
    wbufsize = -1

    def do_GET(self) -> None:
        self._answer(answer())

    def do_POST(self) -> None:
        body = self.rfile.read(int(self.headers.get("content-length") or 0))
        kept: Recording = self.server.kept  # type: ignore[attr-defined]  # set by `recording`
        kept.received.append(Received(self.path, _value(body), self._identity()))
        reply = ANSWERS.get(unquote("".join(self.path.split("/")[2:3]))) or answer(**ANSWER)
        self._answer(reply)

    def _answer(self, reply: Answer) -> None:
        self.send_response(reply.status)
        if reply.error:
            self.send_header("x-amzn-errortype", reply.error)
        self.send_header("content-type", "application/json")
        self.send_header("x-amzn-requestid", "00000000-0000-0000-0000-000000000000")
        self.send_header("content-length", str(len(reply.body)))
        self.end_headers()
        self.wfile.write(reply.body)

    def _identity(self) -> str:
        scope = re.search(r"Credential=([^/]+)/\d+/([^/]+/[^/]+)/aws4_request", self.headers.get("authorization", ""))
        return f"{scope[1]}/{scope[2]}" if scope else ""

    def log_message(self, *_: object) -> None:
        """Say nothing."""
