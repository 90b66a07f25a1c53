"""The endpoint over HTTP: guard, read, look up the call, answer. Header and body are sent in one write."""

from __future__ import annotations

import asyncio
import errno
import socket
import time
import traceback
import uuid
from collections.abc import Awaitable, Callable, Sequence
from datetime import UTC, datetime
from urllib.parse import parse_qsl, unquote

from aiohttp import HttpVersion11, web

from authlens.core.signing.signing import fitting_key
from authlens.core.text.url import is_loopback_host
from authlens.endpoint.api.aws_error import AwsError, error_answer
from authlens.endpoint.api.call import ApiResponse, Incoming, Operation
from authlens.endpoint.api.connection import SERVER, Connection, Connections
from authlens.endpoint.api.guard import BODY_LIMIT, Guard, too_large
from authlens.endpoint.api.iot import authorizers, data, domains, tags
from authlens.endpoint.api.services import health, lambda_calls, logs, metrics, sts
from authlens.endpoint.api.state import Endpoint, FunctionInvoker, build_endpoint
from authlens.endpoint.runtime.quiet_log import QUIET_LOG
from authlens.endpoint.templates.definitions import Definitions
from authlens.frozen import dataclass

CALLS: tuple[Operation, ...] = (
    *authorizers.CALLS,
    *domains.CALLS,
    *data.CALLS,
    *tags.CALLS,
    *lambda_calls.CALLS,
    *logs.CALLS,
    *metrics.CALLS,
    *sts.CALLS,
    *health.CALLS,
)
"""Everything the endpoint serves."""

HEADER_BYTES = 32 * 1024
"""Bytes of one header: session tokens and Lambda's client context are long."""
SHOWN_PATH = 80
"""How many characters of a path are shown in the request log and in a report about a device."""

Log = Callable[[str], None]
"""Logs one line about one request: the call and its outcome, never what was sent or answered."""


@dataclass(frozen=True, slots=True)
class Patience:
    """How long the endpoint waits for a client, in seconds."""

    header: float = 20.0
    """For the header of a request."""
    body: float = 20.0
    idle: float = 75.0
    """Between two requests."""
    closing: float = 1.0
    """For running calls when the endpoint ends."""


class CannotListen(Exception):
    """The address or port cannot be used; the text says why and what to do."""


def endpoint_of(definitions: Definitions, host: FunctionInvoker) -> Endpoint:
    """An endpoint with the real clock and signature check."""
    return build_endpoint(definitions, host, _fits, lambda: datetime.now(UTC), lambda: str(uuid.uuid4()))


def _fits(token: str, signature: str, pem: str) -> bool:
    return fitting_key(token, signature, [("", pem)]) is not None


class Server:
    """A listening endpoint."""

    def __init__(
        self,
        endpoint: Endpoint,
        listener: socket.socket,
        names: Sequence[str],
        log: Log,
        patience: Patience | None = None,
        refresh: Callable[[], Awaitable[None]] | None = None,
    ) -> None:
        address, port = listener.getsockname()[:2]
        self._endpoint = endpoint
        self._listener = listener
        self._guard = Guard(port, address, frozenset(name.lower() for name in names))
        self._log = log
        self._patience = patience or Patience()
        self._refresh = refresh
        """Loads changed files before a call is answered."""
        self._asyncio_server: asyncio.Server | None = None
        self._http = Connections(
            self._answer,
            log,
            self._patience.header,
            access_log=None,
            logger=QUIET_LOG,
            keepalive_timeout=self._patience.idle,
            max_field_size=HEADER_BYTES,
            max_line_size=HEADER_BYTES,
            lingering_time=1.0,
            auto_decompress=False,
        )
        name = address if is_loopback_host(address) or not names else names[0]
        self.url = f"http://{f'[{name}]' if ':' in name else name}:{port}"

    async def start(self) -> None:
        self._asyncio_server = await asyncio.get_running_loop().create_server(self._http, sock=self._listener)

    async def close(self) -> None:
        """Accept no more calls, end the functions, and let their callers receive the errors."""
        if self._asyncio_server is not None:
            self._asyncio_server.close()
        self._http.pre_shutdown()
        await self._endpoint.host.close()
        await self._http.shutdown(timeout=self._patience.closing)

    async def _answer(self, request: web.BaseRequest) -> web.StreamResponse:
        connection = request.protocol
        assert isinstance(connection, Connection)
        connection.begin()
        try:
            return await self._answered(request)
        finally:
            connection.end()

    async def _answered(self, request: web.BaseRequest) -> web.StreamResponse:
        started = time.perf_counter()
        request_id = self._endpoint.new_id()
        call, subject, answer = await self._judge(request, request_id)
        duration = round((time.perf_counter() - started) * 1000)
        words = (call.name if call else request.method, subject, str(answer.status), answer.note, f"{duration} ms")
        self._log(" ".join(word for word in words if word))
        return _response(request, answer, request_id)

    async def _judge(self, request: web.BaseRequest, request_id: str) -> tuple[Operation | None, str, ApiResponse]:
        """The call of a request, its subject, and the answer."""
        path = request.raw_path.partition("?")[0]
        call: Operation | None = None
        parts: tuple[str, ...] = ()
        try:
            self._check(request)
            if self._refresh is not None:
                await self._refresh()
            call, parts = find_call(request.method, path, request.headers.get("x-amz-target"))
            answer = await call.answer(self._endpoint, await self._incoming(request, parts, request_id))
        except AwsError as error:
            answer = error_answer(error, call.service if call else "", request_id)
        except Exception as error:  # noqa: BLE001  # a defect of ours is answered as AWS answers one of its own
            self._log(f"defect: {type(error).__name__} at {_place(error)}")
            answer = error_answer(AwsError(500, "InternalFailure", "A defect of authlens."), "", request_id)
        subject = " ".join(parts) if call else unquote(path)
        return call, subject[:SHOWN_PATH], answer

    async def _incoming(self, request: web.BaseRequest, parts: tuple[str, ...], request_id: str) -> Incoming:
        query = dict(parse_qsl(request.raw_path.partition("?")[2], keep_blank_values=True))
        return Incoming(request_id, parts, query, request.headers, await _body(request, self._patience.body))

    def _check(self, request: web.BaseRequest) -> None:
        headers: dict[str, list[str]] = {}
        for name, value in request.headers.items():
            headers.setdefault(name.lower(), []).append(value)
        refusal = self._guard.refuse(request.raw_path, headers)
        if refusal is not None:
            raise refusal


