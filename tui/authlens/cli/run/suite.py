"""Runs the suite: passes items to workers and results to reports, and determines the exit code."""

from __future__ import annotations

import os
from collections.abc import Callable, Generator, Iterable, Iterator, Sequence
from contextlib import closing, contextmanager
from dataclasses import replace
from pathlib import Path

from authlens.cli.console.diagnostics import CommandError, ExitCode, narrate
from authlens.cli.console.services import CliServices
from authlens.cli.inputs.saved_requests import STDIN
from authlens.cli.inputs.trust import check_trust
from authlens.cli.run.items import items_of
from authlens.cli.run.options import Reporting, SuiteOptions
from authlens.cli.run.report import JsonReport, SuiteReport, TextReport, terminal_style
from authlens.cli.run.run_progress import Progress
from authlens.cli.run.workers import Workers
from authlens.core.expect.check import JudgementState
from authlens.core.invocation.invocation import Invocation
from authlens.core.invocation.latency import ColdAndWarm, cold_and_warm
from authlens.core.request.target import Target
from authlens.core.text.url import is_loopback
from authlens.suite import Result, Suite
from authlens.suite_items import SuiteItem

LOCAL_CONCURRENCY = min(8, 2 * (os.cpu_count() or 1))
"""More concurrent calls would start more processes of a function than there are processors to run them."""
AWS_CONCURRENCY = 4


def run_suite(options: SuiteOptions, services: CliServices) -> ExitCode:
    with open_suite(options.serve, options.no_history, services) as suite:
        check_junit(options.reporting.junit)
        items = ready_items(suite, options, services)
        concurrency = options.concurrency or concurrency_for(items, options.serve)
        results = Workers(suite.run, concurrency).run([item for item in items for _ in range(options.repeat)])
        groups = grouped(results, options.repeat)
        return report(groups, items, options.reporting, services, options.fail_fast, with_latency=options.repeat > 1)


@contextmanager
def open_suite(serve: str | None, no_history: bool, services: CliServices) -> Iterator[Suite]:
    """A suite with the sender and the history of this run."""
    history = None if no_history else services.open_history()
    try:
        with services.sender() as sender:
            yield Suite(sender, services.environ, Path(serve) if serve else None, history.record if history else None)
    finally:
        if history:
            if history.problem:
                narrate(f"authlens: nothing is recorded: {history.problem}", services.stderr)
            history.close()


def ready_items(suite: Suite, options: SuiteOptions, services: CliServices) -> Sequence[SuiteItem]:
    """The items, read while their endpoints are starting."""
    suite.begin()
    items = items_of(options.selection, services, options.environment)
    check_items(() if options.serve else items, options.trust, services)
    suite.begin(items)
    failure = suite.ready()
    if failure:
        raise CommandError(failure.message or failure.error)
    return items


def check_items(items: Iterable[SuiteItem], trust: bool, services: CliServices) -> None:
    """One item that is not trusted refuses the whole run before anything is sent. Raises CommandError."""
    named = ((item.saved.target, item.base or _typed(item), item.path) for item in items if item.saved)
    check_trust(named, trust, services)


def _typed(item: SuiteItem) -> Path | None:
    """The author of standard input is unknown; it is treated as a file in the working folder."""
    return Path() if item.name.partition("::")[0] == STDIN else None


def concurrency_for(items: Iterable[SuiteItem], serve: str | None) -> int:
    local = serve or all(item.saved is None or _is_local(item.saved.target) for item in items)
    return LOCAL_CONCURRENCY if local else AWS_CONCURRENCY


def report(
    results: Generator[list[Result], None, None],
    items: Sequence[SuiteItem],
    reporting: Reporting,
    services: CliServices,
    fail_fast: bool = False,
    with_latency: bool = False,
) -> ExitCode:
    """Report each item's results as they arrive, and all of them at the end. `items`: all items, if known.

    Results come in the order of the items.
    """
    form = report_form(reporting, services)
    progress = Progress(len(items) or None, services.stderr, services.environ)
    reported: list[Result] = []
    invocations: list[Invocation] = []

    def finish(latency: ColdAndWarm | None) -> None:
        if latency:
            form.latency(latency)
        skipped = items[len(reported) :]
        form.end(reported, len(skipped))
        write_reports(reporting, reported, skipped, services)

    progress.show(0)
    with _ending(lambda: finish(cold_and_warm(invocations) if with_latency else None), progress), closing(results):
        for group in results:
            result = merged(group)
            reported.append(result)
            invocations += (each.invocation for each in group if each.invocation)
            progress.clear()
            form.result(result)
            annotate_result(result, reporting, services)
            progress.show(len(reported))
            if fail_fast and not result.passed:
                break
    return exit_code(reported)


