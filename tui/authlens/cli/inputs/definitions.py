"""The definitions that an endpoint or a project is made from, with their warnings on standard error."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from typing import TYPE_CHECKING

from authlens.cli.console.diagnostics import CommandError, narrate
from authlens.cli.console.services import CliServices

if TYPE_CHECKING:
    from authlens.endpoint.templates.definitions import Definitions


def reported(read: Callable[[], Definitions], services: CliServices) -> Definitions:
    """What `read` returns. Raises CommandError for its DefinitionError."""
    from authlens.endpoint.templates.definitions import DefinitionError

    try:
        definitions = read()
    except DefinitionError as error:
        _warn(error.notes, services)
        raise CommandError(str(error)) from None
    _warn(definitions.warnings, services)
    return definitions


def _warn(warnings: Iterable[str], services: CliServices) -> None:
    for warning in warnings:
        narrate(f"authlens: warning: {warning}", services.stderr)
