"""Functions of the user's kind, written to a folder, and what a host says of them."""

from __future__ import annotations

import asyncio
import json
import sys
from collections.abc import Callable, Coroutine
from pathlib import Path
from textwrap import dedent
from typing import Any, TypeVar

from authlens.endpoint.runtime.function_host import FunctionHost, FunctionResult
from authlens.endpoint.templates.definitions import FunctionDefinition
from support.processes import wait_until

Value = TypeVar("Value")

ARN = "arn:aws:lambda:eu-west-1:123456789012:function:fn"
PYTHON = f"python{sys.version_info.major}.{sys.version_info.minor}"


def define(folder: Path, source: str = "", handler: str = "app.handler", **settings: Any) -> FunctionDefinition:
    """A function in this folder; its source goes to the file that the handler names."""
    folder.mkdir(parents=True, exist_ok=True)
    if source:
        (folder / f"{handler.rpartition('.')[0]}.py").write_text(dedent(source), encoding="utf-8")
    known = {"runtime": PYTHON, "timeout": 10.0, "arn": ARN, **settings}
    return FunctionDefinition("fn", folder, handler, **known)


def aws_client(function: FunctionDefinition) -> FunctionDefinition:
    """The same function run by AWS's own client of the Runtime API."""
    settings = {name: getattr(function, name) for name in ("name", "code_uri", "handler", "runtime", "timeout", "arn")}
    return FunctionDefinition(**settings, command=(sys.executable, "-m", "awslambdaric", function.handler))


def invoke(function: FunctionDefinition, *events: Any, **options: Any) -> list[FunctionResult]:
    """Run the function on the events, one after another, in a host of its own."""

    async def each(host: FunctionHost) -> list[FunctionResult]:
        return [await host.invoke(function, json.dumps(event).encode(), **options) for event in events]

    return hosted(each)


async def until(condition: Callable[[], bool]) -> None:
    """As `wait_until`, with the loop running on."""
    await asyncio.to_thread(wait_until, condition)


def hosted(work: Callable[[FunctionHost], Coroutine[Any, Any, Value]], limit: int = 8) -> Value:
    """Do the work with a host that is closed afterwards."""

    async def run() -> Value:
        host = FunctionHost(limit)
        try:
            return await work(host)
        finally:
            await host.close()

    return asyncio.run(run())