def find_call(method: str, path: str, target: str | None = None) -> tuple[Operation, tuple[str, ...]]:
    """The call of a request, with the members in its path. Raises AwsError if it is not served.

    target: the header `X-Amz-Target`, by which AWS's JSON protocols name the call.
    """
    for call in CALLS:
        parts = call.parts(method, path, target)
        if parts is not None:
            return call, parts
    served = ", ".join(sorted({call.name for call in CALLS if call.answer is not lambda_calls.refuse_change}))
    words = f"The local endpoint does not serve this call. It serves {served}."
    raise AwsError(404, "UnknownOperationException", words, {"__type": "UnknownOperationException"})


def listen(host: str, port: int, option: str = "--port") -> socket.socket:
    """A listening socket; port 0 picks a free port. option: the one that chose the port. Raises CannotListen."""
    address = "127.0.0.1" if host == "localhost" else host
    family = socket.AF_INET6 if ":" in address else socket.AF_INET
    try:
        return socket.create_server((address, port), family=family, backlog=256)
    except (OSError, OverflowError) as error:
        raise CannotListen(_why_not(host, port, option, error)) from None


def _why_not(host: str, port: int, option: str, error: Exception) -> str:
    if isinstance(error, OSError) and error.errno == errno.EADDRINUSE:
        return f"port {port} of {host} is already in use; choose another with {option}, or any free one with {option} 0"
    if isinstance(error, PermissionError):
        return f"port {port} of {host} may not be used by this user; choose one from 1024 on, or {option} 0"
    reason = error.strerror if isinstance(error, OSError) and error.strerror else str(error)
    return f"cannot listen on {host}, port {port}: {reason}"


async def _body(request: web.BaseRequest, seconds: float) -> bytes:
    """The body. Raises AwsError if it is too large, too slow or malformed."""
    await _continue(request)
    chunks, size = [], 0
    try:
        async with asyncio.timeout(seconds):
            async for chunk in request.content.iter_any():
                size += len(chunk)
                if size > BODY_LIMIT:
                    raise too_large()
                chunks.append(chunk)
    except TimeoutError:
        raise AwsError(408, "RequestTimeoutException", "The body did not arrive in time.") from None
    except ConnectionError:
        raise AwsError(
            400, "RequestAbortedException", "The client disconnected before the body was complete."
        ) from None
    except web.RequestPayloadError:
        raise AwsError(400, "SerializationException", "The body is not valid HTTP.") from None
    return b"".join(chunks)


async def _continue(request: web.BaseRequest) -> None:
    """Ask for the body if the client waits for `100 Continue`; the guard has passed."""
    if request.headers.get("Expect", "").lower() == "100-continue" and request.version == HttpVersion11:
        await request.writer.write(b"HTTP/1.1 100 Continue\r\n\r\n")
        request.writer.output_size = 0


def _response(request: web.BaseRequest, answer: ApiResponse, request_id: str) -> web.Response:
    headers = {**answer.headers, "x-amzn-RequestId": request_id, "Server": SERVER}
    if answer.body:
        headers["Content-Type"] = answer.content_type
    response = web.Response(status=answer.status, body=answer.body, headers=headers)
    if not request.content.is_eof():
        response.force_close()
    return response


def _place(error: BaseException) -> str:
    frame = traceback.extract_tb(error.__traceback__)[-1]
    return f"{frame.filename}:{frame.lineno}"
