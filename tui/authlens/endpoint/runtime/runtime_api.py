"""AWS Lambda's Runtime API for one child process, on its own loopback port.

Every header that Lambda sends is sent, empty ones included: AWS's own client crashes without them. Header and body
are sent in one write. Only the child may connect: a wrong Host or any Origin is refused.
"""

from __future__ import annotations

import asyncio
import json
import time
import uuid
from dataclasses import dataclass, field
from http import HTTPStatus

from aiohttp import web
from aiohttp.typedefs import Handler

from authlens.endpoint.runtime.quiet_log import QUIET_LOG

RESPONSE_LIMIT = 6 * 1024 * 1024 + 100
"""Bytes. Lambda's limit of a synchronous answer, in its own figure (6291556)."""
HEADER_LIMIT = 2 * 1024 * 1024
"""Bytes. AWS's client sends an error's stack in a header of up to 1 MiB."""
ROOM_FOR_ERRORS = 1024 * 1024
LOOPBACK = "127.0.0.1"


@dataclass(frozen=True, slots=True)
class Event:
    """One invocation as `next` returns it."""

    request_id: str
    body: bytes
    time_limit: float
    """Seconds from now."""
    arn: str
    client_context: str = ""
    """JSON text, or empty."""

    def headers(self) -> dict[str, str]:
        return {
            "Content-Type": "application/json",
            "Lambda-Runtime-Aws-Request-Id": self.request_id,
            "Lambda-Runtime-Deadline-Ms": str(int((time.time() + self.time_limit) * 1000)),
            "Lambda-Runtime-Invoked-Function-Arn": self.arn,
            "Lambda-Runtime-Trace-Id": trace_id(),
            "Lambda-Runtime-Client-Context": one_line(self.client_context),
            "Lambda-Runtime-Cognito-Identity": "",
        }


@dataclass(frozen=True, slots=True)
class RuntimeResult:
    """What the child posted: the function's answer, or its error."""

    payload: bytes
    is_error: bool = False
    error_type: str = ""
    """The error's type from the child's header."""


@dataclass(slots=True)
class CurrentInvocation:
    """The invocation in progress."""

    event: Event
    answer: asyncio.Future[RuntimeResult] = field(default_factory=lambda: asyncio.get_running_loop().create_future())


