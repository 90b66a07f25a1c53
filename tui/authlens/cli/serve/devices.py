"""Builds the device listener of `authlens serve`: its CA, and where its observations go."""

from __future__ import annotations

import argparse
import contextlib
import resource
from collections.abc import Callable
from contextlib import AsyncExitStack
from pathlib import Path

from authlens.cli.console.diagnostics import CommandError, ExitCode
from authlens.cli.console.services import CliServices
from authlens.cli.serve.log import RequestLog
from authlens.cli.serve.records import JsonLines, Lines, Observers, Recorded, Writer
from authlens.core.mqtt import limits
from authlens.core.request.target import DEMO, Target
from authlens.endpoint.api.state import Endpoint
from authlens.endpoint.devices.authority import AuthorityError
from authlens.endpoint.devices.listener import DeviceListener, Options
from authlens.endpoint.samples.unpack import is_demo_file

_OTHER_DESCRIPTORS = 500


async def start_devices(
    arguments: argparse.Namespace,
    services: CliServices,
    endpoint: Endpoint,
    output: RequestLog,
    log: Callable[[str], None],
    stack: AsyncExitStack,
) -> DeviceListener:
    """Start a listener that runs until the stack exits. Raises CannotListen and CommandError."""
    _allow_many_connections()
    observers = build_observers(arguments, services, output, log)
    stack.callback(observers.close)
    devices = build_listener(arguments, services, endpoint, observers)
    stack.push_async_callback(devices.close)
    await devices.start()
    return devices


def build_listener(
    arguments: argparse.Namespace, services: CliServices, endpoint: Endpoint, sink: Observers
) -> DeviceListener:
    """Raises CannotListen, and CommandError if the CA cannot be stored."""
    folder = services.places().authority
    port, hosts = arguments.device_port, tuple(arguments.device_host)
    options = Options(port, arguments.any_device_port, hosts, folder, arguments.time_factor)
    try:
        return DeviceListener(endpoint, options, sink)
    except AuthorityError as error:
        raise CommandError(str(error), ExitCode.OTHER) from None


def build_observers(
    arguments: argparse.Namespace, services: CliServices, lines: RequestLog, log: Callable[[str], None]
) -> Observers:
    """The observers that the options ask for."""
    is_whole = arguments.whole_records
    writers: list[Writer] = [] if is_whole else [Lines(log, arguments.verbose)]
    if arguments.output == "json":
        writers.append(JsonLines(lines, is_whole))
    recorded = None
    if not is_whole and not arguments.no_history:
        recorded = Recorded(services.open_history(), Target(local=local_name(arguments)))
    return Observers(writers, recorded, arguments.verbose, is_whole)


def local_name(arguments: argparse.Namespace) -> str:
    """The target as the history stores it: its file, so that a record can be sent again."""
    path: Path = arguments.template or arguments.authorizers
    return DEMO if is_demo_file(path.absolute()) else str(path.absolute())


def _allow_many_connections() -> None:
    """Each connection needs a descriptor, and the usual limit is lower than ours."""
    with contextlib.suppress(ValueError, OSError):
        soft, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
        wanted = int(limits.CONNECTIONS.value) + _OTHER_DESCRIPTORS
        if soft != resource.RLIM_INFINITY and soft < wanted:
            resource.setrlimit(resource.RLIMIT_NOFILE, (wanted if hard < 0 else min(wanted, hard), hard))
