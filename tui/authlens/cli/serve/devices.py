"""The device listener of `authlens serve`: its options, where it keeps its CA, and who hears what it observes."""

from __future__ import annotations

import argparse
from collections.abc import Callable
from contextlib import AsyncExitStack
from pathlib import Path

from authlens.cli.console.diagnostics import CommandError, ExitCode
from authlens.cli.console.services import World
from authlens.cli.serve.log import RequestLog
from authlens.cli.serve.records import JsonLines, Lines, Recorded, Several
from authlens.core.request.target import DEMO, Target
from authlens.endpoint.api.state import Endpoint
from authlens.endpoint.devices.authority import AuthorityError
from authlens.endpoint.devices.listener import DeviceListener, Options
from authlens.endpoint.samples.unpack import SAMPLES


async def start_devices(
    arguments: argparse.Namespace,
    world: World,
    endpoint: Endpoint,
    output: RequestLog,
    log: Callable[[str], None],
    stack: AsyncExitStack,
) -> DeviceListener:
    """A listener that runs until the stack ends. Raises CannotListen and CommandError."""
    observers = Observers(arguments, world, output, log)
    stack.callback(observers.close)
    devices = build_listener(arguments, world, endpoint, observers.sink)
    stack.push_async_callback(devices.close)
    await devices.start()
    return devices


def build_listener(arguments: argparse.Namespace, world: World, endpoint: Endpoint, sink: Several) -> DeviceListener:
    """Raises CannotListen, and CommandError where the CA cannot be kept."""
    folder = world.places().authority
    options = Options(arguments.device_port, tuple(arguments.device_host), folder, arguments.time_factor)
    try:
        return DeviceListener(endpoint, options, sink)
    except AuthorityError as error:
        raise CommandError(str(error), ExitCode.OTHER) from None


class Observers:
    """Whoever takes what is observed, built from the options."""

    def __init__(
        self, arguments: argparse.Namespace, world: World, lines: RequestLog, log: Callable[[str], None]
    ) -> None:
        self._recorded: Recorded | None = None
        sinks: list[Lines | JsonLines | Recorded] = [Lines(log, arguments.verbose)]
        if arguments.output == "json":
            sinks.append(JsonLines(lines, arguments.verbose, arguments.whole_records))
        if not arguments.whole_records and not arguments.no_history:
            self._recorded = Recorded(world.open_history(), Target(local=local_name(arguments)))
            sinks.append(self._recorded)
        self.sink = Several(*sinks)

    def close(self) -> None:
        if self._recorded is not None:
            self._recorded.close()


def local_name(arguments: argparse.Namespace) -> str:
    """How the target is remembered: by its file, so that a record can be sent again."""
    path: Path = arguments.template or arguments.authorizers
    return DEMO if path.absolute() == SAMPLES / "authorizers.yaml" else str(path.absolute())
