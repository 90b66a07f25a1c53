"""Run saved requests as a suite: send each, hold the answer to what its `expect:` promises, and say what differs."""

from __future__ import annotations

import argparse

from authlens.cli.console.diagnostics import CommandError, ExitCode
from authlens.cli.console.services import World

_EXAMPLES = """examples:
  authlens run requests/                                   every saved request in the folder and below it
  authlens run requests/ --serve authorizers.yaml          all of them to the local endpoint, started for the run
  authlens run requests/ --filter sensor --junit junit.xml --github
  authlens run requests/sensor.yaml --repeat 50            with a summary of the latency
  authlens run requests/ --history ''                      judge what the history holds, and call nothing
  authlens run --history sensor --allow 'iot:Publish topic/sensors/7/data'
  authlens run --replay 41 42                              send old requests again; is the answer the same?
  authlens run requests/sensor.yaml --target local=authorizers.yaml --target profile=prod,region=eu-west-1
  authlens run requests/sensor.yaml --negative requests/refused

Exit code 0: all expectations kept, 1: one was broken, 2: an item could not be judged (an error where none was
expected, an invalid file). The keys of `expect:` and of --output json are listed in docs/run.md."""


_UNHEEDED = {
    "--history": ("--repeat", "--serve"),
    "--replay": ("--repeat", "--filter"),
    "--target": ("--repeat", "--serve", "--fail-fast"),
    "--negative": ("--repeat", "--serve", "--fail-fast", "--junit", "--github"),
}
"""What another way to run does not heed is refused, so that nobody trusts in it."""


def declare(parser: argparse.ArgumentParser) -> None:
    parser.epilog = _EXAMPLES
    parser.add_argument("paths", nargs="*", metavar="PATH", help="saved requests, or folders of them")
    parser.add_argument("--filter", metavar="TEXT", help="only those whose path or description contains TEXT")
    parser.add_argument("--repeat", type=_count, default=1, metavar="N", help="send each N times and show the latency")
    parser.add_argument(
        "--concurrency", type=_count, metavar="N", help="calls at once (default: up to 8 locally, 4 for AWS)"
    )
    parser.add_argument("--fail-fast", action="store_true", help="stop at the first that is not kept")
    parser.add_argument("--output", choices=("text", "json"), default="text", help="json: one object a line")
    parser.add_argument("--junit", metavar="FILE", help="write the results as JUnit XML too")
    parser.add_argument("--github", action="store_true", help="annotate what failed, in GitHub's workflow commands")
    parser.add_argument("--serve", metavar="FILE", help="start the local endpoint of this file and send all to it")
    parser.add_argument("--no-history", action="store_true", help="do not record the invocations")
    _declare_other_ways(parser)


def _declare_other_ways(parser: argparse.ArgumentParser) -> None:
    group = parser.add_argument_group("instead of running the suite")
    group.add_argument("--history", metavar="QUERY", help="judge the stored invocations that QUERY finds; '' is all")
    group.add_argument("--allow", action="append", default=[], metavar="'ACTION RESOURCE'", help="with --history")
    group.add_argument("--deny", action="append", default=[], metavar="'ACTION RESOURCE'", help="with --history")
    group.add_argument("--replay", nargs="+", type=_count, metavar="ID", help="send stored requests again and compare")
    group.add_argument(
        "--target",
        action="append",
        metavar="KEY=VALUE,…",
        help="send each request to every target named and compare with the first; keys: local, profile, region, "
        "endpointUrl, authorizer",
    )
    group.add_argument("--negative", metavar="DIR", help="write requests that must be refused, made from the good ones")


def run(arguments: argparse.Namespace, world: World) -> ExitCode:
    if (arguments.allow or arguments.deny) and arguments.history is None:
        raise CommandError("--allow and --deny are questions to stored invocations: use them with --history QUERY")
    ways = {"--history": arguments.history, "--replay": arguments.replay, "--target": arguments.target}
    chosen = [name for name, value in {**ways, "--negative": arguments.negative}.items() if value is not None]
    if len(chosen) > 1:
        raise CommandError(f"{' and '.join(chosen)} exclude each other")
    for option in _UNHEEDED[chosen[0]] if chosen else ():
        if getattr(arguments, option.removeprefix("--").replace("-", "_")) not in (None, False, 1):
            raise CommandError(f"{option} does nothing with {chosen[0]}; leave it out")
    return _way(chosen[0] if chosen else None, arguments, world)


def _way(name: str | None, arguments: argparse.Namespace, world: World) -> ExitCode:
    if name == "--replay":
        from authlens.cli.run.replay import replay as way
    elif name == "--history":
        from authlens.cli.run.history import judge_history as way
    elif name == "--negative":
        from authlens.cli.run.negative import write_negative_cases as way
    elif name == "--target":
        from authlens.cli.run.targets import compare_targets as way
    else:
        from authlens.cli.run.suite import run_suite as way
    return way(arguments, world)


def _count(text: str) -> int:
    """A number from 1 on."""
    if not text.isascii() or not text.isdigit() or not int(text):
        raise argparse.ArgumentTypeError(f"{text!r} is not a number from 1 on")
    return int(text)
