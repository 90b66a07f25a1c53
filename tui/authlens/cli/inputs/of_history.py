"""An invocation of the history, for commands that take its number, and the file that it was sent from."""

from __future__ import annotations

from pathlib import Path

from authlens.cli.console.diagnostics import CommandError
from authlens.cli.console.services import CliServices
from authlens.cli.inputs.trust import note_stored
from authlens.core.invocation.invocation import Invocation
from authlens.core.saved.source import split_source


def of_history(number: int, services: CliServices) -> Invocation:
    """An invocation from the history. Raises CommandError."""
    with services.open_history() as history:
        invocation = history.get(number)
    if invocation is None:
        raise CommandError(f"the history has no invocation {number}; 'authlens history list' lists the ids")
    return invocation


def noted_origin(invocation: Invocation, trust: bool, services: CliServices) -> tuple[Path | None, Path | None]:
    """The folder that its paths are relative to and the file that it was sent from, both noted by the gate."""
    file = Path(split_source(invocation.source)[0]) if invocation.source else None
    folder = file.parent if file else None
    note_stored(invocation.target, folder, file, trust, services)
    return folder, file
