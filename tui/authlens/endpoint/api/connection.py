"""One client connection: headers must arrive in time, and requests that are not HTTP are answered like any other.

The rule: no answer names a library or its version, and every answer is logged.
"""

from __future__ import annotations

import asyncio
import json
from collections.abc import Awaitable, Callable
from typing import Any

from aiohttp import web

Answering = Callable[[web.BaseRequest], Awaitable[web.StreamResponse]]


SERVER = "authlens"
"""The header of every answer."""


class Connection(web.RequestHandler):
    """Closes if a request's header takes too long, on new and on reused connections."""

    __slots__ = ("_busy", "_deadline", "_header", "_log")

    def __init__(self, manager: Connections, log: Callable[[str], None], header: float, **settings: Any) -> None:
        super().__init__(manager, loop=asyncio.get_running_loop(), **settings)
        self._log = log
        self._header = header
        self._deadline: asyncio.TimerHandle | None = None
        self._busy = False

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        super().connection_made(transport)
        self._expect_header()

    def connection_lost(self, exc: BaseException | None) -> None:
        self._header_came()
        super().connection_lost(exc)

    def data_received(self, data: bytes) -> None:
        if not self._busy:
            self._expect_header()
        super().data_received(data)

    def begin(self) -> None:
        """The header is complete; the body follows."""
        self._busy = True
        self._header_came()

    def end(self) -> None:
        """The answer was sent; the next request follows."""
        self._busy = False

    def handle_error(
        self,
        request: web.BaseRequest,
        status: int = 500,
        exc: BaseException | None = None,
        message: str | None = None,
    ) -> web.StreamResponse:
        """Answers in place of aiohttp what aiohttp itself refuses."""
        self._log(f"{status} the request is not valid HTTP")
        body = json.dumps({"message": "The request is not valid HTTP."}).encode()
        headers = {"Server": SERVER, "Content-Type": "application/json"}
        response = web.Response(status=status, body=body, headers=headers)
        response.force_close()
        return response

    def _expect_header(self) -> None:
        if self._deadline is None:
            self._deadline = asyncio.get_running_loop().call_later(self._header, self.force_close)

    def _header_came(self) -> None:
        if self._deadline is not None:
            self._deadline.cancel()
            self._deadline = None


class Connections(web.Server):
    """Creates one for each client."""

    def __init__(self, answer: Answering, log: Callable[[str], None], header: float, **settings: Any) -> None:
        super().__init__(answer, **settings)
        self._log = log
        self._header = header
        self._settings = settings

    def __call__(self) -> Connection:
        return self.made(self._log)

    def made(self, log: Callable[[str], None]) -> Connection:
        """One whose invalid requests are reported to `log`."""
        return Connection(self, log, self._header, **self._settings)
