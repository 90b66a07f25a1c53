"""Functions such as users write, in a folder, and what a host reports about them."""

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
    """A function in this folder; its source is written to the file that the handler names."""
    folder.mkdir(parents=True, exist_ok=True)
    if source:
        (folder / f"{handler.rpartition('.')[0]}.py").write_text(dedent(source), encoding="utf-8")
    known = {"runtime": PYTHON, "timeout": 10.0, "arn": ARN, **settings}
    return FunctionDefinition("fn", folder, handler, **known)


def aws_client(function: FunctionDefinition) -> FunctionDefinition:
    """The same function, run by AWS's own Runtime API client."""
    settings = {name: getattr(function, name) for name in ("name", "code_uri", "handler", "runtime", "timeout", "arn")}
    return FunctionDefinition(**settings, command=(sys.executable, "-m", "awslambdaric", function.handler))


def invoke(function: FunctionDefinition, *events: Any, **options: Any) -> list[FunctionResult]:
    """Run the function on the events, one after another, in a new host."""

    async def each(host: FunctionHost) -> list[FunctionResult]:
        return [await host.invoke(function, json.dumps(event).encode(), **options) for event in events]

    return hosted(each)


async def until(condition: Callable[[], bool]) -> None:
    """Like `wait_until`, while the event loop keeps running."""
    await asyncio.to_thread(wait_until, condition)


def hosted(work: Callable[[FunctionHost], Coroutine[Any, Any, Value]], limit: int = 8) -> Value:
    """Run the work with a host, and close the host afterwards."""

    async def run() -> Value:
        host = FunctionHost(limit)
        try:
            return await work(host)
        finally:
            await host.close()

    return asyncio.run(run())
