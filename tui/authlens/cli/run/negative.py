"""`run --negative DIR`: writes requests that must be refused, derived from good ones, for the user to choose from."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

from authlens.cli.console.diagnostics import CommandError, ExitCode, narrate
from authlens.cli.console.services import CliServices
from authlens.cli.inputs.trust import note_source
from authlens.cli.run.items import items_of
from authlens.cli.run.options import NegativeOptions
from authlens.core.request.authorizer import Authorizer

if TYPE_CHECKING:
    from authlens.core.expect.negative_cases import NegativeCase
    from authlens.core.saved.saved_request import SavedRequest
    from authlens.suite_items import SuiteItem


def write_negative_cases(options: NegativeOptions, services: CliServices) -> ExitCode:
    """Write `NAME-CASE.yaml` for every case; existing files are kept. Files that cannot be read are reported."""
    from authlens.core.expect.negative_cases import is_refused

    folder = Path(options.negative)
    kept = unreadable = refused = 0
    for item in items_of(options.selection, services):
        if item.saved is None:
            narrate(f"authlens: error: {item.name}: {item.problem}", services.stderr)
            unreadable += 1
            continue
        if is_refused(item.saved):
            refused += 1
            continue
        for case in _cases(item, item.saved, options.trust, services):
            kept += not _write(folder / f"{item.stem}-{case.name}.yaml", case, item, services)
    if refused:
        said = "1 request expects" if refused == 1 else f"{refused} requests expect"
        narrate(f"{said} to be refused; cases are made only from the others", services.stderr)
    if kept:
        were = "1 existing file was" if kept == 1 else f"{kept} existing files were"
        narrate(f"{were} left unchanged", services.stderr)
    return ExitCode.UNJUDGED if unreadable else ExitCode.DONE


def _cases(item: SuiteItem, saved: SavedRequest, trust: bool, services: CliServices) -> tuple[NegativeCase, ...]:
    from authlens.core.invocation.gateway import CallFailed
    from authlens.store.negative_files import cases_of

    authorizer: Authorizer | None = None
    if saved.sign and saved.sign.place != "token":
        note_source(saved.target, item.base, item.path, trust, services)
        with services.sender() as sender:
            try:
                authorizer = sender.describe(saved.request.authorizer_name or "", saved.target, item.base)
            except CallFailed as error:
                narrate(
                    f"{item.name}: no case with a wrong signature, because the authorizer is not known: {error}",
                    services.stderr,
                )
    return cases_of(saved, authorizer, item.base, services.environ, lambda said: narrate(said, services.stderr))


def _write(path: Path, case: NegativeCase, item: SuiteItem, services: CliServices) -> bool:
    """Whether the file is new."""
    from authlens.store.negative_files import write_case
    from authlens.store.requests import Conflict, RequestFileError

    try:
        write_case(case, path, item.base)
    except Conflict:
        return False
    except RequestFileError as error:
        raise CommandError(str(error)) from error
    services.output.line(str(path))
    return True
