"""Opens the app on the embedded endpoint with sample authorizers and requests. Your AWS configuration is not read."""

from __future__ import annotations

import argparse

from authlens.cli.console.services import CliServices, OpenApp


def declare(parser: argparse.ArgumentParser) -> None:
    """`demo` has no options."""
    parser.epilog = "example:\n  authlens demo"


def run(_arguments: argparse.Namespace, _services: CliServices) -> OpenApp:
    return OpenApp(demo=True)
