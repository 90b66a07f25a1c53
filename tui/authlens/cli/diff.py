"""Compare two invocations, answers or saved requests by meaning: changed decisions, changes in words, then a diff."""

from __future__ import annotations

import argparse
from dataclasses import replace
from typing import TYPE_CHECKING

from authlens.cli.console.diagnostics import CommandError, ExitCode
from authlens.cli.console.services import CliServices
from authlens.core.text.visible import visible_lines

if TYPE_CHECKING:
    from authlens.core.compare.compare import Comparison, Side
    from authlens.core.saved.expectation import Question

_EXAMPLES = """examples:
  authlens diff 41 42                              two invocations from the history
  authlens diff 41 42 --only answer                only their answers, whatever was sent
  authlens diff before.json after.json             output of 'aws iot test-invoke-authorizer' or 'invoke'
  authlens diff requests/sensor.yaml 42            a saved request and its expectation with a run of it
  authlens diff 41 42 --ask 'iot:Publish topic/a'  also show whether this decision changed
  authlens diff 41 42 --output markdown > change.md

Policies are compared by meaning: order does not matter, and one value equals a list of one. Secrets are compared but
never shown. Exit code 0: equal by meaning, 1: different. For the keys of --output json, see: authlens help compare."""


def declare(parser: argparse.ArgumentParser) -> None:
    parser.epilog = _EXAMPLES
    parser.add_argument("a", metavar="A", help="a history id, a file, or - for standard input")
    parser.add_argument("b", metavar="B", help="what to compare it with")
    parser.add_argument("--output", choices=("text", "json", "markdown", "unified"), default="text")
    parser.add_argument("--only", choices=("request", "answer"), help="compare only this part")
    parser.add_argument(
        "--ask",
        action="append",
        metavar="'ACTION RESOURCE'",
        help="a decision to compare; may be repeated (default: those that the changed statements concern)",
    )


def run(arguments: argparse.Namespace, services: CliServices) -> ExitCode:
    from authlens.cli.inputs.sides import read_side

    if arguments.a == arguments.b == "-":
        raise CommandError("only one of A and B can be standard input")
    left, right = (_part(read_side(name, services), arguments.only) for name in (arguments.a, arguments.b))
    comparison = _compared(left, right, _questions(arguments.ask))
    _write(comparison, arguments.output, services)
    return ExitCode.DONE if comparison.equal else ExitCode.NO


def _part(side: Side, only: str | None) -> Side:
    if only == "answer":
        return replace(side, request=None)
    return replace(side, result=None) if only == "request" else side


def _compared(left: Side, right: Side, questions: list[Question] | None) -> Comparison:
    """Compares the expectation of a saved request with an answer; the expectation goes on the left."""
    from authlens.core.compare.compare import compare
    from authlens.core.expect.difference import compare_with_expectation

    for draft, answered in ((left, right), (right, left)):
        if draft.saved and draft.saved.expect and answered.result:
            return compare_with_expectation(draft.saved.expect, answered, draft)
    if not (left.request and right.request) and not (left.result and right.result):
        raise CommandError(
            f"{left.label} and {right.label} cannot be compared: both must have a request, or both an answer"
        )
    return compare(left, right, questions)


def _questions(written: list[str] | None) -> list[Question] | None:
    from authlens.cli.inputs.questions import given_question

    return [given_question(text) for text in written] if written else None


def _write(comparison: Comparison, form: str, services: CliServices) -> None:
    from authlens.core.compare import export

    if form == "json":
        services.output.json(export.as_json(comparison))
        return
    diff = export.as_unified(comparison)
    forms = {
        "text": lambda: export.as_text(comparison) + (f"\n{diff}" if diff else ""),
        "markdown": lambda: export.as_markdown(comparison),
        "unified": lambda: diff,
    }
    services.output.write(visible_lines(forms[form]()))
