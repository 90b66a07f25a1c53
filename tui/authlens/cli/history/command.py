"""The history of invocations: list, show, export and clear it. Secrets are redacted unless --reveal is given."""

from __future__ import annotations

import argparse
import json
from typing import TYPE_CHECKING

from authlens.cli.console.diagnostics import CommandError, ExitCode, narrate
from authlens.cli.console.parser import whole_number
from authlens.core.invocation.verdict_word import listed_word
from authlens.core.text.visible import visible

if TYPE_CHECKING:
    from collections.abc import Iterator

    from authlens.cli.console.services import CliServices
    from authlens.core.invocation.invocation import Invocation
    from authlens.store.history.history import History, HistoryRow

_EXAMPLES = """examples:
  authlens history list
  authlens history list --search "sensor refused" --limit 20
  authlens history show 42
  authlens history show 42 --output json --reveal
  authlens history export > invocations.jsonl
  authlens history clear --yes

A search finds invocations that contain every word in the kind (function, device, probe), authorizer, principal,
verdict, error, target, saved request, client id, username or server name; today, yesterday or a date such as
2026-11-28 finds those of that day. Secrets are printed as [redacted]."""

_PAGE = 500


def declare(parser: argparse.ArgumentParser) -> None:
    parser.epilog = _EXAMPLES
    actions = parser.add_subparsers(dest="action", required=True, metavar="list|show|export|clear")
    for name, (summary, declare_options) in _ACTIONS.items():
        examples = "\n".join(line for line in _EXAMPLES.splitlines() if line.startswith(f"  authlens history {name}"))
        action = actions.add_parser(
            name, help=summary, description=f"{summary.capitalize()}.", epilog=f"examples:\n{examples}"
        )
        declare_options(action)


def _declare_list(parser: argparse.ArgumentParser) -> None:
    _add_search(parser)
    parser.add_argument("--limit", type=whole_number, default=50, metavar="N", help="list at most N (default 50)")
    parser.add_argument("--before", type=whole_number, metavar="ID", help="list only those older than this one")
    parser.add_argument("--output", choices=("text", "json"), default="text")


def _declare_show(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("id", type=whole_number, metavar="ID", help="an id from 'history list'")
    parser.add_argument("--output", choices=("text", "json"), default="text")
    _add_reveal(parser)


def _declare_export(parser: argparse.ArgumentParser) -> None:
    _add_search(parser)
    parser.add_argument("--output", choices=("json",), default="json")
    _add_reveal(parser)


def _declare_clear(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("--yes", action="store_true", help="do not ask for confirmation (required without a terminal)")


_ACTIONS = {
    "list": ("one line per invocation, newest first", _declare_list),
    "show": ("everything about one invocation", _declare_show),
    "export": ("every invocation as JSON, one per line, newest first", _declare_export),
    "clear": ("delete every invocation, and erase its data from disk", _declare_clear),
}


def _add_search(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("--search", default="", metavar="TEXT", help="only those that contain every word")


def _add_reveal(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("--reveal", action="store_true", help="show tokens, passwords and signatures")


def run(arguments: argparse.Namespace, services: CliServices) -> ExitCode:
    action = {"list": _list, "show": _show, "export": _export, "clear": _clear}[arguments.action]
    with services.open_history() as history:
        code = action(arguments, history, services)
        if history.problem is not None:
            raise CommandError(history.problem, ExitCode.OTHER)
        return code


def _list(arguments: argparse.Namespace, history: History, services: CliServices) -> ExitCode:
    rows = history.with_client_ids(history.page(arguments.search, arguments.before, arguments.limit))
    if arguments.output == "json":
        for row in rows:
            services.output.line(json.dumps(_row_json(row)))
        return ExitCode.DONE
    if rows:
        services.output.write(_table([_HEADINGS, *map(_cells, rows)]))
    if len(rows) == arguments.limit:
        narrate(f"for older ones: --before {rows[-1].number}", services.stderr)
    return ExitCode.DONE


_HEADINGS = (
    "ID",
    "TIME",
    "VERDICT",
    "AUTHORIZER",
    "CLIENT ID",
    "PRINCIPAL",
    "KIND",
    "DURATION",
    "TARGET",
    "SAVED REQUEST",
)


def _cells(row: HistoryRow) -> tuple[str, ...]:
    cells = (
        str(row.number),
        f"{row.started_at.astimezone():%Y-%m-%d %H:%M:%S}",
        listed_word(row.verdict, row.error),
        row.authorizer,
        row.client_id or "",
        row.principal or "",
        row.kind or "",
        f"{row.duration * 1000:.0f} ms",
        row.target,
        row.source or "",
    )
    return tuple(visible(cell) for cell in cells)


def _table(rows: list[tuple[str, ...]]) -> str:
    widths = [max(map(len, column)) for column in zip(*rows, strict=True)]
    lines = ("  ".join(cell.ljust(width) for cell, width in zip(row, widths, strict=True)) for row in rows)
    return "".join(f"{line.rstrip()}\n" for line in lines)


def _row_json(row: HistoryRow) -> dict[str, str | float | None]:
    return {
        "id": row.number,
        "startedAt": row.started_at.isoformat(),
        "kind": row.kind,
        "verdict": row.verdict,
        "error": row.error,
        "authorizerName": row.authorizer or None,
        "clientId": row.client_id or None,
        "principalId": row.principal,
        "duration": row.duration,
        "target": row.target,
        "source": row.source,
    }


def _show(arguments: argparse.Namespace, history: History, services: CliServices) -> ExitCode:
    invocation = history.get(arguments.id)
    if invocation is None:
        raise CommandError(history.problem or f"the history has no invocation {arguments.id}")
    shown = _shown(invocation, arguments.reveal)
    if arguments.output == "json":
        from authlens.core.invocation.invocation_json import to_json

        services.output.json(to_json(shown))
        return ExitCode.DONE
    from authlens.cli.history.text import invocation_text

    services.output.write(invocation_text(shown))
    return ExitCode.DONE


def _export(arguments: argparse.Namespace, history: History, services: CliServices) -> ExitCode:
    from authlens.core.invocation.invocation_json import to_json

    for number in _numbers(history, arguments.search):
        invocation = history.get(number)
        # Another instance may have deleted it in the meantime.
        if invocation is not None:
            services.output.line(json.dumps(to_json(_shown(invocation, arguments.reveal))))
    return ExitCode.DONE


def _numbers(history: History, search: str) -> Iterator[int]:
    rows = history.page(search, None, _PAGE)
    while rows:
        yield from (row.number for row in rows)
        rows = history.page(search, rows[-1].number, _PAGE)


def _shown(invocation: Invocation, reveal: bool) -> Invocation:
    from authlens.core.secrets.invocation_redaction import redact_invocation

    return invocation if reveal else redact_invocation(invocation)


def _clear(arguments: argparse.Namespace, history: History, services: CliServices) -> ExitCode:
    if not arguments.yes and not _agreed(history, services):
        return ExitCode.NO
    if history.clear():
        narrate("the history is empty", services.stderr)
    return ExitCode.DONE


def _agreed(history: History, services: CliServices) -> bool:
    if services.stdin is None or not services.stdin.isatty():
        raise CommandError("history clear permanently deletes every invocation; without a terminal, confirm with --yes")
    count = history.count()
    narrate(f"Permanently delete {count} {'invocation' if count == 1 else 'invocations'}? [y/N]", services.stderr)
    return services.stdin.readline().strip().lower() in ("y", "yes")
