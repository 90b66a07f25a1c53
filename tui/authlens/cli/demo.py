"""Open the app on the embedded endpoint with sample authorizers and requests. Your AWS configuration is not read."""

from __future__ import annotations

import argparse

from authlens.cli.console.diagnostics import CommandError, narrate
from authlens.cli.console.services import CliServices, OpenApp

RESET = "The samples are as they were. The history is kept."
"""The app's words once it is open."""


def declare(parser: argparse.ArgumentParser) -> None:
    parser.add_argument(
        "--reset", action="store_true", help="first make all samples, and their functions, as they were"
    )
    parser.epilog = "examples:\n  authlens demo\n  authlens demo --reset     after you changed the samples"


def run(arguments: argparse.Namespace, services: CliServices) -> OpenApp:
    if arguments.reset:
        from authlens.endpoint.samples.unpack import unpack_samples

        folder = services.places().demo
        try:
            unpack_samples(folder, reset=True)
        except OSError as error:
            raise CommandError(f"the samples in {folder} cannot be written: {error.strerror}") from None
        narrate(f"authlens: reset the samples in {folder}; the history is kept", services.stderr)
    return OpenApp(demo=True, said=RESET if arguments.reset else "")
