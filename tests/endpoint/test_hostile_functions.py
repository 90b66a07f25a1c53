"""Functions that do what a function must not: the caller gets an answer or the right error, and nothing is left."""

from __future__ import annotations

import json
import sys
import uuid
from dataclasses import dataclass, replace
from pathlib import Path

import pytest

from authlens.endpoint.runtime.function_host import FunctionHost, FunctionResult
from authlens.endpoint.runtime.output import KEPT
from support.functions import define, hosted
from support.processes import processes_with

pytestmark = pytest.mark.skipif(sys.platform != "linux", reason="only Linux can find every process again")

SOURCE = """
import os, signal, subprocess, sys, threading, time, ctypes

def spawn(*arguments, **options):
    return subprocess.Popen(["sleep", "600"], **options).pid

def daemonize():
    for step in (0, 1):
        if os.fork():
            return
        os.setsid()
    time.sleep(600)

def many():
    for _ in range(40):
        if not os.fork():
            os.setsid()
            signal.signal(signal.SIGTERM, signal.SIG_IGN)
            time.sleep(600)

def ignore_signals():
    for number in range(1, 32):
        try:
            signal.signal(number, signal.SIG_IGN)
        except OSError:
            pass
    time.sleep(600)

def print_forever():
    while True:
        print("noise" * 100)

def background(work):
    thread = threading.Thread(target=work)
    thread.start()

def eat():
    held = []
    while True:
        held.append(bytearray(os.urandom(1024)) * 4096)

def ask_next_again():
    import http.client
    for _ in range(3):
        connection = http.client.HTTPConnection(os.environ["AWS_LAMBDA_RUNTIME_API"])
        connection.request("GET", "/2018-06-01/runtime/invocation/next")
        assert connection.getresponse().status == 403

def answer_for_another():
    import http.client
    connection = http.client.HTTPConnection(os.environ["AWS_LAMBDA_RUNTIME_API"])
    connection.request("POST", "/2018-06-01/runtime/invocation/0/response", "{}")
    assert connection.getresponse().status == 400

def answer_twice(context):
    import http.client
    for status in (202, 403):
        connection = http.client.HTTPConnection(os.environ["AWS_LAMBDA_RUNTIME_API"])
        path = f"/2018-06-01/runtime/invocation/{context.aws_request_id}/response"
        connection.request("POST", path, '"first"')
        assert connection.getresponse().status == status

def raise_(error):
    raise error

CASES = {
    "fine": lambda c: None,
    "prints json": lambda c: print('{"isAuthenticated": true}'),
    "prints megabytes": lambda c: [sys.stdout.write("x" * 1000 + chr(10)) for _ in range(5000)],
    "prints no text": lambda c: os.write(1, bytes(range(256)) + b"\\xff\\xfe"),
    "closes its output": lambda c: (os.close(1), os.close(2)),
    "reads its input": lambda c: raise_(AssertionError()) if sys.stdin.read() else None,
    "has no terminal": lambda c: open("/dev/tty"),
    "sys.exit": lambda c: sys.exit(0),
    "os._exit": lambda c: os._exit(7),
    "segmentation fault": lambda c: ctypes.string_at(0),
    "abort": lambda c: os.abort(),
    "kills itself": lambda c: os.kill(os.getpid(), signal.SIGKILL),
    "kills its group": lambda c: os.killpg(0, signal.SIGKILL),
    "kills its parent": lambda c: (spawn(start_new_session=True), os.kill(os.getppid(), signal.SIGKILL), time.sleep(9)),
    "stops its parent": lambda c: (spawn(start_new_session=True), os.kill(os.getppid(), signal.SIGSTOP)),
    "asks its parent to end": lambda c: [os.kill(os.getppid(), n) for n in (1, 2, 10, 12, 15)],
    "hangs": lambda c: time.sleep(600),
    "spins": lambda c: any(iter(int, 1)),
    "ignores signals": lambda c: ignore_signals(),
    "prints without end": lambda c: print_forever(),
    "becomes another program": lambda c: os.execvp("sleep", ["sleep", "600"]),
    "eats memory": lambda c: eat(),
    "answers hugely": lambda c: "x" * 7_000_000,
    "leaves a child": lambda c: spawn() and None,
    "leaves a child in its own session": lambda c: spawn(start_new_session=True) and None,
    "leaves a daemon": lambda c: daemonize(),
    "leaves many": lambda c: many(),
    "leaves a thread": lambda c: background(lambda: time.sleep(600)),
    "leaves a noisy thread": lambda c: background(print_forever),
    "closes every descriptor": lambda c: os.closerange(3, 256),
    "removes its folder": lambda c: os.chdir("/"),
    "empties its environment": lambda c: os.environ.clear(),
    "asks for the next event itself": lambda c: ask_next_again(),
    "answers for another": lambda c: answer_for_another(),
    "answers twice": answer_twice,
    "raises what is no Exception": lambda c: raise_(KeyboardInterrupt()),
    "raises what cannot be shown": lambda c: raise_(type("Odd", (Exception,), {"__str__": lambda s: 1 / 0})()),
}

def handler(event, context):
    CASES_RESULT = CASES[event["case"]](context)
    return CASES_RESULT if isinstance(CASES_RESULT, str) else {"case": event["case"]}
"""

