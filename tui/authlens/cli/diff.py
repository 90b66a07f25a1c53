"""Compare two invocations, answers or saved requests by meaning: flipped decisions, words, then aligned text."""

from __future__ import annotations

import argparse
from typing import TYPE_CHECKING

from authlens.cli.console.diagnostics import CommandError, ExitCode
from authlens.cli.console.services import World

if TYPE_CHECKING:
    from authlens.core.compare.compare import Comparison, Side
    from authlens.core.saved.expectation import Question

_EXAMPLES = """examples:
  authlens diff 41 42                              two invocations of the history
  authlens diff 41 42 --only answer                their answers alone, whatever was sent
  authlens diff before.json after.json             what 'aws iot test-invoke-authorizer' or 'invoke' printed
  authlens diff requests/sensor.yaml 42            a saved request and a run of it, and what it expects of the answer
  authlens diff 41 42 --ask 'iot:Publish topic/a'  and whether this decision flipped
  authlens diff 41 42 --output markdown > change.md

Policies compare by meaning: order means nothing, one value equals a list of one. Secrets are compared and not shown.
Exit code 0: equal by meaning, 1: different. The keys of --output json: authlens help compare."""


def declare(parser: argparse.ArgumentParser) -> None:
    parser.epilog = _EXAMPLES
    parser.add_argument("a", metavar="A", help="a history id, a file, or - for standard input")
    parser.add_argument("b", metavar="B", help="what is compared with it")
    parser.add_argument("--output", choices=("text", "json", "markdown", "unified"), default="text")
    parser.add_argument("--only", choices=("request", "answer"), help="compare that part alone")
    parser.add_argument(
        "--ask",
        action="append",
        metavar="'ACTION RESOURCE'",
        help="a decision to compare; may be repeated. Without it, the statements that changed say which",
    )


def run(arguments: argparse.Namespace, world: World) -> ExitCode:
    from authlens.cli.inputs.sides import read_side

    if arguments.a == arguments.b == "-":
        raise CommandError("standard input can be only one of A and B")
    left, right = (_part(read_side(name, world), arguments.only) for name in (arguments.a, arguments.b))
    comparison = _compared(left, right, _questions(arguments.ask))
    _write(comparison, arguments.output, world)
    return ExitCode.DONE if comparison.equal else ExitCode.NO


def _part(side: Side, only: str | None) -> Side:
    from dataclasses import replace

    if only == "answer":
        return replace(side, request=None)
    return replace(side, result=None) if only == "request" else side


def _compared(left: Side, right: Side, questions: list[Question] | None) -> Comparison:
    """What a saved request expects is compared with an answer, and stands left of it."""
    from authlens.core.compare.compare import compare
    from authlens.core.expect.difference import compare_with_expectation

    for draft, answered in ((left, right), (right, left)):
        if draft.saved and draft.saved.expect and answered.result:
            return compare_with_expectation(draft.saved.expect, answered, draft)
    if not (left.request and right.request) and not (left.result and right.result):
        raise CommandError(
            f"{left.label} and {right.label} have nothing to compare: they do not both hold a request, or an answer"
        )
    return compare(left, right, questions)


def _questions(written: list[str] | None) -> list[Question] | None:
    from authlens.cli.inputs.questions import given_question

    return [given_question(text) for text in written] if written else None


def _write(comparison: Comparison, form: str, world: World) -> None:
    from authlens.core.compare import export
    from authlens.core.text.visible import visible_lines

    if form == "json":
        world.output.json(export.as_json(comparison))
        return
    diff = export.as_unified(comparison)
    forms = {
        "text": lambda: export.as_text(comparison) + (f"\n{diff}" if diff else ""),
        "markdown": lambda: export.as_markdown(comparison),
        "unified": lambda: diff,
    }
    world.output.write(visible_lines(forms[form]()))
