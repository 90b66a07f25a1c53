"""A process that is prepared for a call: nothing of the function runs before the call, and the call finds it ready."""

from __future__ import annotations

import json
import os
import signal
import sys
from pathlib import Path
from typing import Any

import pytest

from authlens.endpoint.runtime.environment import can_wait
from authlens.endpoint.runtime.function_host import FunctionHost
from authlens.endpoint.templates.definitions import FunctionDefinition
from support.functions import define, hosted, until
from support.processes import processes_with

LINUX = pytest.mark.skipif(sys.platform != "linux", reason="processes are found in /proc")
LOADED = """
    import os, pathlib
    (pathlib.Path(__file__).parent.parent / "loaded").touch()
    def handler(event, context): return [os.getpid(), VALUE]
    VALUE = 1
"""


def waiting(folder: Path) -> list[int]:
    """The processes that were prepared for the function in this folder."""
    found = processes_with(f"LAMBDA_TASK_ROOT={folder}\0").items()
    return [process for process, line in found if "bootstrap.py\0--wait" in line and "supervisor.py" not in line]


@LINUX
def test_a_prepared_process_loads_the_code_that_there_is_when_the_call_comes(tmp_path: Path) -> None:
    function = define(tmp_path / "fn", LOADED)

    async def prepare(host: FunctionHost) -> list[Any]:
        for _ in range(2):
            host.prepare(function)
        await until(lambda: len(waiting(function.code_uri)) == 1)
        before = (tmp_path / "loaded").exists()
        source = function.code_uri / "app.py"
        source.write_text(source.read_text().replace("VALUE = 1", "VALUE = 2"))
        first, second = [await host.invoke(function, b"{}") for _ in range(2)]
        host.prepare(function)
        return [before, first, second, waiting(function.code_uri)]

    before, first, second, used = hosted(prepare)
    assert not before
    assert (first.cold, second.cold) == (True, False)
    assert json.loads(first.payload) == json.loads(second.payload)
    assert json.loads(first.payload)[1] == 2
    assert len(used) == 1, "the prepared process is the one that answered, and no other is kept"
    assert waiting(function.code_uri) == []


@LINUX
@pytest.mark.parametrize("is_killed", [True, False])
def test_a_prepared_process_that_is_not_used_is_not_missed(tmp_path: Path, is_killed: bool) -> None:
    function = define(tmp_path / "fn", "import os\ndef handler(event, context): return os.getppid()")

    async def prepare(host: FunctionHost) -> None:
        host.prepare(function)
        await until(lambda: bool(waiting(function.code_uri)))
        if is_killed:
            for process in waiting(function.code_uri):
                os.kill(process, signal.SIGKILL)
            starting = host._pools[function.name]._spare
            prepared = await starting if starting else None
            assert prepared is not None
            await prepared.exit
            assert (await host.invoke(function, b"{}")).payload

    hosted(prepare)
    assert waiting(function.code_uri) == []


def test_an_error_of_the_code_is_that_of_the_call(tmp_path: Path) -> None:
    function = define(tmp_path / "fn", "raise ValueError('at the top')")

    async def prepare(host: FunctionHost) -> list[str | None]:
        host.prepare(function)
        return [(await host.invoke(function, b"{}")).error_message for _ in range(2)]

    assert hosted(prepare) == ["at the top", "at the top"]


@pytest.mark.parametrize(
    ("settings", "expected"),
    [
        ({}, True),
        ({"environment": {"MODE": "test"}}, True),
        ({"environment": {"PYTHONPATH": "/opt/more"}}, False),
        ({"environment": {"PYTHONHOME": "/opt/other"}}, False),
        ({"layers": (Path("/opt/layer"),)}, False),
        ({"interpreter": "/home/user/.venv/bin/python"}, False),
        ({"command": ("./bootstrap",)}, False),
        ({"runtime": "nodejs22.x"}, False),
    ],
)
def test_only_what_runs_nothing_of_the_user_starts_ahead(settings: dict[str, Any], expected: bool) -> None:
    known: dict[str, Any] = {"runtime": "python3.12", **settings}
    assert can_wait(FunctionDefinition("fn", Path("/code"), "app.handler", **known)) is expected
