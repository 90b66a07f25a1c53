"""Show what the deployed function logged, or what AWS IoT logged of real connections, from CloudWatch Logs."""

from __future__ import annotations

import argparse
import re
from dataclasses import replace
from datetime import timedelta
from typing import TYPE_CHECKING

from authlens.cli.console.diagnostics import CommandError, ExitCode, narrate
from authlens.cli.console.parser import given_name, whole_number
from authlens.cli.console.services import CliServices
from authlens.cli.inputs.saved_requests import REQUEST_HELP, declare_environment, read_saved_request
from authlens.cli.inputs.trust import declare_trust
from authlens.core.text.visible import visible_lines

if TYPE_CHECKING:
    from pathlib import Path

    from authlens.core.invocation.cloud_log import LogLine, LogQuery
    from authlens.core.invocation.invocation import Invocation
    from authlens.core.saved.saved_request import SavedRequest
    from authlens.sending import Sender

_NEW_ENDPOINT = (
    "This command has just started the local endpoint, so there is no log yet: use --history ID for an earlier call, "
    "or send to a running 'authlens serve'."
)
_EXAMPLES = """examples:
  authlens logs --history 42
  authlens logs --request requests/sensor.yaml --since 15m
  authlens logs --request requests/sensor.yaml --connections --since 1h
  authlens logs --request requests/sensor.yaml --group /my/log-group --output json

Requires logs:FilterLogEvents, and iot:DescribeAuthorizer to find the function. Lines reach CloudWatch with a delay of
some seconds. --connections reads AWSIotLogsV2, which AWS IoT writes when its logging is enabled, for the request's
client id. A running local endpoint (--request with its URL as endpointUrl) answers too, with what its functions
printed. For a local invocation, --history prints the log that the history has."""

_LONGEST = timedelta(days=3653)
"""The longest retention of CloudWatch Logs, ten years."""
_UNITS = {"s": "seconds", "m": "minutes", "h": "hours", "d": "days"}


def declare(parser: argparse.ArgumentParser) -> None:
    parser.epilog = _EXAMPLES
    what = parser.add_mutually_exclusive_group(required=True)
    what.add_argument(
        "--request", metavar="FILE", type=given_name, help=f"the log of its authorizer's function: {REQUEST_HELP}"
    )
    what.add_argument(
        "--history", metavar="ID", type=whole_number, help="an invocation from the history: the log around its time"
    )
    declare_environment(parser)
    parser.add_argument(
        "--since",
        metavar="TIME",
        type=_duration,
        help="how far back to read: 30s, 15m, 2h, 1d (default 10m; not with --history)",
    )
    parser.add_argument(
        "--connections", action="store_true", help="show what AWS IoT logged about the client's connections"
    )
    parser.add_argument("--group", metavar="NAME", help="the log group (default: the function's usual one)")
    declare_trust(parser)
    parser.add_argument("--reveal", action="store_true", help="show secrets of the request that the log repeats")
    parser.add_argument("--output", choices=("text", "json"), default="text")


def _duration(text: str) -> timedelta:
    found = re.fullmatch(r"([0-9]{1,6})([smhd])", text)
    if found is None:
        raise argparse.ArgumentTypeError(f"{text!r} is not a duration; write one such as 30s, 15m, 2h or 1d")
    back = timedelta(**{_UNITS[found[2]]: int(found[1])})
    if back > _LONGEST:
        raise argparse.ArgumentTypeError(f"{text!r} is longer than CloudWatch keeps logs, {_LONGEST.days}d")
    return back


def run(arguments: argparse.Namespace, services: CliServices) -> ExitCode:
    from authlens.cli.inputs.asked_of_aws import ask

    saved, base, invocation = _subject(arguments, services)
    if invocation is not None and invocation.target.local is not None and not arguments.connections:
        _write_recorded(arguments, services, invocation)
        return ExitCode.DONE
    with services.sender() as sender:
        query = _query(arguments, services, sender, saved, base, invocation)
        lines = ask(f"FilterLogEvents of {query.group}", lambda: sender.log(query, saved.target, base))
    _write(arguments, services, query, lines if arguments.reveal else _redacted(lines, saved, invocation))
    if not lines and saved.target.local is not None:
        narrate(_NEW_ENDPOINT, services.stderr)
    return ExitCode.DONE


def _write_recorded(arguments: argparse.Namespace, services: CliServices, invocation: Invocation) -> None:
    """A local endpoint keeps no log after it ends; the history has what the function printed."""
    from authlens.core.secrets.invocation_redaction import redactor_of

    text = invocation.function_log or ""
    text = text if arguments.reveal else redactor_of(invocation).text(text)
    if arguments.output == "json":
        at = invocation.started_at.isoformat()
        lines = [{"at": at, "stream": "", "text": line} for line in text.splitlines(keepends=True)]
        services.output.json({"group": None, "since": at, "until": at, "lines": lines})
    elif text:
        services.output.write(visible_lines(text if text.endswith("\n") else f"{text}\n"))
    else:
        narrate("the history has no function log for this invocation", services.stderr)


def _redacted(lines: tuple[LogLine, ...], saved: SavedRequest, invocation: Invocation | None) -> tuple[LogLine, ...]:
    from authlens.core.secrets.invocation_redaction import redactor_of
    from authlens.core.secrets.redaction import Redactor, secrets_of

    redactor = redactor_of(invocation) if invocation else Redactor(secrets_of(saved.request))
    return tuple(replace(line, text=redactor.text(line.text)) for line in lines)


def _subject(
    arguments: argparse.Namespace, services: CliServices
) -> tuple[SavedRequest, Path | None, Invocation | None]:
    from authlens.cli.inputs.of_history import noted_origin, of_history
    from authlens.core.saved.saved_request import SavedRequest

    if arguments.history is None:
        return (*read_saved_request(arguments.request, services, arguments.environment, arguments.trust), None)
    if arguments.since is not None:
        raise CommandError("--since is for --request; an invocation from the history has its own time")
    invocation = of_history(arguments.history, services)
    base, _ = noted_origin(invocation, arguments.trust, services)
    return SavedRequest(invocation.request, target=invocation.target), base, invocation


def _query(
    arguments: argparse.Namespace,
    services: CliServices,
    sender: Sender,
    saved: SavedRequest,
    base: Path | None,
    invocation: Invocation | None,
) -> LogQuery:
    from authlens.cli.inputs.asked_of_aws import describe
    from authlens.core.invocation.cloud_log import LogQuery, connections_query, function_query, window

    now = services.now()
    since, until = window(invocation) if invocation else (now - (arguments.since or timedelta(minutes=10)), now)
    if arguments.connections:
        query = connections_query(saved.request.client_id, since, until)
    elif arguments.group is not None:
        query = LogQuery(arguments.group, since, until)
    else:
        query = function_query(describe(sender, saved, base), since, until)
    return query if arguments.group is None else replace(query, group=arguments.group)


def _write(arguments: argparse.Namespace, services: CliServices, query: LogQuery, lines: tuple[LogLine, ...]) -> None:
    from authlens.core.invocation.cloud_log import LATE, log_text

    if arguments.output == "json":
        services.output.json(
            {
                "group": query.group,
                "since": query.since.isoformat(),
                "until": query.until.isoformat(),
                "lines": [{"at": line.at.isoformat(), "stream": line.stream, "text": line.text} for line in lines],
            }
        )
        return
    services.output.write(visible_lines(log_text(lines)))
    if not lines:
        narrate(f"nothing was logged in {query.group} during that time. {LATE}", services.stderr)
