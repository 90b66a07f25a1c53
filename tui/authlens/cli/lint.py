"""Check policies, answers, saved requests and authorizers for what AWS refuses and what does not do what it seems to.

Nothing is sent, and no function is run.
"""

from __future__ import annotations

import argparse
import json
from collections.abc import Iterator
from pathlib import Path
from typing import TYPE_CHECKING, Any

from authlens.cli.console.diagnostics import CommandError, ExitCode, complain, narrate
from authlens.cli.console.parser import given_name
from authlens.cli.console.services import CliServices
from authlens.cli.inputs.policies import other_than_policy, read_policy_text
from authlens.cli.inputs.project_files import FileFinding, lint_project_file
from authlens.core.text.visible import visible
from authlens.frozen import dataclass

if TYPE_CHECKING:
    from authlens.core.invocation.invocation import Invocation
    from authlens.core.lint.rule import LintFinding
    from authlens.core.policy.policy_file import PolicyFile
    from authlens.core.text.json_reader import Span

_EXAMPLES = """examples:
  authlens lint policy.json
  authlens lint --strict policies/*.json
  authlens lint outcome.json --client-id sensor-7 --region us-west-2 --account 123456789012
  authlens lint --github authorizers.yaml requests/*.yaml
  authlens lint --rules

One finding per line: FILE:LINE:COLUMN: SEVERITY ID message. Exit code 1 if there is an error, 252 if a file
cannot be read (the others are still checked), otherwise 0.
For the rules and the keys of --output json, see: authlens help lint."""


def declare(parser: argparse.ArgumentParser) -> None:
    parser.epilog = _EXAMPLES
    parser.add_argument(
        "files",
        nargs="*",
        metavar="FILE",
        type=given_name,
        help="policies or an outcome as JSON, a saved request, an authorizers.yaml or a template; - for standard input",
    )
    parser.add_argument("--strict", action="store_true", help="also exit with 1 for warnings")
    parser.add_argument("--client-id", metavar="ID", help="check that the client with this id may connect")
    parser.add_argument("--region", metavar="REGION", help="the authorizer's: report ARNs of another")
    parser.add_argument("--account", metavar="ACCOUNT", help="the authorizer's: report ARNs of another")
    parser.add_argument("--github", action="store_true", help="also annotate findings with GitHub workflow commands")
    parser.add_argument("--rules", action="store_true", help="list every rule with its reason, fix and source")
    parser.add_argument("--output", choices=("text", "json"), default="text")


def run(arguments: argparse.Namespace, services: CliServices) -> ExitCode:
    if arguments.rules:
        return _list_rules(arguments.output, services)
    if not arguments.files:
        raise CommandError("lint needs a FILE, or --rules (see 'authlens lint --help')")
    checked = list(_readable(arguments, services))
    unread = len(checked) < len(arguments.files)
    if unread and not checked:
        return ExitCode.USAGE
    if arguments.output == "json":
        services.output.json(_as_json(checked))
    else:
        _write_text(checked, services)
    if arguments.github:
        _annotate(checked, arguments.output == "json", services)
    if unread:
        return ExitCode.USAGE
    failing = {"error", "warning"} if arguments.strict else {"error"}
    failed = any(found.finding.severity in failing for file in checked for found in file.found)
    return ExitCode.NO if failed else ExitCode.DONE


def _readable(arguments: argparse.Namespace, services: CliServices) -> Iterator[_Checked]:
    """Each file that can be read; an error is printed for each of the others."""
    for name in arguments.files:
        try:
            yield _check(name, arguments, services)
        except CommandError as error:
            complain(str(error), services.stderr)


@dataclass(frozen=True, slots=True)
class _Located:
    """A finding and its position in the file."""

    finding: LintFinding | FileFinding
    line: int
    column: int


@dataclass(frozen=True, slots=True)
class _Checked:
    name: str
    file: PolicyFile | None
    """`None` for a file without policies, such as a saved request."""
    found: tuple[_Located, ...]


def _check(name: str, arguments: argparse.Namespace, services: CliServices) -> _Checked:
    from authlens.core.lint.linter import lint
    from authlens.core.lint.rule import LintedAnswer, Surroundings
    from authlens.core.policy import policy_file

    text = read_policy_text(name, services)
    of_project = lint_project_file(name, text, services.environ)
    if of_project is not None:
        return _Checked(name, None, tuple(_Located(each, each.line, each.column) for each in of_project))
    file = policy_file.read(text)
    other = other_than_policy(file)
    if other is not None:
        raise CommandError(f"{name} contains {other}")
    invocation = _invocation(file)
    surroundings = Surroundings(
        invocation.request if invocation else None,
        invocation.authorizer if invocation else None,
        arguments.region,
        arguments.account,
        arguments.client_id,
    )
    answer = LintedAnswer.of_node(file.answer, file.is_text) if file.answer else None
    found = [_located(finding, file) for finding in lint(file.documents, surroundings, answer)]
    return _Checked(name, file, tuple(sorted(found, key=lambda one: (one.line, one.column))))


