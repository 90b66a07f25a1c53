"""Runs `authlens serve`: listens, prints the address, runs until it is stopped, and leaves no process behind."""

from __future__ import annotations

import argparse
import asyncio
import contextlib
import json
import os
import signal
import threading
from collections.abc import Callable, Iterator
from contextlib import AsyncExitStack
from typing import TYPE_CHECKING, Any, TextIO

from authlens.cli.console.services import CliServices
from authlens.cli.serve.log import RequestLog, ShownOutput
from authlens.core.invocation.invocation import fault_of
from authlens.core.request.authorizer import Authorizer
from authlens.endpoint.api.reload import Reloader
from authlens.endpoint.api.server import Server, endpoint_of, listen
from authlens.endpoint.api.state import Endpoint, FunctionInvoker
from authlens.endpoint.local import printed_line
from authlens.endpoint.runtime.function_host import FunctionHost
from authlens.endpoint.templates.definitions import Definitions

if TYPE_CHECKING:
    from authlens.endpoint.devices.listener import DeviceListener

OUTPUT_CAPACITY = 20_000
"""How many lines may wait on standard output, where programs should lose none."""
LOOK = 1.0
"""Seconds between two checks of the files."""
_ENDING = (signal.SIGINT, signal.SIGTERM, signal.SIGHUP)


async def serve(
    definitions: Definitions, read: Callable[[], Definitions], arguments: argparse.Namespace, services: CliServices
) -> None:
    """Serve until a signal or the end of standard input. Raises CannotListen."""
    listener = listen(arguments.host, arguments.port)
    requests, output = RequestLog(services.stderr), RequestLog(services.output.stream, OUTPUT_CAPACITY)

    def log(line: str) -> None:
        requests.line(f"{services.now().astimezone():%H:%M:%S} {line}")

    asyncio.get_running_loop().set_exception_handler(lambda _, context: log(_defect(context)))
    # The app shows what functions print while they run; where it listens for devices, it reads their lines instead.
    tells = arguments.until_stdin_closes and arguments.device_port is None
    functions = FunctionHost(heard=(lambda printed: output.line(printed_line(printed))) if tells else None)
    host: FunctionInvoker = ShownOutput(functions, requests) if arguments.show_output else functions
    endpoint = endpoint_of(definitions, host)
    reloader = Reloader(endpoint, definitions, read, log)
    server = Server(endpoint, listener, arguments.allow_host, log, refresh=reloader.refresh)
    ended = _end_of_service()
    if arguments.until_stdin_closes:
        _follow(services.stdin, ended, lambda name: _prepare(name, endpoint, functions))
    async with AsyncExitStack() as stack:
        stack.callback(requests.close)
        stack.callback(output.close)
        stack.push_async_callback(server.close)
        devices = None
        if arguments.device_port is not None:
            from authlens.cli.serve.devices import start_devices

            devices = await start_devices(arguments, services, endpoint, output, log, stack)
        await server.start()
        for line in _addresses(server.url, devices, arguments.output == "json"):
            services.output.line(line)
        for line in _introduction(definitions, server.url):
            requests.line(line)
        watching = asyncio.create_task(_watch(reloader))
        await ended.wait()
        watching.cancel()


def _defect(context: dict[str, Any]) -> str:
    """What asyncio would print a traceback of: one connection's fault, which ends that connection alone.

    Neither asyncio's words nor the error's own are passed on: both may quote what a client sent.
    """
    error = context.get("exception")
    return fault_of(error).message or "" if isinstance(error, Exception) else "Internal error in authlens."


def _addresses(url: str, devices: DeviceListener | None, is_json: bool) -> list[str]:
    """The first lines, for the program that started this one."""
    where, ca = (devices.url, str(devices.ca_file)) if devices else (None, None)
    if is_json:
        return [json.dumps({"url": url, "devices": where, "ca": ca})]
    return [line for line in (url, where, ca) if line is not None]


async def _watch(reloader: Reloader) -> None:
    """Report problems with a saved file promptly; calls check the files themselves."""
    while True:
        await asyncio.sleep(LOOK)
        await reloader.refresh()


def _end_of_service() -> asyncio.Event:
    """Set by a signal."""
    loop, ended = asyncio.get_running_loop(), asyncio.Event()
    for number in _ENDING:
        loop.add_signal_handler(number, ended.set)
    return ended


def _follow(stdin: TextIO, ended: asyncio.Event, prepare: Callable[[str], None]) -> None:
    """Take each line as the name of an authorizer to prepare; the end of the input is that of the service.

    The other end died then, even by kill -9.
    """
    loop = asyncio.get_running_loop()

    def read() -> None:
        rest = b""
        with contextlib.suppress(RuntimeError):  # the loop is closed: the start failed meanwhile
            with contextlib.suppress(OSError, ValueError):
                while chunk := os.read(stdin.fileno(), 4096):
                    *lines, rest = (rest + chunk).split(b"\n")
                    for line in lines:
                        loop.call_soon_threadsafe(prepare, line.decode("utf-8", "replace"))
            loop.call_soon_threadsafe(ended.set)

    threading.Thread(target=read, daemon=True).start()


def _prepare(name: str, endpoint: Endpoint, functions: FunctionHost) -> None:
    """A request with this authorizer is about to be sent."""
    authorizer = endpoint.registry.get(name)
    function = endpoint.function_of(authorizer.function_arn) if authorizer else None
    if function is not None:
        functions.prepare(function)


def _introduction(definitions: Definitions, url: str) -> Iterator[str]:
    for definition in definitions.authorizers:
        function = definition.function
        where = " ".join(word for word in (function.runtime, function.handler) if word)
        yield f"{_described(definition.authorizer)}: {where} in {function.code_uri}"
    yield f"Set AWS_ENDPOINT_URL={url} to send AWS clients here. Ctrl+C ends."


def _described(authorizer: Authorizer) -> str:
    signing = "signing disabled" if authorizer.signing_disabled else "signed"
    return f"{authorizer.name} ({authorizer.status}, {signing})"
