"""The processes of one function: warm ones first, new ones when all are busy, and a queue at the limit."""

from __future__ import annotations

import asyncio
import os
from collections import deque
from collections.abc import Coroutine
from typing import Any, TypeVar
from weakref import WeakSet

from authlens.core.invocation.invocation import fault_of
from authlens.endpoint.runtime.environment import can_wait
from authlens.endpoint.runtime.fingerprint import Fingerprint
from authlens.endpoint.runtime.runtime_api import RuntimeResult
from authlens.endpoint.runtime.supervisor import CANNOT_EXECUTE
from authlens.endpoint.runtime.worker import Exit, Worker
from authlens.endpoint.templates.definitions import FunctionDefinition

T = TypeVar("T")
INIT_LIMIT = 10.0
"""Seconds. Lambda's limit for a function's start."""
STARTS_AT_ONCE = max(2, os.cpu_count() or 1)
"""More would slow each other down."""


class StartFailed(Exception):
    """A process could not start; holds its error, or how it ended."""

    def __init__(self, why: RuntimeResult | Exit, log: str) -> None:
        super().__init__()
        self.why = why
        self.log = log


def cannot_start(error: Exception) -> StartFailed:
    """The system has no process or descriptor left, a path or variable cannot be passed on, or a defect of ours."""
    is_expected = isinstance(error, OSError | ValueError)
    return StartFailed(Exit("exit", CANNOT_EXECUTE), f"{error if is_expected else fault_of(error).message}\n")


