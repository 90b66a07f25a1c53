"""What really went over the wire, taken from botocore's events, per thread and per call."""

from __future__ import annotations

import threading
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from typing import Any

from authlens.core.invocation.invocation import Wire

_SECRET_HEADERS = frozenset({"authorization", "x-amz-security-token"})
_MASK = "(not kept)"


class Exchange:
    """The last attempt of one call: what was sent, and what came back if anything did."""

    def __init__(self) -> None:
        self._request: Any = None
        self._response: dict[str, Any] | None = None
        self.body: bytes | None = None
        """The answer's bytes; `None` while there is no answer."""
        self.status: int | None = None
        self.retries = 0

    def sent(self, request: Any) -> None:
        self.retries += self._request is not None
        self._request, self._response, self.body, self.status = request, None, None, None

    def answered(self, response: dict[str, Any]) -> None:
        body = response["body"]
        # The answer of a function is a stream, which the caller reads.
        self.body = bytes(body) if isinstance(body, bytes | bytearray) else None
        self._response, self.status = response, response["status_code"]

    def header(self, name: str) -> str | None:
        """A response header by its name in any case."""
        headers = [] if self._response is None else _pairs(self._response["headers"].items())
        return next((value for key, value in headers if key.lower() == name), None)

    def wire(self) -> Wire | None:
        """The exchange without AWS credentials; `None` when nothing was sent."""
        if self._request is None:
            return None
        answer = self._response
        return Wire(
            method=self._request.method,
            url=self._request.url,
            request_headers=tuple(_pairs(self._request.headers.items())),
            request_body=_bytes(self._request.body),
            status=self.status,
            response_headers=() if answer is None else tuple(_pairs(answer["headers"].items())),
            response_body=self.body or b"",
        )


class WireTap:
    """Listens on a client. Calls and events of one call share a thread, so a thread-local keeps calls apart."""

    def __init__(self) -> None:
        self._local = threading.local()
        self._signing: set[int] = set()

    @property
    def is_signing(self) -> bool:
        """Whether a call is being signed just now: that is when botocore assumes roles and renews credentials."""
        return bool(self._signing)

    def attach(self, client: Any) -> None:
        client.meta.events.register_first("before-sign", self._before_sign)
        client.meta.events.register_last("before-send", self._before_send)
        client.meta.events.register_first("before-parse", self._before_parse)

    @contextmanager
    def listening(self) -> Iterator[Exchange]:
        self._local.exchange = exchange = Exchange()
        try:
            yield exchange
        finally:
            self._local.exchange = None
            self._signing.discard(threading.get_ident())

    def _before_sign(self, **_: Any) -> None:
        self._signing.add(threading.get_ident())

    def _before_send(self, request: Any, **_: Any) -> None:
        self._signing.discard(threading.get_ident())
        if exchange := getattr(self._local, "exchange", None):
            exchange.sent(request)

    def _before_parse(self, response_dict: dict[str, Any], **_: Any) -> None:
        if exchange := getattr(self._local, "exchange", None):
            exchange.answered(response_dict)


def _pairs(headers: Iterable[tuple[Any, Any]]) -> list[tuple[str, str]]:
    return [(_text(name), _MASK if _text(name).lower() in _SECRET_HEADERS else _text(value)) for name, value in headers]


def _text(value: Any) -> str:
    return value.decode("latin-1") if isinstance(value, bytes) else str(value)


def _bytes(body: Any) -> bytes:
    if body is None:
        return b""
    return body.encode() if isinstance(body, str) else bytes(body)
