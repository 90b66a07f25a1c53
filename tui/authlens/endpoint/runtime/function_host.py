"""Runs functions as Lambda does: warm processes that use the Runtime API, one invocation at a time in each."""

from __future__ import annotations

import asyncio
import json
import os
import time
import uuid
from collections.abc import Callable
from dataclasses import replace
from typing import Any

from authlens.endpoint.runtime.code_digest import CodeState, code_state
from authlens.endpoint.runtime.runtime_api import Event, RuntimeResult
from authlens.endpoint.runtime.worker import Exit, Worker
from authlens.endpoint.runtime.worker_pool import StartFailed, WorkerPool
from authlens.endpoint.templates.definitions import FunctionDefinition
from authlens.frozen import dataclass

GRACE = 2.0
"""Seconds beyond the time limit after which a caller is answered anyway; process starts may use them."""
_QUICK = 0.005
"""Seconds below which a look at a function's code is not worth a thread."""


@dataclass(frozen=True, slots=True)
class FunctionResult:
    """The result of one invocation: a payload, or an error in Lambda's words."""

    payload: bytes | None
    """The function's answer as JSON text; `None` if it failed."""
    error_type: str | None = None
    error_message: str | None = None
    stack_trace: tuple[str, ...] = ()
    log: str = ""
    """Its standard output and error, and its stack trace."""
    duration: float = 0.0
    """Seconds from delivering the event to the answer."""
    cold: bool = False
    """Whether a process was started for this invocation."""
    request_id: str = ""
    error: bytes | None = None
    """The error as the function's runtime sent it (a JSON object): what Lambda's Invoke returns as its payload."""
    is_throttled: bool = False
    """Whether every process was busy the whole time, so that the function did not run."""
    code: CodeState | None = None
    """The code that it ran, or tried to."""


@dataclass(frozen=True, slots=True)
class PendingInvocation:
    """One invocation in progress."""

    function: FunctionDefinition
    body: bytes
    request_id: str
    client_context: str
    started: float
    """On the monotonic clock."""
    code: CodeState | None = None

    def event(self) -> Event:
        """The event is delivered now: the function has its full time, within the caller's grace."""
        left = self.started + self.function.timeout + GRACE - time.monotonic()
        return Event(
            self.request_id, self.body, min(self.function.timeout, left), self.function.arn, self.client_context
        )

    def failure(self, error_type: str, message: str, trace: tuple[str, ...] = (), **known: Any) -> FunctionResult:
        error = {"errorType": error_type, "errorMessage": message, "requestId": self.request_id, "stackTrace": trace}
        known.setdefault("error", json.dumps(error).encode())
        return FunctionResult(None, error_type, message, trace, request_id=self.request_id, code=self.code, **known)

    def exited(self, end: Exit, log: str, **known: Any) -> FunctionResult:
        message = f"RequestId: {self.request_id} Error: {end.reason}"
        return self.failure(end.error_type, message, log=f"{ended_line(log)}{message}\n{end.error_type}\n", **known)

    def timed_out(self, log: str, **known: Any) -> FunctionResult:
        message = f"Task timed out after {self.function.timeout:.2f} seconds"
        return self.failure("Sandbox.Timedout", message, log=f"{ended_line(log)}{message}\n", **known)

    def answered(self, answer: RuntimeResult, log: str, **known: Any) -> FunctionResult:
        if not answer.is_error:
            return FunctionResult(answer.payload, log=log, request_id=self.request_id, code=self.code, **known)
        error = error_members(answer.payload)
        trace = error.get("stackTrace") or error.get("trace") or ()
        return self.failure(
            text(error.get("errorType")) or answer.error_type or "Unknown",
            text(error.get("errorMessage")),
            tuple(map(text, trace)) if isinstance(trace, list) else (),
            log=log,
            error=answer.payload,
            **known,
        )


