"""`run --target …`: sends each request to several targets, and compares the answers with those of the first."""

from __future__ import annotations

import json
from collections.abc import Iterator, Sequence
from dataclasses import replace
from typing import Any

from authlens.cli.console.diagnostics import CommandError, ExitCode, narrate
from authlens.cli.console.services import CliServices
from authlens.cli.run.items import items_of
from authlens.cli.run.options import Reporting, TargetOptions
from authlens.cli.run.report import as_json, summary
from authlens.cli.run.suite import (
    AWS_CONCURRENCY,
    annotate_result,
    check_items,
    check_junit,
    exit_code,
    open_suite,
    write_reports,
)
from authlens.cli.run.workers import Workers
from authlens.core.compare.changes import result_words
from authlens.core.compare.compare import compare
from authlens.core.expect.check import JudgementState, milliseconds
from authlens.core.expect.judgement_text import WORDS, explanation
from authlens.core.invocation.invocation import Invocation
from authlens.core.request.target import DEMO
from authlens.core.saved.destination import Destination, read_destination
from authlens.core.text.visible import visible
from authlens.frozen import dataclass
from authlens.suite import Result
from authlens.suite_items import SuiteItem
from authlens.user_path import user_path


@dataclass(frozen=True, slots=True)
class Compared:
    """The result at one target, or in one way, compared with the first."""

    label: str
    result: Result
    differences: tuple[str, ...]


def compare_targets(options: TargetOptions, services: CliServices) -> ExitCode:
    destinations = [_read(text) for text in options.target]
    reported: list[Compared] = []
    check_junit(options.reporting.junit)
    with open_suite(None, options.no_history, services) as suite:
        items = items_of(options.selection, services, options.environment)
        jobs = [_there(item, destination) for item in items for destination in _of(item, destinations)]
        for destination in destinations:
            services.gate().vouch(destination.target)
        check_items(jobs, options.trust, services)
        suite.begin(jobs)
        results = Workers(suite.run, options.concurrency or AWS_CONCURRENCY).run(jobs)
        for item in items:
            row = list(_compared(_of(item, destinations), results))
            reported += row
            write_row(item, row, options.reporting, services)
    return finished(reported, options.reporting, services)


def _read(text: str) -> Destination:
    """A `local` path is relative to the working folder, wherever the saved request is. Raises CommandError."""
    try:
        destination = read_destination(text)
        local = destination.values.get("local", DEMO)
        absolute = {} if local == DEMO else {"local": str(user_path(local).absolute())}
    except ValueError as error:
        raise CommandError(f"--target {error}") from error
    return replace(destination, values={**destination.values, **absolute})


def _of(item: SuiteItem, destinations: Sequence[Destination]) -> Sequence[Destination]:
    """A file that cannot be read is reported once."""
    return destinations if item.saved else destinations[:1]


def _there(item: SuiteItem, destination: Destination) -> SuiteItem:
    name = f"{item.name} [{destination.text}]"
    return replace(item, name=name, saved=item.saved and destination.of(item.saved))


def _compared(destinations: Sequence[Destination], results: Iterator[Result]) -> Iterator[Compared]:
    first: Result | None = None
    for destination in destinations:
        result = next(results)
        first = first or result
        yield Compared(destination.text, result, tuple(differences(first, result)))


def differences(first: Result, result: Result) -> Iterator[str]:
    """Only in the answers: different authorizers and targets are expected."""
    if first is not result and first.invocation and result.invocation:
        comparison = compare(first.invocation, replace(result.invocation, request=first.invocation.request))
        yield from comparison.differing


def write_row(
    item: SuiteItem, row: Sequence[Compared], reporting: Reporting, services: CliServices, kind: str = "target"
) -> None:
    """The table of one item, and its annotations. kind: what the rows are, `target` or `way`."""
    if reporting.output == "json":
        services.output.line(json.dumps(_json(item, row, kind)))
    else:
        _write_text(item, row, services, kind)
    for each in row:
        annotate_result(each.result, reporting, services)


def _write_text(item: SuiteItem, row: Sequence[Compared], services: CliServices, kind: str) -> None:
    services.output.line(visible(f"{item.name}  {item.title}" if item.title != item.name else item.name))
    for line in _table(row, kind):
        services.output.line(f"  {line}".rstrip())
    for each in row:
        lines = [visible(line) for line in _details(each)]
        if lines:
            services.output.line(f"  {visible(each.label)}")
            services.output.write("".join(f"    {line}\n" for line in lines))


def _details(each: Compared) -> Iterator[str]:
    redact = each.result.redactor.text
    yield from (redact(f"differs: {words}") for words in each.differences)
    yield from redact(explanation(each.result.judgement, each.result.invocation)).splitlines()
    yield from (redact(f"likely cause: {cause}") for cause in _causes(each.result))


def _causes(result: Result) -> Sequence[str]:
    """Why a connection that should have been accepted was refused: the likeliest cause only."""
    invocation = result.invocation
    if result.judgement.state is JudgementState.KEPT or invocation is None or invocation.device is None:
        return ()
    from authlens.core.verdict.probe_verdict import likely_causes  # a connection is rarely refused

    return likely_causes(invocation, invocation.device)[:1]


def _table(row: Sequence[Compared], kind: str) -> Iterator[str]:
    rows = [(kind, "result", "answer", "time", "difference from the first"), *map(_cells, row)]
    widths = [max(len(cells[column]) for cells in rows) for column in range(4)]
    for cells in rows:
        padded = (cell.ljust(width) for cell, width in zip(cells, widths, strict=False))
        yield "  ".join((*padded, cells[4]))


def _cells(each: Compared) -> tuple[str, str, str, str, str]:
    result = each.result

    def redact(text: str) -> str:
        return visible(result.redactor.text(text))

    return (
        visible(each.label),
        WORDS[result.state],
        redact(_answer(result.invocation)) if result.invocation else "",
        milliseconds(result.invocation.duration) if result.invocation else "",
        redact(_first(each.differences)),
    )


def _answer(invocation: Invocation) -> str:
    if invocation.device is None:
        return result_words(invocation.result)
    from authlens.core.compare.connections import connection_words  # a suite rarely connects

    return connection_words(invocation.device, invocation.result)


def _first(differences: Sequence[str]) -> str:
    more = f" (and {len(differences) - 1} more)" if len(differences) > 1 else ""
    return "".join(differences[:1]) + more


def _json(item: SuiteItem, row: Sequence[Compared], kind: str) -> dict[str, Any]:
    return {
        "name": item.name,
        "description": item.saved.description if item.saved else None,
        f"{kind}s": [
            {
                kind: each.label,
                "equalToFirst": not each.differences,
                "differences": each.result.redactor.values(list(each.differences)),
                **{key: value for key, value in as_json(each.result).items() if key not in ("name", "description")},
            }
            for each in row
        ],
    }


def finished(
    reported: Sequence[Compared], reporting: Reporting, services: CliServices, kind: str = "target"
) -> ExitCode:
    results = [each.result for each in reported]
    write_reports(reporting, results, (), services)
    different = sum(bool(each.differences) for each in reported)
    differ = "1 answer differs" if different == 1 else f"{different} answers differ"
    text = f"{summary(results, 0)}; {differ} from the first {kind}'s"
    if reporting.output == "json":
        narrate(text, services.stderr)
    else:
        services.output.line(text)
    code = exit_code(results)
    return ExitCode.NO if code is ExitCode.DONE and different else code
