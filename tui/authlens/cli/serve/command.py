"""Run AWS IoT's authorizer calls on this machine, over your own functions.

The first line of standard output is the endpoint's URL; with --device-port the second is where devices connect, and the
third is the CA certificate that they must trust. Requests are logged on standard error, without their content.
Ctrl+C or SIGTERM ends it and its functions.

examples:
  authlens serve --authorizers authorizers.yaml
  authlens serve --template template.yaml --port 8123
  authlens serve --authorizers authorizers.yaml --device-port 8883
  authlens serve --template cdk.out --parameter Stage=test --env DB_PASSWORD=secret
  authlens serve --template plan.json --function authorizer
  authlens serve --function src/app.py:handler --public-key keys/public.pem --token-key-name token
  aws iot test-invoke-authorizer --endpoint-url http://127.0.0.1:8123 --region us-west-2 \\
      --authorizer-name SensorAuth --mqtt-context username=sensor-7,password=c2VjcmV0
"""

from __future__ import annotations

import argparse
import os
from collections.abc import Iterator
from contextlib import contextmanager
from typing import TYPE_CHECKING

from authlens.cli.console.diagnostics import CommandError, ExitCode
from authlens.cli.console.services import CliServices
from authlens.cli.inputs.definitions import reported
from authlens.cli.serve import device_options
from authlens.cli.serve.sources import declare_source, source_of

if TYPE_CHECKING:
    from authlens.endpoint.projects.source import ProjectSource
    from authlens.endpoint.templates.definitions import Definitions


def declare(parser: argparse.ArgumentParser) -> None:
    declare_source(parser)
    parser.add_argument(
        "--port", type=device_options.port, default=0, metavar="N", help="the port to listen on (default: a free one)"
    )
    parser.add_argument(
        "--host", default="127.0.0.1", metavar="H", help="the address to listen on (default: 127.0.0.1)"
    )
    parser.add_argument(
        "--allow-host",
        action="append",
        default=[],
        type=_host_name,
        metavar="NAME",
        help="also answer requests for this host name; needed for a host other than loopback",
    )
    parser.add_argument(
        "--show-output", action="store_true", help="also show what the functions print, ahead of each line"
    )
    device_options.declare(parser)
    parser.add_argument("--until-stdin-closes", action="store_true", help=argparse.SUPPRESS)


# The endpoint and asyncio are imported inside functions: `--help` must not load them.


def run(arguments: argparse.Namespace, services: CliServices) -> ExitCode:
    import asyncio

    _check_host(arguments)
    device_options.check(arguments)

    def read() -> Definitions:
        return read_again(arguments, services)

    definitions = reported(read, services)
    with without_authorities():
        from authlens.cli.serve.loop import serve
        from authlens.endpoint.api.server import CannotListen

    try:
        asyncio.run(serve(definitions, read, arguments, services))
    except CannotListen as error:
        raise CommandError(str(error), ExitCode.OTHER) from None
    return ExitCode.DONE


@contextmanager
def without_authorities() -> Iterator[None]:
    """aiohttp reads the system's certificate authorities when it is imported, for connections that the endpoint never
    makes. It took a quarter of the start."""
    names = ("SSL_CERT_FILE", "SSL_CERT_DIR")
    given = {name: os.environ[name] for name in names if name in os.environ}
    os.environ.update(dict.fromkeys(names, os.devnull))
    try:
        yield
    finally:
        for name in names:
            del os.environ[name]
        os.environ.update(given)


def _host_name(text: str) -> str:
    if not text or any(character in ":/@[]" or character.isspace() for character in text):
        raise argparse.ArgumentTypeError(f"{text!r} is not a host name; give the name only, without scheme or port")
    return text


def _check_host(arguments: argparse.Namespace) -> None:
    from authlens.core.text.url import is_loopback_host

    if not is_loopback_host(arguments.host) and not arguments.allow_host:
        raise CommandError(
            f"--host {arguments.host} would let other machines run the functions here; "
            "if that is what you want, name the host that they may call with --allow-host NAME"
        )


def read_again(arguments: argparse.Namespace, services: CliServices) -> Definitions:
    """What the options name, as its files are now, including those of variables. Raises DefinitionError."""
    from authlens.endpoint.templates.definitions import with_files

    return with_files(lambda: _read(arguments, source_of(arguments), services))


def _read(arguments: argparse.Namespace, source: ProjectSource, services: CliServices) -> Definitions:
    from authlens.endpoint.projects.source import kind_of, read_source
    from authlens.endpoint.templates.definitions import DefinitionError, read_definitions
    from authlens.endpoint.templates.unpack import Cache

    if arguments.authorizers is not None:
        words = kind_of(arguments.authorizers)
        if words is not None:
            what = "--authorizers takes an authorizers.yaml; name anything else with --template"
            raise DefinitionError(arguments.authorizers, 0, 0, f"{words} ({what})")
        return read_definitions(arguments.authorizers)
    return read_source(source, Cache(services.places().cache / "unpacked"))
