"""Trust a folder: allow its files to run local code and name endpoints, until you remove the trust."""

from __future__ import annotations

import argparse
import json
import os
from pathlib import Path
from typing import TYPE_CHECKING

from authlens.cli.console.diagnostics import CommandError, ExitCode, narrate
from authlens.cli.console.parser import given_name
from authlens.cli.console.services import CliServices

if TYPE_CHECKING:
    from authlens.store.trust import TrustList

_EXAMPLES = """examples:
  authlens trust                     trust the working folder and all below it
  authlens trust ~/src/demo
  authlens trust ~/src/demo --remove
  authlens trust --list              list the trusted folders, with dates

A saved request can name a program on this machine (target.local) or a host (target.endpointUrl). Neither is used until
you trust the request's folder and that of the local target's file. Requests to AWS itself need no trust.
For a single run, use --trust, or the environment variable AUTHLENS_TRUST with folders separated as in PATH."""


def declare(parser: argparse.ArgumentParser) -> None:
    parser.epilog = _EXAMPLES
    parser.add_argument(
        "folder", nargs="?", metavar="FOLDER", type=given_name, help="the folder (default: the working folder)"
    )
    how = parser.add_mutually_exclusive_group()
    how.add_argument("--remove", action="store_true", help="stop trusting it")
    how.add_argument("--list", action="store_true", help="list the trusted folders, with dates")
    parser.add_argument("--output", choices=("text", "json"), default="text", help="json: one object per line")


def run(arguments: argparse.Namespace, services: CliServices) -> ExitCode:
    from authlens.store.trust import TrustList, TrustNotKept

    known = TrustList(services.places().trust)
    try:
        if arguments.list:
            return _list(known, arguments, services)
        folder = Path(arguments.folder or "")
        return _remove(known, folder, services) if arguments.remove else _add(known, folder, services)
    except TrustNotKept as error:
        raise CommandError(str(error), ExitCode.OTHER) from error


def _list(known: TrustList, arguments: argparse.Namespace, services: CliServices) -> ExitCode:
    if arguments.folder is not None:
        raise CommandError("--list lists every trusted folder; omit FOLDER")
    for entry in known.entries():
        if arguments.output == "json":
            services.output.line(json.dumps({"path": entry.path, "since": entry.since}))
        else:
            services.output.line(f"{entry.since[:10]}  {entry.path}")
    return ExitCode.DONE


def _add(known: TrustList, folder: Path, services: CliServices) -> ExitCode:
    if not folder.is_dir():
        raise CommandError(f"{folder} is not a folder; give the folder of the files to trust")
    known.add([folder], services.now())
    narrate(f"trusted: {os.path.realpath(folder)} and everything below it", services.stderr)
    return ExitCode.DONE


def _remove(known: TrustList, folder: Path, services: CliServices) -> ExitCode:
    if not known.remove(folder):
        raise CommandError(
            f"{os.path.realpath(folder)} is not trusted; 'authlens trust --list' lists the trusted folders"
        )
    narrate(f"no longer trusted: {os.path.realpath(folder)}", services.stderr)
    return ExitCode.DONE