@contextmanager
def _ending(finish: Callable[[], None], progress: Progress) -> Iterator[None]:
    """Finish the reports, also after Ctrl+C, so that the results so far are not lost."""
    try:
        yield
    except KeyboardInterrupt:
        progress.clear()
        finish()
        raise
    progress.clear()
    finish()


def report_form(reporting: Reporting, services: CliServices) -> SuiteReport:
    if reporting.output == "json":
        return JsonReport(services.output, services.stderr)
    style = terminal_style(services.output, services.environ)
    return TextReport(services.output, _is_read_by_github(reporting, services), style)


def _is_read_by_github(reporting: Reporting, services: CliServices) -> bool:
    return reporting.github or services.environ.get("GITHUB_ACTIONS") == "true"


def exit_code(results: Iterable[Result]) -> ExitCode:
    states = {result.state for result in results}
    if JudgementState.UNJUDGED in states:
        return ExitCode.UNJUDGED
    return ExitCode.NO if JudgementState.BROKEN in states else ExitCode.DONE


def merged(results: Sequence[Result]) -> Result:
    """The results of one item as one: the worst of them, with how often it occurred."""
    if len(results) == 1:
        return results[0]
    worst = max(results, key=lambda result: _WORSE.index(result.state))
    durations = tuple(result.invocation.duration for result in results if result.invocation)
    judgement = worst.judgement
    if not worst.passed:
        often = f"{sum(result.state is worst.state for result in results)} of {len(results)} times"
        judgement = replace(judgement, reason=f"{judgement.reason} ({often})" if judgement.reason else often)
    return replace(worst, judgement=judgement, durations=durations)


_WORSE = (JudgementState.SKIPPED, JudgementState.KEPT, JudgementState.BROKEN, JudgementState.UNJUDGED)


def grouped(results: Generator[Result, None, None], size: int) -> Generator[list[Result], None, None]:
    """The results, grouped by item."""
    with closing(results):
        group: list[Result] = []
        for result in results:
            group.append(result)
            if len(group) == size:
                yield group
                group = []


def write_reports(
    reporting: Reporting, results: Sequence[Result], skipped: Sequence[SuiteItem], services: CliServices
) -> None:
    """The reports that are files. `skipped`: what the run did not reach."""
    if reporting.junit:
        from authlens.cli.run.junit import write_junit

        write_junit(Path(reporting.junit), results, skipped)
    summary = services.environ.get("GITHUB_STEP_SUMMARY")
    if summary:
        from authlens.cli.run.summary import append_summary

        append_summary(Path(summary), results, skipped, services)


def check_junit(name: str | None) -> None:
    """Checked before anything is sent, because results that cannot be written are useless. Raises CommandError."""
    if not name:
        return
    path = Path(name)
    if path.is_dir():
        raise CommandError(f"cannot write {name}: Is a directory; give a file for --junit")
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
    except OSError as error:
        raise CommandError(f"cannot write {name}: {error.strerror or error}") from error
    if not os.access(path if path.exists() else path.parent, os.W_OK):
        raise CommandError(f"cannot write {name}: Permission denied")


def annotate_result(result: Result, reporting: Reporting, services: CliServices) -> None:
    """On standard error if standard output is JSON; GitHub reads both."""
    if reporting.github:
        from authlens.cli.run.github import annotate

        for line in annotate(result, services.environ):
            if reporting.output == "json":
                narrate(line, services.stderr)
            else:
                services.output.line(line)


def _is_local(target: Target) -> bool:
    return bool(target.local) or is_loopback(target.endpoint_url)