class RuntimeApi:
    """Serves one child. `init_error` completes if the child reports that it cannot start."""

    def __init__(self) -> None:
        loop = asyncio.get_running_loop()
        self.init_error: asyncio.Future[RuntimeResult] = loop.create_future()
        self.asked = asyncio.Event()
        """Whether the child waits for an event."""
        self.needed = asyncio.Event()
        """Whether a child that was started ahead of its first call may load the function."""
        self._waiting: asyncio.Future[Event] | None = None
        self._connection: asyncio.Transport | None = None
        self._running: CurrentInvocation | None = None
        self._address = ""
        self._runner = web.AppRunner(
            self._application(), access_log=None, logger=QUIET_LOG, shutdown_timeout=0, max_field_size=HEADER_LIMIT
        )

    async def start(self) -> str:
        """Listen; returns the value for AWS_LAMBDA_RUNTIME_API."""
        await self._runner.setup()
        await web.TCPSite(self._runner, LOOPBACK, 0).start()
        self._address = f"{LOOPBACK}:{self._runner.addresses[0][1]}"
        return self._address

    async def close(self) -> None:
        if self._waiting:
            self._waiting.cancel()
        self.needed.set()  # aiohttp waits for a request under way, with a time limit of 0 for ever
        await self._runner.cleanup()

    def hand_over(self, event: Event) -> asyncio.Future[RuntimeResult] | None:
        """Deliver the event to the waiting child; `None` if it is gone."""
        waiting, gone = self._waiting, self._connection is None or self._connection.is_closing()
        if waiting is None or waiting.done() or gone:
            return None
        self.asked.clear()
        self._running = CurrentInvocation(event)
        waiting.set_result(event)
        return self._running.answer

    def _application(self) -> web.Application:
        application = web.Application(
            middlewares=[self._from_child_only], client_max_size=RESPONSE_LIMIT + ROOM_FOR_ERRORS
        )
        application.router.add_get("/2018-06-01/runtime/invocation/next", self._next)
        application.router.add_post("/2018-06-01/runtime/invocation/{request_id}/response", self._response)
        application.router.add_post("/2018-06-01/runtime/invocation/{request_id}/error", self._error)
        application.router.add_post("/2018-06-01/runtime/init/error", self._init_error)
        application.router.add_get("/2018-06-01/runtime/init/wait", self._wait)
        return application

    @web.middleware
    async def _from_child_only(self, request: web.Request, handler: Handler) -> web.StreamResponse:
        if request.headers.get("Host") != self._address or "Origin" in request.headers:
            return refusal(HTTPStatus.FORBIDDEN, "Forbidden", "Only the function's own process may ask here")
        return await handler(request)

    async def _next(self, request: web.Request) -> web.Response:
        if self._running and not self._running.answer.done():
            text = "The invocation that runs has no response yet"
            return refusal(HTTPStatus.FORBIDDEN, "InvalidStateTransition", text)
        if self._waiting and not self._waiting.done():
            self._waiting.cancel()
        self._connection = request.transport
        waiting = self._waiting = asyncio.get_running_loop().create_future()
        self.asked.set()
        event = await waiting
        return web.Response(body=event.body, headers=event.headers())

    async def _response(self, request: web.Request) -> web.Response:
        return await self._take(request, is_error=False)

    async def _error(self, request: web.Request) -> web.Response:
        return await self._take(request, is_error=True)

    async def _take(self, request: web.Request, is_error: bool) -> web.Response:
        running = self._running
        if not running or request.match_info["request_id"] != running.event.request_id:
            return refusal(HTTPStatus.BAD_REQUEST, "InvalidRequestID", "Invalid request ID")
        if running.answer.done():
            return refusal(HTTPStatus.FORBIDDEN, "InvalidStateTransition", "The invocation has its response already")
        payload = await body_of(request)
        if payload is None or (len(payload) > RESPONSE_LIMIT and not is_error):
            running.answer.set_result(too_large())
            text = f"Exceeded maximum allowed payload size ({RESPONSE_LIMIT} bytes)."
            return refusal(HTTPStatus.REQUEST_ENTITY_TOO_LARGE, "RequestEntityTooLarge", text)
        if not running.answer.done():
            running.answer.set_result(RuntimeResult(payload, is_error, error_type(request)))
        return accepted()

    async def _wait(self, request: web.Request) -> web.Response:
        """Not Lambda's: see `bootstrap.py --wait`."""
        await self.needed.wait()
        return accepted()

    async def _init_error(self, request: web.Request) -> web.Response:
        payload = await body_of(request)
        if not self.init_error.done():
            self.init_error.set_result(RuntimeResult(payload or b"", is_error=True, error_type=error_type(request)))
        return accepted()


async def body_of(request: web.Request) -> bytes | None:
    """The whole body; `None` if it is too large."""
    try:
        return await request.read()
    except web.HTTPRequestEntityTooLarge:
        return None


def error_type(request: web.Request) -> str:
    return request.headers.get("Lambda-Runtime-Function-Error-Type", "")


def too_large() -> RuntimeResult:
    text = f"Response payload size exceeded maximum allowed payload size ({RESPONSE_LIMIT} bytes)."
    error = {"errorType": "Function.ResponseSizeTooLarge", "errorMessage": text}
    return RuntimeResult(json.dumps(error).encode(), is_error=True)


def accepted() -> web.Response:
    return web.json_response({"status": "OK"}, status=HTTPStatus.ACCEPTED)


def refusal(status: HTTPStatus, kind: str, message: str) -> web.Response:
    return web.json_response({"errorMessage": message, "errorType": kind}, status=status)


def one_line(text: str) -> str:
    """JSON for a header: ASCII, without line breaks."""
    try:
        return json.dumps(json.loads(text)) if text else ""
    except ValueError:
        return text.encode("unicode_escape").decode("ascii")


def trace_id() -> str:
    """An AWS X-Ray root: version, time, 96 random bits; not sampled."""
    return f"Root=1-{int(time.time()):08x}-{uuid.uuid4().hex[:24]};Parent={uuid.uuid4().hex[:16]};Sampled=0"
