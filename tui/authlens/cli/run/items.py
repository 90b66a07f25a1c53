"""The saved requests given on the command line."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import TYPE_CHECKING

from authlens.cli.console.diagnostics import CommandError
from authlens.cli.inputs.saved_requests import STDIN, note_environment, read_text
from authlens.cli.run.options import Selection
from authlens.core.saved.saved_request import Case, SavedRequest
from authlens.core.saved.source import split_source
from authlens.suite_items import NoSuchPath, ReadProblem, SuiteItem, gather, in_environment, items_of_text

if TYPE_CHECKING:
    from authlens.cli.console.services import CliServices
    from authlens.core.invocation.invocation import Invocation


def items_of(selection: Selection, services: CliServices, environment: str | None = None) -> Sequence[SuiteItem]:
    """At least one item. Raises CommandError."""
    items = found_items(selection, services)
    if not items:
        raise CommandError(_nothing(selection))
    return items if environment is None else _in_environment(items, environment, services)


def found_items(selection: Selection, services: CliServices) -> Sequence[SuiteItem]:
    """The items that PATH, --filter and the tags select, if any. Raises CommandError if a path does not exist."""
    try:
        found = {item.name: item for path in selection.paths for item in _named(path, services)}
    except NoSuchPath as error:
        raise CommandError(str(error)) from error
    return [item for item in found.values() if _is_selected(item, selection)]


def item_of(
    invocation: Invocation, name: str, saved: SavedRequest | None, problem: ReadProblem | None = None
) -> SuiteItem:
    """A stored invocation as an item with its own name, and the file and case that it was sent from."""
    if not invocation.source or saved is None:
        return SuiteItem(name, saved, problem)
    file, case = split_source(invocation.source)
    return SuiteItem(name, saved, problem, Path(file), Case(case, saved, {}) if case else None)


def _named(path: str, services: CliServices) -> Iterator[SuiteItem]:
    if path == STDIN:
        yield from items_of_text(STDIN, read_text(STDIN, services, "a saved request"))
    else:
        yield from gather([Path(path)])


def _is_selected(item: SuiteItem, selection: Selection) -> bool:
    """A file that cannot be read may have any tag."""
    if not item.has(selection.filter):
        return False
    if item.saved is None:
        return True
    tags = set(item.saved.suite.tags)
    return (not selection.tag or not tags.isdisjoint(selection.tag)) and tags.isdisjoint(selection.skip_tag)


def _in_environment(items: Sequence[SuiteItem], name: str, services: CliServices) -> Sequence[SuiteItem]:
    from authlens.store.environments import Environments

    environments = Environments(name, Path.cwd())
    try:
        for item in items:
            note_environment(environments.of(item.base or Path()), item.base or Path(), services)
        return in_environment(items, environments)
    except LookupError as error:
        raise CommandError(str(error.args[0])) from error


def _nothing(selection: Selection) -> str:
    if not selection.paths:
        return "give the saved requests to run, or folders of them (see 'authlens run --help')"
    where = ", ".join(selection.paths)
    wanted = [f"{selection.filter!r} in its path or description"] if selection.filter else []
    if selection.tag:
        wanted.append(f"the tag {' or '.join(selection.tag)}")
    if selection.skip_tag:
        wanted.append(f"no tag {' or '.join(selection.skip_tag)}")
    if wanted:
        return f"no saved request in {where} has {' and '.join(wanted)}"
    return f"no saved request in {where}; authlens looks for *.yaml and *.yml with a `request:` key"
