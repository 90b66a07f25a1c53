"""The supervisor: nothing that a child started outlives the child, or the endpoint, however that ends."""

from __future__ import annotations

import signal
import subprocess
import sys
import uuid
from pathlib import Path

import pytest

from authlens.endpoint.runtime import supervisor
from support.children import Child
from support.processes import processes_with, wait_until

pytestmark = pytest.mark.skipif(sys.platform != "linux", reason="only Linux can find every process again")

DAEMON = "(setsid sh -c 'sleep 600 & exec sleep 600' &)"
"""A shell line that leaves two processes in a session of their own."""


def supervise(
    script: str, memory: int = 0, env: dict[str, str] | None = None, program: str = "sh"
) -> subprocess.Popen[str]:
    return subprocess.Popen(
        [sys.executable, "-I", "-S", supervisor.__file__, str(memory), program, "-c", script],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
        env=env,
        start_new_session=True,
    )


@pytest.mark.parametrize(
    ("script", "report"),
    [
        ("exit 0", "exit 0"),
        ("exit 7", "exit 7"),
        ("kill -SEGV $$", f"signal {signal.SIGSEGV}"),
        (f"{DAEMON}; exit 3", "exit 3"),
    ],
)
def test_reports_how_the_child_ended_and_leaves_nothing(script: str, report: str) -> None:
    mark = f"mark-{uuid.uuid4()}"
    child = supervise(script, env={"PATH": "/bin:/usr/bin", "MARK": mark})
    assert child.stdout
    assert child.stdout.read().split("\n")[1:] == [report, ""]
    child.wait(10)
    assert processes_with(mark) == {}
    child.communicate()


def test_output_of_the_child_goes_to_standard_error_alone() -> None:
    with supervise("echo out; echo err >&2; cat; exit 0") as child:
        assert child.stderr
        assert child.stderr.read() == "out\nerr\n"


def test_everything_ends_with_the_lifeline() -> None:
    mark = f"mark-{uuid.uuid4()}"
    child = supervise(f"trap '' TERM; {DAEMON}; sleep 600", env={"PATH": "/bin:/usr/bin", "MARK": mark})
    wait_until(lambda: len(processes_with(mark)) >= 4)
    assert child.stdin
    child.stdin.close()
    child.wait(10)
    assert processes_with(mark) == {}
    child.stdin = None
    child.communicate()


def test_a_program_that_does_not_exist_is_said() -> None:
    with supervise("exit 0", program="/nowhere/program") as child:
        assert child.stdout
        assert child.stderr
        assert child.stdout.read().splitlines()[-1] == "exit 126"
        assert child.stderr.read() == "/nowhere/program: No such file or directory\n"


def test_memory_is_watched_over_all_descendants() -> None:
    eat = f"{sys.executable} -c 'import time; held = bytearray(90 << 20); time.sleep(600)'"
    with supervise(f"{eat} & {eat}", memory=128) as child:
        assert child.stdout
        assert [line.split()[0] for line in child.stdout][-1] == "memory"


ENDPOINT = """
    import asyncio, sys
    from pathlib import Path
    from authlens.endpoint.templates.definitions import FunctionDefinition
    from authlens.endpoint.runtime.function_host import FunctionHost

    async def main():
        function = FunctionDefinition("fn", Path(sys.argv[1]), "app.handler", "python3", {"MARK": sys.argv[2]})
        await FunctionHost().invoke(function, b"{}")

    asyncio.run(main())
"""
FUNCTION = """
import signal, subprocess, time
def handler(event, context):
    signal.signal(signal.SIGTERM, signal.SIG_IGN)
    subprocess.Popen(["sleep", "600"], start_new_session=True)
    time.sleep(600)
"""


def test_a_killed_endpoint_leaves_nothing(tmp_path: Path) -> None:
    (tmp_path / "app.py").write_text(FUNCTION)
    mark = f"mark-{uuid.uuid4()}"
    endpoint = Child(ENDPOINT, str(tmp_path), mark)
    wait_until(lambda: any("sleep" in line for line in processes_with(mark).values()))
    endpoint.process.send_signal(signal.SIGKILL)
    endpoint.process.wait()
    wait_until(lambda: not processes_with(mark))
    endpoint.process.communicate()