ANSWERS = "answers"
EXITED = "Runtime.ExitError"
TIMED_OUT = "Sandbox.Timedout"
KILLED = "Runtime exited with error: signal: killed"


@dataclass(frozen=True)
class Case:
    name: str
    expected: str
    """`answers`, or the type of the error."""
    reason: str | None = None
    """The end of the error's message."""


QUICK = (
    Case("prints json", ANSWERS),
    Case("prints no text", ANSWERS),
    Case("closes its output", ANSWERS),
    Case("has no terminal", "OSError"),
    Case("os._exit", EXITED, "Runtime exited with error: exit status 7"),
    Case("segmentation fault", EXITED, "Runtime exited with error: signal: segmentation fault"),
    Case("kills itself", EXITED, KILLED),
    Case("kills its parent", EXITED, KILLED),
    Case("ignores signals", TIMED_OUT, "Task timed out after 0.50 seconds"),
    Case("eats memory", "Runtime.OutOfMemory", KILLED),
    Case("answers hugely", "Function.ResponseSizeTooLarge"),
    Case("leaves a child in its own session", ANSWERS),
    Case("leaves many", ANSWERS),
    Case("leaves a thread", ANSWERS),
    Case("asks for the next event itself", ANSWERS),
)
LONG = (
    Case("prints megabytes", ANSWERS),
    Case("reads its input", ANSWERS),
    Case("sys.exit", EXITED, "Runtime exited without providing a reason"),
    Case("abort", EXITED, "Runtime exited with error: signal: aborted"),
    Case("kills its group", EXITED, KILLED),
    Case("stops its parent", ANSWERS),
    Case("asks its parent to end", ANSWERS),
    Case("hangs", TIMED_OUT, "Task timed out after 0.50 seconds"),
    Case("spins", TIMED_OUT),
    Case("prints without end", TIMED_OUT),
    Case("becomes another program", TIMED_OUT),
    Case("leaves a child", ANSWERS),
    Case("leaves a daemon", ANSWERS),
    Case("leaves a noisy thread", ANSWERS),
    Case("closes every descriptor", EXITED),
    Case("removes its folder", ANSWERS),
    Case("empties its environment", ANSWERS),
    Case("answers for another", ANSWERS),
    Case("raises what is no Exception", EXITED),
    Case("raises what cannot be shown", EXITED),
)


def run(folder: Path, name: str, limit: float = 10.0) -> tuple[FunctionResult, FunctionResult, list[str]]:
    """The hostile call, a harmless one after it, and the processes that outlive the host."""
    mark = f"authlens-test-{uuid.uuid4()}"
    function = define(folder, SOURCE, environment={"MARK": mark})

    async def both(host: FunctionHost) -> tuple[FunctionResult, FunctionResult]:
        event = json.dumps({"case": name}).encode()
        hostile = await host.invoke(replace(function, timeout=limit), event, request_id="id")
        return hostile, await host.invoke(function, b'{"case": "fine"}')

    return (*hosted(both), [*processes_with(mark).values()])


@pytest.mark.parametrize(
    "case",
    [*QUICK, *(pytest.param(case, marks=pytest.mark.slow) for case in LONG)],
    ids=lambda case: case.name,
)
def test_harms_nobody(tmp_path: Path, case: Case) -> None:
    """The caller gets an answer or Lambda's error, the next call works, and no process is left."""
    hostile, after, left = run(tmp_path, case.name, 0.5 if case.expected == TIMED_OUT else 10.0)
    if case.expected == ANSWERS:
        assert json.loads(hostile.payload or b"null") == {"case": case.name}, hostile
    else:
        assert (hostile.payload, hostile.error_type) == (None, case.expected), hostile
    if case.reason:
        assert hostile.error_message in (case.reason, f"RequestId: id Error: {case.reason}")
    assert json.loads(after.payload or b"null") == {"case": "fine"}, after
    assert left == []


def test_output_is_cut_in_the_middle_and_counted(tmp_path: Path) -> None:
    log = run(tmp_path, "prints megabytes")[0].log
    assert KEPT < len(log) < KEPT + 100
    assert f"[… {5000 * 1001 - KEPT} bytes left out …]" in log


def test_output_that_is_not_text_is_shown_as_far_as_it_is(tmp_path: Path) -> None:
    log = run(tmp_path, "prints no text")[0].log
    assert "ABCDEF" in log
    assert log.endswith("\ufffd\ufffd")
