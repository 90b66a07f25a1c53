"""The life of `authlens serve`: listen, say where, run until told to stop, and leave no process behind."""

from __future__ import annotations

import argparse
import asyncio
import contextlib
import os
import signal
import threading
from collections.abc import Iterator

from authlens.cli.console.services import World
from authlens.cli.serve.log import RequestLog, ShownOutput
from authlens.core.request.authorizer import Authorizer
from authlens.endpoint.api.server import Server, endpoint_of, listen
from authlens.endpoint.api.state import Host
from authlens.endpoint.runtime.function_host import FunctionHost
from authlens.endpoint.templates.definitions import Definitions

_ENDING = (signal.SIGINT, signal.SIGTERM, signal.SIGHUP)


async def serve(definitions: Definitions, arguments: argparse.Namespace, world: World) -> None:
    """Serve until a signal or the end of standard input. Raises CannotListen."""
    listener = listen(arguments.host, arguments.port)
    requests = RequestLog(world.stderr)

    def log(line: str) -> None:
        requests.line(f"{world.now().astimezone():%H:%M:%S} {line}")

    host: Host = ShownOutput(FunctionHost(), requests) if arguments.show_output else FunctionHost()
    server = Server(endpoint_of(definitions, host), listener, arguments.allow_host, log)
    ended = _end_of_service(world if arguments.until_stdin_closes else None)
    try:
        await server.start()
        world.output.line(server.url)
        for line in _introduction(definitions, server.url):
            requests.line(line)
        await ended.wait()
    finally:
        await server.close()
        requests.close()


def _end_of_service(world: World | None) -> asyncio.Event:
    """Set by a signal, or when the standard input of that world closes: its other end died, even by kill -9."""
    loop, ended = asyncio.get_running_loop(), asyncio.Event()
    for number in _ENDING:
        loop.add_signal_handler(number, ended.set)
    if world is not None:
        threading.Thread(target=_wait_for_end, args=(world, loop, ended), daemon=True).start()
    return ended


def _wait_for_end(world: World, loop: asyncio.AbstractEventLoop, ended: asyncio.Event) -> None:
    with contextlib.suppress(OSError, ValueError):
        while os.read(world.stdin.fileno(), 4096):
            pass
    loop.call_soon_threadsafe(ended.set)


def _introduction(definitions: Definitions, url: str) -> Iterator[str]:
    for definition in definitions.authorizers:
        function = definition.function
        where = " ".join(word for word in (function.runtime, function.handler) if word)
        yield f"{_described(definition.authorizer)}: {where} in {function.code_uri}"
    yield f"Set AWS_ENDPOINT_URL={url} to send AWS clients here. Ctrl+C ends."


def _described(authorizer: Authorizer) -> str:
    signing = "signing disabled" if authorizer.signing_disabled else "signed"
    return f"{authorizer.name} ({authorizer.status}, {signing})"