def _invocation(file: PolicyFile) -> Invocation | None:
    """The invocation that the answer belongs to, if the file is one from the history."""
    from authlens.core.invocation.invocation_json import from_json

    if file.answer is None or file.fault:
        return None
    try:
        return from_json(json.loads(file.text))
    except (ValueError, RecursionError):
        return None


def _located(finding: LintFinding, file: PolicyFile) -> _Located:
    span = _span_in_file(finding, file)
    return _Located(finding, span.line if span else 1, span.column if span else 1)


def _span_in_file(finding: LintFinding, file: PolicyFile) -> Span | None:
    if finding.document is None:
        return finding.span
    document = file.documents[finding.document]
    if finding.span is not None:
        return file.locate(finding.document, finding.span)
    string = file.strings[finding.document]
    return string.span if string else document.root.span if document.root else None


def _write_text(checked: list[_Checked], services: CliServices) -> None:
    for file in checked:
        for found in file.found:
            finding = found.finding
            place = f"{file.name}:{found.line}:{found.column}"
            services.output.line(visible(f"{place}: {finding.severity} {finding.id} {finding.message}"))
        for gauge in _gauges(file):
            narrate(gauge, services.stderr)


def _gauges(file: _Checked) -> Iterator[str]:
    from authlens.core.lint.linter import gauges

    for gauge in gauges(file.file.documents) if file.file else ():
        left = f"{gauge.left} left" if gauge.left >= 0 else f"{-gauge.left} too many"
        yield f"{file.name}: {gauge.name}: {gauge.used} of {gauge.limit}, {left}"


def _as_json(checked: list[_Checked]) -> dict[str, Any]:
    from authlens.core.lint.linter import gauges

    return {
        "findings": [_finding(file.name, found) for file in checked for found in file.found],
        "gauges": [
            {"file": file.name, "name": gauge.name, "used": gauge.used, "limit": gauge.limit, "left": gauge.left}
            for file in checked
            if file.file
            for gauge in gauges(file.file.documents)
        ],
    }


def _annotate(checked: list[_Checked], beside_json: bool, services: CliServices) -> None:
    """On standard error if standard output is JSON; GitHub reads both."""
    from authlens.cli.inputs.workflow_commands import command, in_workspace

    for file in checked:
        where = None if file.name == "-" else in_workspace(Path(file.name), services.environ)
        for found in file.found:
            finding = found.finding
            line = command(finding.severity, finding.message, where, found.line, finding.id, found.column)
            if beside_json:
                narrate(line, services.stderr)
            else:
                services.output.line(line)


def _finding(name: str, found: _Located) -> dict[str, Any]:
    finding = found.finding
    shared = {
        "file": name,
        "line": found.line,
        "column": found.column,
        "severity": finding.severity,
        "id": finding.id,
        "message": finding.message,
        "fix": finding.fix,
    }
    if isinstance(finding, FileFinding):
        return shared | dict.fromkeys(("reasonCode", "document", "statement", "reason", "source", "known"))
    return shared | {
        "reasonCode": finding.reason_code,
        "document": finding.document,
        "statement": finding.statement,
        "reason": finding.reason,
        "source": finding.source.page,
        "known": finding.source.known.value,
    }


def _list_rules(output: str, services: CliServices) -> ExitCode:
    from authlens.core.lint.linter import RULES

    if output == "json":
        rules = [
            {
                "id": rule.id,
                "severity": rule.severity,
                "reason": rule.reason,
                "fix": rule.fix,
                "source": rule.source.page,
                "known": rule.source.known.value,
                "reasonCode": rule.reason_code,
            }
            for rule in RULES
        ]
        services.output.json({"rules": rules})
        return ExitCode.DONE
    for rule in RULES:
        services.output.line(f"{rule.id} ({rule.severity})")
        services.output.line(f"  {rule.reason}")
        services.output.line(f"  Fix: {rule.fix}")
        services.output.line(f"  {rule.source.known.value.capitalize()}: {rule.source.page}")
    return ExitCode.DONE
