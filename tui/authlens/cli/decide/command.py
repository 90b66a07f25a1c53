"""Decide whether policies allow an action on a resource and explain why, or list everything they allow (--summary)."""

from __future__ import annotations

import argparse

from authlens.cli.console.diagnostics import CommandError, ExitCode
from authlens.cli.console.services import CliServices
from authlens.cli.decide import report, summary
from authlens.cli.decide.sources import read_sources

_EXAMPLES = """examples:
  authlens decide --policy policy.json iot:Publish topic/sensors/7/data
  authlens decide --policy a.json b.json iot:Connect client/c1 --variable iot:ClientId=c1
  authlens decide --policy outcome.json iot:Subscribe 'topicfilter/a/+' --region us-west-2 --account 123456789012
  authlens decide --policy outcome.json --summary --variable iot:ClientId=c1
  aws iot test-invoke-authorizer … | authlens decide --policy - iot:Connect client/c1

The first line is ALLOWED, EXPLICIT_DENY or IMPLICIT_DENY, followed by the reason. Exit code 0: allowed, 1: denied.
With --summary, each line names an action, the resources it is allowed on, and where the policy says so.
For the keys of --output json, see: authlens help decide."""


def declare(parser: argparse.ArgumentParser) -> None:
    parser.epilog = _EXAMPLES
    parser.add_argument(
        "--policy",
        action="append",
        nargs="+",
        required=True,
        metavar="FILE",
        help="policies, lists of policies or complete outcomes, as JSON; - for standard input. May be repeated",
    )
    parser.add_argument(
        "question", nargs="*", metavar="ACTION RESOURCE", help="the last two words, for example iot:Publish topic/a/b"
    )
    parser.add_argument("--summary", action="store_true", help="list everything that is allowed")
    parser.add_argument(
        "--variable",
        action="append",
        default=[],
        metavar="KEY=VALUE",
        help="a context key such as iot:ClientId=c1. Repeat it for several values; KEY without = is the empty set; "
        "a key that is not given is absent",
    )
    parser.add_argument(
        "--region", metavar="REGION", help="completes a RESOURCE without arn: (default: any Region matches)"
    )
    parser.add_argument(
        "--account", metavar="ACCOUNT", help="completes a RESOURCE without arn: (default: any account matches)"
    )
    parser.add_argument("--output", choices=("text", "json"), default="text")


def run(arguments: argparse.Namespace, services: CliServices) -> ExitCode:
    variables = _variables(arguments.variable)
    if arguments.summary:
        files = [name for group in arguments.policy for name in group]
        given = read_sources([*files, *arguments.question], services)
        return summary.write(given, variables, arguments, services)
    files, action, resource = _question(arguments)
    given = read_sources(files, services)

    from authlens.core.invocation.access import limited_by_broker, refused_by_broker
    from authlens.core.policy.decision.decide import decide

    decision = decide(given.documents, action, resource, variables, arguments.region, arguments.account)
    broker = refused_by_broker(decision), limited_by_broker(decision)
    found = report.DecisionReport(decision, (*given.ignored, *decision.reasons), *broker, given.sources)
    if arguments.output == "json":
        services.output.json(report.as_json(found))
    else:
        report.write_text(found, services)
    return ExitCode.DONE if decision.allowed else ExitCode.NO


def _question(arguments: argparse.Namespace) -> tuple[list[str], str, str]:
    """The files, and the last two words. --policy takes every word after it, so those may include the question."""
    groups: list[list[str]] = [*arguments.policy, arguments.question]
    asking = next((group for group in reversed(groups) if len(group) > (group is not arguments.question) + 1), None)
    if asking is None:
        raise CommandError("decide needs an ACTION and a RESOURCE, such as iot:Publish topic/a/b, or --summary")
    *rest, action, resource = asking
    files = [name for group in groups for name in (rest if group is asking else group)]
    for name, word in (("ACTION", action), ("RESOURCE", resource)):
        if not word.strip():
            raise CommandError(f"{name} is empty; give a question such as iot:Publish topic/a/b")
    return files, *_asked(action, resource)


def _asked(action: str, resource: str) -> tuple[str, str]:
    """Completes an action without a prefix, and its resource, as in `publish sensors/7`. Anything else is literal."""
    from authlens.core.saved.question import action_problem, read_question

    problem = action_problem(action)
    if problem:
        raise CommandError(problem)
    if ":" in action:
        return action, resource
    try:
        question = read_question(f"{action} {resource}")
    except ValueError as error:
        raise CommandError(str(error).removesuffix(".")) from None
    return question.action, question.resource


def _variables(written: list[str]) -> dict[str, tuple[str, ...]]:
    values: dict[str, tuple[str, ...]] = {}
    for text in written:
        key, equals, value = text.partition("=")
        if not key:
            raise CommandError(f"--variable {text!r} has no key; write KEY=VALUE, for example iot:ClientId=c1")
        values[key] = values.get(key, ()) + ((value,) if equals else ())
    return values