class WorkerPool:
    def __init__(self, function: FunctionDefinition, limit: int, path: str) -> None:
        self.function = function
        self._limit = limit
        self._path = path
        self._code: Fingerprint = 0
        self._idle: list[Worker] = []
        self._busy: set[Worker] = set()
        self._ending: WeakSet[Worker] = WeakSet()
        self._spare: asyncio.Task[Worker | None] | None = None
        """Starts a process without the function's code, or has started it, for the next one that is needed."""
        self._starting = 0
        self._settling = 0
        """Processes that answered but have not asked for the next event; ready sooner than a new one."""
        self._waiting: deque[asyncio.Future[Worker]] = deque()
        self._starts: set[asyncio.Task[None]] = set()
        self._tasks: set[asyncio.Task[Any]] = set()
        """All background tasks, including starts."""
        self._closed = False

    @property
    def all_busy(self) -> bool:
        """Whether nothing is starting: callers then wait for another invocation to end."""
        return not self._starting and bool(self._busy)

    def prepare(self) -> None:
        """Start a process now if the next call would have to, but nothing of the function's code."""
        if not (self._closed or self._idle or self._busy or self._starting or self._spare) and can_wait(self.function):
            self._spare = self._in_background(self._start_spare())

    async def take(self, code: Fingerprint) -> Worker:
        """A process that runs the current code. Raises StartFailed."""
        self._code = code
        self._drop_unusable()
        if self._idle and not self._waiting:
            return self._lend(self._idle.pop())
        place: asyncio.Future[Worker] = asyncio.get_running_loop().create_future()
        self._waiting.append(place)
        self._grow()
        try:
            return await place
        except asyncio.CancelledError:
            self._leave(place)
            raise

    def give_back(self, worker: Worker) -> None:
        if not worker.usable or worker.api.asked.is_set():
            self._settled(worker)
        else:
            self._settling += 1
            self._in_background(self._settle(worker))

    async def _settle(self, worker: Worker) -> None:
        await worker.settled()
        self._settling -= 1
        self._settled(worker)

    def _settled(self, worker: Worker) -> None:
        self._busy.discard(worker)
        self._offer(worker)

    async def close(self) -> None:
        """End every process, including those that are starting."""
        self._closed = True
        for start in self._starts:
            start.cancel()
        for worker in (*self._idle, *self._busy):
            self._end(worker)
        self._idle.clear()
        if spare := await self._take_spare():
            self._end(spare)
        while place := self._next_in_line():
            place.set_exception(StartFailed(Exit("lost"), ""))
        while self._tasks:
            await asyncio.wait(self._tasks)

    def _leave(self, place: asyncio.Future[Worker]) -> None:
        """The caller gave up; a process already assigned to it goes to the next one."""
        if place in self._waiting:
            self._waiting.remove(place)
        elif place.done() and not place.cancelled() and not place.exception():
            self.give_back(place.result())

    def _lend(self, worker: Worker) -> Worker:
        self._busy.add(worker)
        return worker

    def _offer(self, worker: Worker) -> None:
        """Assign it to the longest waiting caller, keep it warm, or end it if it is unusable."""
        if self._closed or not worker.usable or worker.code != self._code:
            self._end(worker)
        elif place := self._next_in_line():
            place.set_result(self._lend(worker))
        else:
            self._idle.append(worker)
        self._grow()

    def _next_in_line(self) -> asyncio.Future[Worker] | None:
        while self._waiting:
            place = self._waiting.popleft()
            if not place.done():
                return place
        return None

    def _drop_unusable(self) -> None:
        idle, self._idle = self._idle, []
        for worker in idle:
            if worker.usable and worker.code == self._code:
                self._idle.append(worker)
            else:
                self._end(worker)

    def _grow(self) -> None:
        wanted = min(len(self._waiting) - self._settling, STARTS_AT_ONCE)
        while not self._closed and self._starting < wanted and self._room():
            self._starting += 1
            start = self._in_background(self._start())
            self._starts.add(start)
            start.add_done_callback(self._starts.discard)

    def _room(self) -> bool:
        return len(self._idle) + len(self._busy) + self._starting < self._limit

    async def _start(self) -> None:
        code = self._code
        try:
            started = await self._new_worker(code)
        finally:
            self._starting -= 1
        if isinstance(started, Worker):
            self._offer(started)
            return
        if code == self._code and (place := self._next_in_line()):
            place.set_exception(started)
        self._grow()

    async def _new_worker(self, code: Fingerprint) -> Worker | StartFailed:
        try:
            worker = await self._take_spare() or Worker(self.function, code)
        except Exception as error:  # noqa: BLE001  # whoever waits for it is answered
            return cannot_start(error)
        try:
            failure = await self._initialise(worker, code)
        except Exception as error:  # noqa: BLE001
            failure = cannot_start(error)
        except asyncio.CancelledError:
            self._end(worker)
            raise
        if failure:
            self._end(worker)
        return failure or worker

    async def _initialise(self, worker: Worker, code: Fingerprint) -> StartFailed | None:
        if worker.waits:
            worker.load(code)
        else:
            await worker.start(self._path)
        why: RuntimeResult | Exit | None
        try:
            why = await asyncio.wait_for(worker.initialised(), max(INIT_LIMIT, self.function.timeout))
        except TimeoutError:
            why = Exit("signal", 9)
        return StartFailed(why, worker.output.take()) if why else None

    async def _start_spare(self) -> Worker | None:
        """`None` if it cannot be started: the start that a call needs says why."""
        worker = Worker(self.function, self._code)
        try:
            await worker.start(self._path, waits=True)
        except (OSError, ValueError):
            self._end(worker)
            return None
        except BaseException:
            self._end(worker)
            raise
        return worker

    async def _take_spare(self) -> Worker | None:
        """The process that was prepared, if there is one and it still runs."""
        starting, self._spare = self._spare, None
        worker = await starting if starting else None
        if worker and not worker.usable:
            self._end(worker)
            return None
        return worker

    def _end(self, worker: Worker) -> None:
        if worker not in self._ending:
            self._ending.add(worker)
            self._in_background(worker.end())

    def _in_background(self, work: Coroutine[Any, Any, T]) -> asyncio.Task[T]:
        task = asyncio.create_task(work)
        self._tasks.add(task)
        task.add_done_callback(self._tasks.discard)
        return task
