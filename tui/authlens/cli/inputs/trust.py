"""Trust on the command line: refuses before anything is sent, and prints the command that would allow it."""

from __future__ import annotations

import argparse
from collections.abc import Iterable
from pathlib import Path

from authlens.cli.console.diagnostics import CommandError
from authlens.cli.console.services import CliServices
from authlens.core.request.target import Target

HELP = "trust the folders of the given files for this run"

Named = tuple[Target, Path | None, Path | None]
"""A target, the folder that its paths are relative to, and the file that names it."""


def declare_trust(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("--trust", action="store_true", help=HELP)


def check_trust(named: Iterable[Named], trust: bool, services: CliServices) -> None:
    """Requires every target to be trusted, or with `trust` trusts them. Raises CommandError with a line per folder."""
    gate = services.gate()
    missing: dict[str, str] = {}
    for target, base, source in dict.fromkeys(named):
        sources = () if source is None else (source,)
        if trust:
            gate.allow_wanted(target, base, sources)
        wanted = gate.wanted(target, base, sources)
        if wanted is not None:
            sentence, _, lines = (wanted.failure.message or "").partition("\n")
            missing |= {line: sentence for line in lines.splitlines() if line not in missing}
    if missing:
        raise CommandError("\n".join([next(iter(missing.values())), *missing]))


def note_stored(target: Target, base: Path | None, source: Path | None, trust: bool, services: CliServices) -> None:
    """As `note_source`, for an invocation of the history, which does not say in which environment it was sent."""
    services.gate().note_stored(target, base)
    note_source(target, base, source, trust, services)


def note_source(target: Target, base: Path | None, source: Path | None, trust: bool, services: CliServices) -> None:
    """Tell the gate which file names the target, so that a trusted target may be used and any other is refused."""
    sources = () if source is None else (source,)
    if trust:
        services.gate().allow_wanted(target, base, sources)
    services.gate().wanted(target, base, sources)
