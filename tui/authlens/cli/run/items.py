"""The saved requests that the command line names."""

from __future__ import annotations

import argparse
from collections.abc import Sequence
from pathlib import Path

from authlens.cli.console.diagnostics import CommandError
from authlens.suite_items import Item, NoSuchPath, gather


def items_of(arguments: argparse.Namespace) -> Sequence[Item]:
    """At least one item. Raises CommandError."""
    items = found_items(arguments)
    if not items:
        raise CommandError(_nothing(arguments))
    return items


def found_items(arguments: argparse.Namespace) -> Sequence[Item]:
    """What PATH and --filter name, which may be nothing. Raises CommandError for a path that is not there."""
    try:
        items = gather(Path(path) for path in arguments.paths)
    except NoSuchPath as error:
        raise CommandError(str(error)) from error
    return [item for item in items if item.has(arguments.filter or "")]


def _nothing(arguments: argparse.Namespace) -> str:
    if not arguments.paths:
        return "name the saved requests to run, or folders of them (see 'authlens run --help')"
    where = ", ".join(arguments.paths)
    if arguments.filter:
        return f"no saved request in {where} has {arguments.filter!r} in its path or description"
    return f"no saved request in {where}: *.yaml and *.yml with a `request:` key are searched"
