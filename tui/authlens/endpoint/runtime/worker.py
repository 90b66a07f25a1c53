"""One warm process of a function with its supervisor, running one invocation at a time."""

from __future__ import annotations

import asyncio
import contextlib
import json
import os
import signal
import sys
from pathlib import Path

from authlens.endpoint.runtime.environment import child_environment, command_line
from authlens.endpoint.runtime.fingerprint import Fingerprint
from authlens.endpoint.runtime.output import ChildOutput
from authlens.endpoint.runtime.runtime_api import Event, RuntimeApi, RuntimeResult
from authlens.endpoint.runtime.supervisor import BUSY, IDLE
from authlens.endpoint.templates.definitions import FunctionDefinition
from authlens.frozen import dataclass

SUPERVISOR = Path(__file__).with_name("supervisor.py")
SETTLE_LIMIT = 1.0
"""Seconds after its answer within which a child must ask for the next event."""
END_LIMIT = 3.0
"""Seconds that the supervisor has to end everything before it is killed itself."""


@dataclass(frozen=True, slots=True)
class Exit:
    """How a child ended, in the supervisor's words: `exit`, `signal`, `memory`, or `lost` without one."""

    how: str
    number: int = 0

    @property
    def reason(self) -> str:
        """In Lambda's words."""
        if self.how == "exit" and not self.number:
            return "Runtime exited without providing a reason"
        if self.how == "exit":
            return f"Runtime exited with error: exit status {self.number}"
        return f"Runtime exited with error: signal: {signal_name(self.number or signal.SIGKILL)}"

    @property
    def error_type(self) -> str:
        return "Runtime.OutOfMemory" if self.how == "memory" else "Runtime.ExitError"


class Worker:
    """A child process with its Runtime API, output and supervisor. `start` creates it, `end` ends it."""

    def __init__(self, function: FunctionDefinition, code: Fingerprint) -> None:
        self.function = function
        self.code = code
        """The state of the code that it was started with."""
        self.fresh = True
        """Whether no invocation has run in it yet."""
        self.spoiled = False
        """Whether it must not be used again."""
        self.api = RuntimeApi()
        self.output = ChildOutput()
        self.exit: asyncio.Future[Exit] = asyncio.get_running_loop().create_future()
        self.pid: int | None = None
        self.peak = 0
        """Peak memory in KiB, if the system reports it."""
        self.waits = False
        """Whether it was started without the function's code, which it has not loaded since."""
        self._supervisor: asyncio.subprocess.Process | None = None
        self._reports: asyncio.Task[None] | None = None
        self._address = ""

    @property
    def usable(self) -> bool:
        return not self.spoiled and not self.exit.done()

    async def start(self, path: str, waits: bool = False) -> None:
        """Start the child; one that waits loads the function on `load`.

        Raises OSError if the system has no process or descriptor left.
        """
        self.waits = waits
        self._address = await self.api.start()
        limit = str(self.function.memory_size)
        self._supervisor = await asyncio.create_subprocess_exec(
            *(sys.executable, "-I", "-S", str(SUPERVISOR), limit, *command_line(self.function, path, waits)),
            stdin=asyncio.subprocess.PIPE,
            stdout=asyncio.subprocess.PIPE,
            stderr=self.output.writing,
            env=child_environment(self.function, self._address, path),
            cwd=self.function.code_uri,
            start_new_session=True,
        )
        self.output.child_has_it()
        self._reports = asyncio.create_task(self._read_reports(self._supervisor))

    def load(self, code: Fingerprint) -> None:
        """Let a child that waits load the function, whose code is in this state now."""
        self.waits, self.code = False, code
        self.api.needed.set()

    async def initialised(self) -> RuntimeResult | Exit | None:
        """Wait until it asks for work; returns the error or end if that comes first."""
        asked = asyncio.ensure_future(self.api.asked.wait())
        try:
            await asyncio.wait((asked, self.api.init_error, self.exit), return_when=asyncio.FIRST_COMPLETED)
        finally:
            asked.cancel()
        if self.api.init_error.done():
            return self.api.init_error.result()
        return None if self.api.asked.is_set() else self.exit.result()

    async def settled(self) -> None:
        """Wait until it asks for the next event after its answer; otherwise it is no longer usable."""
        try:
            async with asyncio.timeout(SETTLE_LIMIT):
                self.spoiled = self.spoiled or await self.initialised() is not None
        except TimeoutError:
            self.spoiled = True

    async def run(self, event: Event) -> RuntimeResult | Exit | None:
        """Run one invocation within its time (TimeoutError). `None` if the child did not receive it."""
        answer = self.api.hand_over(event)
        if answer is None:
            self.spoiled = True
            return None
        self.fresh = False
        self._tell(BUSY)
        done, _ = await asyncio.wait((answer, self.exit), timeout=event.time_limit, return_when=asyncio.FIRST_COMPLETED)
        if not done:
            self.spoiled = True
            raise TimeoutError
        if not answer.done():
            return self.exit.result()
        self._tell(IDLE)
        self.spoiled = not answer.result().is_error and not is_json(answer.result().payload)
        return answer.result()

    def _tell(self, state: bytes) -> None:
        """Tell the supervisor whether an invocation runs."""
        if self._supervisor and self._supervisor.stdin:
            self._supervisor.stdin.write(state)

    async def end(self) -> None:
        """End the child and everything that it started."""
        self.spoiled = True
        if self._supervisor:
            await self._end_supervisor(self._supervisor)
        if self._reports:
            await asyncio.wait((self._reports,), timeout=END_LIMIT)
            self._reports.cancel()
        self.output.close()
        await self.api.close()

    async def _end_supervisor(self, supervisor: asyncio.subprocess.Process) -> None:
        if supervisor.stdin:
            supervisor.stdin.close()
        try:
            await asyncio.wait_for(supervisor.wait(), END_LIMIT)
        except TimeoutError:
            kill_group(supervisor.pid)
        if supervisor.returncode != 0:
            await asyncio.to_thread(self._end_strays)

    def _end_strays(self) -> None:
        """The processes left after the supervisor was killed: only they have its Runtime API address."""
        if self.pid:
            kill_group(self.pid)
        mark = f"AWS_LAMBDA_RUNTIME_API={self._address}\0".encode()
        for entry in Path("/proc").glob("[0-9]*/environ"):
            with contextlib.suppress(OSError):
                if mark in entry.read_bytes():
                    os.kill(int(entry.parent.name), signal.SIGKILL)

    async def _read_reports(self, supervisor: asyncio.subprocess.Process) -> None:
        assert supervisor.stdout
        async for line in supervisor.stdout:
            word, _, number = line.decode().strip().partition(" ")
            if word == "pid":
                self.pid = int(number)
            elif word == "peak":
                self.peak = int(number)
            elif not self.exit.done():
                self.exit.set_result(Exit(word, int(number) if word != "memory" else 0))
        if not self.exit.done():
            self.exit.set_result(Exit("lost"))


def is_json(payload: bytes) -> bool:
    try:
        json.loads(payload)
    except (ValueError, RecursionError):
        return False
    return True


def kill_group(leader: int) -> None:
    with contextlib.suppress(ProcessLookupError, PermissionError):
        os.killpg(leader, signal.SIGKILL)


def signal_name(number: int) -> str:
    """`killed`, `segmentation fault`, … as Lambda names them."""
    return (signal.strsignal(number) or str(number)).partition(":")[0].lower()
