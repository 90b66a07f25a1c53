"""An invocation of the history, for commands that take its number."""

from __future__ import annotations

from authlens.cli.console.diagnostics import CommandError
from authlens.cli.console.services import World
from authlens.core.invocation.invocation import Invocation


def of_history(number: int, world: World) -> Invocation:
    """An invocation from the history. Raises CommandError."""
    with world.open_history() as history:
        invocation = history.get(number)
    if invocation is None:
        raise CommandError(f"the history has no invocation {number}; 'authlens history list' lists the ids")
    return invocation
