"""Functions by themselves, without the endpoint's HTTP: warm and cold calls, and the first call after a save."""

from __future__ import annotations

import shutil
import statistics
import tempfile
import time
from collections.abc import Iterator
from pathlib import Path

from authlens.endpoint.runtime.function_host import FunctionHost
from authlens.endpoint.templates.definitions import FunctionDefinition
from bench.row import Row
from support.functions import aws_client, define, hosted

WARM = 500
COLD = 10
EVENT = b'{"token": "abc", "signatureVerified": true}'
PYTHON = "def handler(event, context): return {'isAuthenticated': True, 'principalId': 'a', 'policyDocuments': []}"
NODE = "export const handler = async () => ({ isAuthenticated: true, principalId: 'a', policyDocuments: [] });"


def rows() -> Iterator[Row]:
    with tempfile.TemporaryDirectory() as folder:
        python = define(Path(folder) / "python", PYTHON)
        yield from measured("Python", python)
        yield Row("AWS's own client, warm call, median", warm(aws_client(python)), 5, "ms")
        yield Row("first call after a save, median", after_save(python), 1000, "ms")
        if shutil.which("node"):
            (Path(folder) / "node").mkdir()
            (Path(folder) / "node" / "app.mjs").write_text(NODE)
            yield from measured("Node.js", define(Path(folder) / "node", runtime="nodejs"))


def measured(language: str, function: FunctionDefinition) -> Iterator[Row]:
    yield Row(f"{language}, warm call, median", warm(function), 5, "ms")
    yield Row(f"{language}, cold call, median", cold(function), 1000, "ms")


async def timed(host: FunctionHost, function: FunctionDefinition) -> float:
    """Milliseconds of one call."""
    started = time.perf_counter()
    result = await host.invoke(function, EVENT)
    assert result.payload, result
    return (time.perf_counter() - started) * 1000


def warm(function: FunctionDefinition) -> float:
    async def calls(host: FunctionHost) -> list[float]:
        return [await timed(host, function) for _ in range(WARM)]

    return statistics.median(hosted(calls)[1:])


def cold(function: FunctionDefinition) -> float:
    async def call(host: FunctionHost) -> float:
        return await timed(host, function)

    return statistics.median(hosted(call) for _ in range(COLD))


def after_save(function: FunctionDefinition) -> float:
    file = function.code_uri / "app.py"

    def save() -> None:
        file.write_text(file.read_text() + "\n")

    async def calls(host: FunctionHost) -> list[float]:
        durations = []
        for _ in range(COLD):
            save()
            durations.append(await timed(host, function))
        return durations

    return statistics.median(hosted(calls))
