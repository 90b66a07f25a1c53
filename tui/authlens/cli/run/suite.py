"""The suite itself: items to workers, results to reports, and the exit code."""

from __future__ import annotations

import argparse
import os
from collections.abc import Callable, Generator, Iterable, Iterator, Sequence
from contextlib import closing, contextmanager
from dataclasses import replace
from pathlib import Path

from authlens.cli.console.diagnostics import CommandError, ExitCode, narrate
from authlens.cli.console.services import World
from authlens.cli.run.items import items_of
from authlens.cli.run.report import JsonReport, Report, TextReport
from authlens.cli.run.run_progress import Progress
from authlens.cli.run.workers import Workers
from authlens.core.expect.check import State
from authlens.core.invocation.invocation import Invocation
from authlens.core.invocation.latency import cold_and_warm
from authlens.core.request.target import Target
from authlens.core.text.url import is_loopback
from authlens.suite import Result, Suite
from authlens.suite_items import Item

LOCAL_CONCURRENCY = min(8, 2 * (os.cpu_count() or 1))
"""More calls at once would start more processes of a function than there are processors to run them."""
AWS_CONCURRENCY = 4


def run_suite(arguments: argparse.Namespace, world: World) -> ExitCode:
    with open_suite(arguments, world) as suite:
        check_junit(arguments.junit)
        items = ready_items(suite, arguments)
        concurrency = arguments.concurrency or concurrency_for(items, arguments.serve)
        results = Workers(suite.run, concurrency).run([item for item in items for _ in range(arguments.repeat)])
        return report(grouped(results, arguments.repeat), items, arguments, world)


@contextmanager
def open_suite(arguments: argparse.Namespace, world: World) -> Iterator[Suite]:
    """A suite over the sender and the history of this run."""
    history = None if arguments.no_history else world.open_history()
    try:
        with world.sender() as sender:
            serve = Path(arguments.serve) if arguments.serve else None
            yield Suite(sender, world.environ, serve, history.record if history else None)
    finally:
        if history:
            if history.problem:
                narrate(f"authlens: nothing is recorded: {history.problem}", world.stderr)
            history.close()


def ready_items(suite: Suite, arguments: argparse.Namespace) -> Sequence[Item]:
    """The items, read while their endpoints start."""
    suite.begin()
    items = items_of(arguments)
    suite.begin(items)
    failure = suite.ready()
    if failure:
        raise CommandError(failure.message or failure.error)
    return items


def concurrency_for(items: Iterable[Item], serve: str | None) -> int:
    local = serve or all(item.saved is None or _is_local(item.saved.target) for item in items)
    return LOCAL_CONCURRENCY if local else AWS_CONCURRENCY


def report(
    results: Generator[list[Result], None, None], items: Sequence[Item], arguments: argparse.Namespace, world: World
) -> ExitCode:
    """Report each item's results as they come, and all of them at the end. `items`: all of them, where they are known.

    Results come in the order of the items.
    """
    form = report_form(arguments, world)
    progress = Progress(len(items) or None, world.stderr, world.environ)
    told: list[Result] = []
    invocations: list[Invocation] = []
    progress.show(0)
    with _ending(lambda: _finish(form, told, invocations, items, arguments), progress), closing(results):
        for group in results:
            result = merged(group)
            told.append(result)
            invocations += (each.invocation for each in group if each.invocation)
            progress.clear()
            form.result(result)
            annotate_result(result, arguments, world)
            progress.show(len(told))
            if arguments.fail_fast and result.state is not State.KEPT:
                break
    return exit_code(told)


@contextmanager
def _ending(finish: Callable[[], None], progress: Progress) -> Iterator[None]:
    """Finish the reports, after Ctrl-C too: what was judged until then is not lost."""
    try:
        yield
    except KeyboardInterrupt:
        progress.clear()
        finish()
        raise
    progress.clear()
    finish()


def report_form(arguments: argparse.Namespace, world: World) -> Report:
    if arguments.output == "json":
        return JsonReport(world.output, world.stderr)
    return TextReport(world.output, _is_read_by_github(arguments, world))


def _is_read_by_github(arguments: argparse.Namespace, world: World) -> bool:
    return bool(arguments.github) or world.environ.get("GITHUB_ACTIONS") == "true"


def exit_code(results: Iterable[Result]) -> ExitCode:
    states = {result.state for result in results}
    if State.UNJUDGED in states:
        return ExitCode.UNJUDGED
    return ExitCode.NO if State.BROKEN in states else ExitCode.DONE


def merged(results: Sequence[Result]) -> Result:
    """The results of one item as one: the worst of them, with how often it was not kept."""
    if len(results) == 1:
        return results[0]
    worst = max(results, key=lambda result: _WORSE.index(result.state))
    durations = tuple(result.invocation.duration for result in results if result.invocation)
    judgement = worst.judgement
    if worst.state is not State.KEPT:
        often = f"{sum(result.state is worst.state for result in results)} of {len(results)} times"
        judgement = replace(judgement, reason=f"{judgement.reason} ({often})" if judgement.reason else often)
    return replace(worst, judgement=judgement, durations=durations)


_WORSE = (State.KEPT, State.BROKEN, State.UNJUDGED)


def grouped(results: Generator[Result, None, None], size: int) -> Generator[list[Result], None, None]:
    """The results of each item together."""
    with closing(results):
        group: list[Result] = []
        for result in results:
            group.append(result)
            if len(group) == size:
                yield group
                group = []


def _finish(
    form: Report,
    told: Sequence[Result],
    invocations: Sequence[Invocation],
    items: Sequence[Item],
    arguments: argparse.Namespace,
) -> None:
    latency = cold_and_warm(invocations) if arguments.repeat > 1 else None
    if latency:
        form.latency(latency)
    skipped = items[len(told) :]
    form.end(told, len(skipped))
    if arguments.junit:
        from authlens.cli.run.junit import write_junit

        write_junit(Path(arguments.junit), told, skipped)


def check_junit(name: str | None) -> None:
    """Before anything is sent: a run whose results cannot be kept is no use. Raises CommandError."""
    if not name:
        return
    path = Path(name)
    if path.is_dir():
        raise CommandError(f"cannot write {name}: Is a directory; name a file for --junit")
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
    except OSError as error:
        raise CommandError(f"cannot write {name}: {error.strerror or error}") from error
    if not os.access(path if path.exists() else path.parent, os.W_OK):
        raise CommandError(f"cannot write {name}: Permission denied")


def annotate_result(result: Result, arguments: argparse.Namespace, world: World) -> None:
    """On standard error where standard output is for JSON alone; GitHub reads both."""
    if arguments.github:
        from authlens.cli.run.github import annotate

        for line in annotate(result):
            if arguments.output == "json":
                narrate(line, world.stderr)
            else:
                world.output.line(line)


def _is_local(target: Target) -> bool:
    return bool(target.local) or is_loopback(target.endpoint_url)
