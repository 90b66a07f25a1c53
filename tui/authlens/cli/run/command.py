"""Run saved requests as a suite: send each, check its answer against `expect:`, and report the differences."""

from __future__ import annotations

import argparse

from authlens.cli.console.diagnostics import CommandError, ExitCode
from authlens.cli.console.parser import given_name, whole_number
from authlens.cli.console.services import CliServices
from authlens.cli.inputs.trust import HELP
from authlens.cli.run.options import (
    HistoryOptions,
    NegativeOptions,
    ReplayOptions,
    SuiteOptions,
    TargetOptions,
    ViaOptions,
    read_options,
)

_EXAMPLES = """examples:
  authlens run requests/                                   every saved request in the folder and below it
  authlens run requests/ --serve authorizers.yaml          send all to the local endpoint, started for the run
  authlens run requests/ --filter sensor --junit junit.xml --github
  authlens run requests/sensor.yaml --repeat 50            with a summary of the latency
  authlens run requests/ --history ''                      check what is in the history, and send nothing
  authlens run --history sensor --allow 'iot:Publish topic/sensors/7/data'
  authlens run --replay 41 42                              send old requests again; is the answer the same?
  authlens run requests/sensor.yaml --target local=authorizers.yaml --target profile=prod,region=eu-west-1
  authlens run requests/sensor.yaml --via test,function,mqtt,wss
  authlens run requests/sensor.yaml --negative requests/refused

Exit code 0: all expectations met, 1: one was not met, 2: an item could not be judged (an unexpected error, an invalid
file). For the keys of `expect:` and of --output json, see: authlens help run."""


def declare(parser: argparse.ArgumentParser) -> None:
    parser.epilog = _EXAMPLES
    parser.argument_default = argparse.SUPPRESS
    _declare_selection(parser)
    _declare_suite(parser)
    _declare_reporting(parser)
    _declare_other_ways(parser)


def _declare_selection(parser: argparse.ArgumentParser) -> None:
    parser.add_argument(
        "paths",
        nargs="*",
        metavar="PATH",
        type=given_name,
        default=argparse.SUPPRESS,
        help="saved requests, folders of them, or one case as FILE::NAME; - for standard input",
    )
    parser.add_argument("--filter", metavar="TEXT", help="only those whose path or description contains TEXT")
    parser.add_argument(
        "--tag", action="append", metavar="T", help="only those with this tag; repeat it for any of several tags"
    )
    parser.add_argument("--skip-tag", action="append", metavar="T", help="skip those with this tag")


def _declare_suite(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("--environment", metavar="NAME", help="apply environments/NAME.yaml")
    parser.add_argument("--repeat", type=whole_number, metavar="N", help="send each N times and show the latency")
    parser.add_argument(
        "--concurrency",
        type=whole_number,
        metavar="N",
        help="the number of calls at once (default: up to 8 locally, 4 for AWS)",
    )
    parser.add_argument("--fail-fast", action="store_const", const=True, help="stop at the first that does not pass")
    parser.add_argument(
        "--serve", metavar="FILE", type=given_name, help="start the local endpoint of this file and send all to it"
    )
    parser.add_argument("--no-history", action="store_const", const=True, help="do not record the invocations")
    parser.add_argument("--trust", action="store_const", const=True, help=HELP)


def _declare_reporting(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("--output", choices=("text", "json"), help="json: one object per line")
    parser.add_argument("--junit", metavar="FILE", type=given_name, help="also write the results as JUnit XML")
    parser.add_argument(
        "--github", action="store_const", const=True, help="annotate failures with GitHub workflow commands"
    )


def _declare_other_ways(parser: argparse.ArgumentParser) -> None:
    group = parser.add_argument_group("instead of running the suite")
    group.add_argument("--history", metavar="QUERY", help="check the stored invocations that QUERY finds; '' finds all")
    group.add_argument("--allow", action="append", metavar="'ACTION RESOURCE'", help="with --history")
    group.add_argument("--deny", action="append", metavar="'ACTION RESOURCE'", help="with --history")
    group.add_argument(
        "--replay", nargs="+", type=whole_number, metavar="ID", help="send stored requests again and compare"
    )
    group.add_argument(
        "--target",
        action="append",
        metavar="KEY=VALUE,…",
        help="send each request to every target and compare with the first; keys: local, profile, region, "
        "endpointUrl, authorizer",
    )
    group.add_argument(
        "--via",
        metavar="WAY,…",
        help="send each request in every given way and compare with the first: test, function, local, mqtt, wss, https",
    )
    group.add_argument("--qualifier", metavar="NAME", help="with --via function: a version or an alias")
    group.add_argument("--publish", action="append", metavar="TOPIC[=PAYLOAD]", help="with --via: publish with QoS 1")
    group.add_argument("--subscribe", action="append", metavar="FILTER", help="with --via: subscribe with QoS 1")
    group.add_argument("--endpoint", metavar="HOST[:PORT]", help="with --via: where devices connect")
    group.add_argument("--server-name", metavar="NAME", help="with --via: the TLS server name (SNI), if not the host")
    group.add_argument(
        "--ca-file", metavar="FILE", type=given_name, help="with --via: PEM certificates to trust for connections"
    )
    group.add_argument(
        "--negative",
        metavar="DIR",
        type=given_name,
        help="write requests that must be refused, derived from the good ones",
    )


WAYS = ("history", "replay", "target", "via", "negative")
"""The options that do something other than run the suite."""


def run(arguments: argparse.Namespace, services: CliServices) -> ExitCode:
    chosen = [way for way in WAYS if hasattr(arguments, way)]
    if len(chosen) > 1:
        raise CommandError(f"--{chosen[0]} and --{chosen[1]} cannot be used together")
    if "history" not in chosen and (hasattr(arguments, "allow") or hasattr(arguments, "deny")):
        raise CommandError("--allow and --deny apply to stored invocations; use them with --history QUERY")
    if "replay" in chosen and hasattr(arguments, "paths"):
        raise CommandError("--replay takes ids from the history, and no PATH")
    return _run_way(chosen[0] if chosen else "suite", arguments, services)


def _run_way(way: str, arguments: argparse.Namespace, services: CliServices) -> ExitCode:
    """Each way imports only its own modules."""
    if way == "replay":
        from authlens.cli.run.replay import replay

        return replay(read_options(ReplayOptions, arguments, "--replay"), services)
    if way == "history":
        from authlens.cli.run.history import judge_history

        return judge_history(read_options(HistoryOptions, arguments, "--history"), services)
    if way == "negative":
        from authlens.cli.run.negative import write_negative_cases

        return write_negative_cases(read_options(NegativeOptions, arguments, "--negative"), services)
    if way == "target":
        from authlens.cli.run.targets import compare_targets

        return compare_targets(read_options(TargetOptions, arguments, "--target"), services)
    if way == "via":
        from authlens.cli.run.ways import compare_ways

        return compare_ways(read_options(ViaOptions, arguments, "--via"), services)
    from authlens.cli.run.suite import run_suite

    return run_suite(read_options(SuiteOptions, arguments, "a suite"), services)