class FunctionHost:
    """Runs functions, keeps their processes warm, and ends them all on `close`.

    For one event loop. `limit` is the maximum number of processes per function. `heard`
    receives what functions print while they run.
    """

    def __init__(self, limit: int = 8, path: str | None = None, heard: Callable[[bytes], None] | None = None) -> None:
        self._heard = heard
        self._limit = limit
        self._path = os.environ.get("PATH", os.defpath) if path is None else path
        self._pools: dict[str, WorkerPool] = {}
        self._looks: dict[str, float] = {}
        """How many seconds the last look at each function's code took."""
        self._retired: set[asyncio.Task[None]] = set()

    async def invoke(
        self, function: FunctionDefinition, event: bytes, *, request_id: str = "", client_context: str = ""
    ) -> FunctionResult:
        """Run the function with an event (JSON text). Never raises, whatever the function does."""
        call = PendingInvocation(function, event, request_id or str(uuid.uuid4()), client_context, time.monotonic())
        pool = self._pool(function)
        while True:
            try:
                async with asyncio.timeout_at(asyncio.get_running_loop().time() + left(call)):
                    code = await self._code(function)
                    call = replace(call, code=code)
                    worker = await pool.take(code.fingerprint)
            except TimeoutError:
                return queued_too_long(call) if pool.all_busy else call.timed_out("", cold=True)
            except StartFailed as failed:
                return not_started(call, failed)
            worker.output.heard = self._heard
            try:
                result = await run(worker, call)
            finally:
                pool.give_back(worker)
            if result:
                return result

    async def _code(self, function: FunctionDefinition) -> CodeState:
        """Its code now; in a thread unless the last look was quick."""
        began = time.perf_counter()
        is_quick = self._looks.get(function.name, _QUICK) < _QUICK
        code = code_state(function) if is_quick else await asyncio.to_thread(code_state, function)
        self._looks[function.name] = time.perf_counter() - began
        return code

    def prepare(self, function: FunctionDefinition) -> None:
        """Start a process for the function's next call ahead of it, as far as that runs nothing of the function."""
        self._pool(function).prepare()

    async def close(self) -> None:
        """End every process and leave none behind."""
        pools, self._pools = self._pools, {}
        await asyncio.gather(*(pool.close() for pool in pools.values()), *self._retired)

    def _pool(self, function: FunctionDefinition) -> WorkerPool:
        """The processes of the function. A changed definition gets new ones."""
        pool = self._pools.get(function.name)
        if pool is None or needs_another_process(pool.function, function):
            if pool:
                retired = asyncio.create_task(pool.close())
                self._retired.add(retired)
                retired.add_done_callback(self._retired.discard)
            pool = self._pools[function.name] = WorkerPool(function, self._limit, self._path)
        return pool


def needs_another_process(old: FunctionDefinition, new: FunctionDefinition) -> bool:
    """Whether anything differs except the time limit, which is per call."""
    return replace(old, timeout=new.timeout) != new


async def run(worker: Worker, call: PendingInvocation) -> FunctionResult | None:
    """Run the call in the process; `None` if that died before it received the event."""
    cold, begun = worker.fresh, time.monotonic()
    try:
        answer = await worker.run(call.event())
    except TimeoutError:
        return call.timed_out(worker.output.take(), duration=time.monotonic() - begun, cold=cold)
    if answer is None:
        return None
    known = {"duration": time.monotonic() - begun, "cold": cold}
    log = worker.output.take()
    return call.exited(answer, log, **known) if isinstance(answer, Exit) else call.answered(answer, log, **known)


def left(call: PendingInvocation) -> float:
    """Seconds that the call may still wait for a process."""
    return call.started + call.function.timeout - time.monotonic()


def queued_too_long(call: PendingInvocation) -> FunctionResult:
    """Every process was busy the whole time: Lambda's error for exhausted concurrency."""
    return call.failure("TooManyRequestsException", "Rate Exceeded.", is_throttled=True)


def not_started(call: PendingInvocation, failed: StartFailed) -> FunctionResult:
    if isinstance(failed.why, Exit):
        return call.exited(failed.why, failed.log, cold=True)
    return call.answered(failed.why, failed.log, cold=True)


def error_members(payload: bytes) -> dict[str, Any]:
    """The error object that a runtime posted; any other text is taken as the message."""
    try:
        error = json.loads(payload)
    except ValueError:
        return {"errorMessage": payload.decode("utf-8", "replace")}
    return error if isinstance(error, dict) else {"errorMessage": json.dumps(error)}


def text(value: object) -> str:
    return "" if value is None else str(value)


def ended_line(log: str) -> str:
    return log if not log or log.endswith("\n") else f"{log}\n"
