"""Show at which stage a request or an answer fails, why, and what to do next."""

from __future__ import annotations

import argparse
from collections.abc import Iterator
from dataclasses import replace
from typing import TYPE_CHECKING

from authlens.cli.console.diagnostics import CommandError, ExitCode
from authlens.cli.console.parser import given_name, whole_number
from authlens.cli.console.services import CliServices
from authlens.cli.inputs.questions import given_question
from authlens.cli.inputs.saved_requests import (
    REQUEST_HELP,
    declare_authorizer,
    declare_environment,
    known_deployment,
    read_saved_request,
    read_text,
)
from authlens.cli.inputs.trust import declare_trust
from authlens.core.text.visible import visible
from authlens.frozen import dataclass

if TYPE_CHECKING:
    from pathlib import Path

    from authlens.core.deployment.deployment import Deployment
    from authlens.core.invocation.invocation import Failure, Invocation
    from authlens.core.invocation.local_run import LocalRun
    from authlens.core.lint.rule import LintFinding
    from authlens.core.pasted.stored_answer import StoredAnswer
    from authlens.core.preflight.finding import Finding
    from authlens.core.saved.expectation import Question
    from authlens.core.saved.saved_request import SavedRequest
    from authlens.core.secrets.redaction import Redactor
    from authlens.core.verdict.device_messages import Recognised
    from authlens.core.verdict.stages import Verdict

_EXAMPLES = """examples:
  authlens explain --request requests/sensor.yaml
  authlens explain --request requests/sensor.yaml --deployment
  aws iot test-invoke-authorizer … 2>&1 | authlens explain --answer -
  authlens explain --answer answer.json --ask 'iot:Publish topic/sensors/7/data'
  authlens explain --history 42 --output json

A request is checked before it is sent, for what AWS would refuse and what may surprise you. An answer is an outcome,
an invocation, a function's own answer, or an error from AWS, boto3 or the AWS CLI. Request secrets that an answer
repeats are redacted without --reveal. The exit code is 0 whatever is found.
--deployment reads what a test call cannot see: whether AWS IoT may invoke the function, its timeout, the default
authorizer, domain configurations and the data endpoint. Missing permissions are reported.
For the keys of --output json, see: authlens help stages."""


def declare(parser: argparse.ArgumentParser) -> None:
    parser.epilog = _EXAMPLES
    what = parser.add_mutually_exclusive_group(required=True)
    what.add_argument("--request", metavar="FILE", type=given_name, help=REQUEST_HELP)
    what.add_argument(
        "--answer", metavar="FILE", type=given_name, help="a stored answer or error; - for standard input"
    )
    what.add_argument("--history", metavar="ID", type=whole_number, help="an invocation from the history")
    parser.add_argument(
        "--ask",
        action="append",
        default=[],
        metavar="'ACTION RESOURCE'",
        help="decide this with the answer's policies, for example 'iot:Connect client/c1'. May be repeated",
    )
    declare_authorizer(parser)
    declare_environment(parser)
    declare_trust(parser)
    parser.add_argument("--reveal", action="store_true", help="show secrets that the answer repeats")
    parser.add_argument(
        "--deployment",
        action="store_true",
        help="also check the authorizer's deployment (with --request or --history)",
    )
    parser.add_argument("--output", choices=("text", "json"), default="text")


def run(arguments: argparse.Namespace, services: CliServices) -> ExitCode:
    explained = _explained(arguments, services)
    if arguments.output == "json":
        from authlens.cli.explain.verdict_json import verdict_json

        value = verdict_json(
            *(explained.verdict, explained.findings, explained.lint, explained.deployment),
            *(explained.messages, explained.local_run),
        )
        services.output.json(value if arguments.reveal else explained.redactor.values(value))
    else:
        for line in _lines(explained):
            services.output.line(visible(line if arguments.reveal else explained.redactor.text(line)))
    if explained.problem is not None:
        raise explained.problem
    return ExitCode.DONE


@dataclass(frozen=True, slots=True)
class _Explained:
    verdict: Verdict
    redactor: Redactor
    findings: tuple[Finding, ...] = ()
    """Preflight's findings on a request."""
    lint: tuple[LintFinding, ...] = ()
    """Findings on an answer and its documents."""
    speaking: str = "AWS would say"
    """Who a failure's words come from."""
    deployment: Deployment | None = None
    connection: Invocation | None = None
    """The record of a real connection."""
    local_run: LocalRun | None = None
    """What a local endpoint reported about the run."""
    problem: CommandError | None = None
    """AWS's error for DescribeAuthorizer, which is part of the verdict."""
    messages: tuple[Recognised, ...] = ()
    """Words of a device, a broker or a log."""


def _explained(arguments: argparse.Namespace, services: CliServices) -> _Explained:
    questions = tuple(map(given_question, arguments.ask))
    if arguments.request is None:
        return _of_answer(arguments, questions, services)
    if questions:
        raise CommandError("--ask needs an answer: a request has no policies yet (--answer or --history)")
    return _of_request(arguments, services)


def _of_request(arguments: argparse.Namespace, services: CliServices) -> _Explained:
    from authlens.core.preflight.preflight import preflight
    from authlens.core.secrets.redaction import Redactor, secrets_of
    from authlens.core.verdict.stages import foreseen, with_deployment
    from authlens.look_ahead import look_ahead, with_lookup

    saved, base = read_saved_request(arguments.request, services, arguments.environment, arguments.trust)
    known, problem = look_ahead(saved, services.environ, base), None
    try:
        authorizer, deployment = known_deployment(arguments, services, saved, base)
    except CommandError as error:
        authorizer, deployment, problem = None, None, error
        known = with_lookup(known, _of_aws(error))
        if known.has_authorizer is not False or error.code is ExitCode.USAGE:
            raise
    findings = preflight(saved.request, authorizer, saved.sign, services.now(), known)
    authorizer = authorizer or known.authorizer
    verdict = with_deployment(foreseen(findings, authorizer), deployment, saved.request)
    redactor = Redactor(secrets_of(saved.request, authorizer))
    missing = _missing(saved, base)
    return _Explained(verdict, redactor, findings, deployment=deployment, local_run=missing, problem=problem)


def _of_answer(arguments: argparse.Namespace, questions: tuple[Question, ...], services: CliServices) -> _Explained:
    from authlens.cli.inputs.of_history import noted_origin
    from authlens.core.policy.wildcards import STEPS_OF_AN_ANSWER, shared_work
    from authlens.core.saved.saved_request import SavedRequest
    from authlens.core.secrets.invocation_redaction import redactor_of
    from authlens.core.secrets.redaction import Redactor
    from authlens.core.verdict.messages_verdict import verdict_of
    from authlens.core.verdict.stages import stages

    if arguments.deployment and arguments.history is None:
        raise CommandError(
            "--deployment needs --request or --history: an answer does not say which account and Region to ask"
        )
    stored = _stored(arguments, services)
    if stored.messages:
        return _Explained(verdict_of(stored.messages), Redactor(()), messages=stored.messages)
    invocation = stored.invocation
    folder, _ = noted_origin(invocation, arguments.trust, services)
    saved = SavedRequest(invocation.request, target=invocation.target)
    authorizer, deployment = known_deployment(arguments, services, saved, folder)
    # A deployment read now takes precedence over the one recorded with the invocation.
    invocation = replace(
        invocation,
        authorizer=authorizer or invocation.authorizer,
        deployment=deployment or invocation.deployment,
    )
    with shared_work(STEPS_OF_AN_ANSWER):  # as in the app
        verdict = stages(invocation, questions, claims_authenticated=stored.claims_authenticated)
        lint = stored.lint(authorizer)
    return _Explained(
        verdict,
        redactor_of(invocation),
        lint=lint,
        speaking=_speaking(invocation, stored.speaking),
        deployment=deployment,
        connection=invocation if invocation.device is not None else None,
        local_run=invocation.local_run,
    )


def _missing(saved: SavedRequest, base: Path | None) -> LocalRun | None:
    """What this authorizer lacks on a local target, found by reading its files; nothing is started."""
    if saved.target.local is None:
        return None
    from authlens.core.invocation.local_run import LocalRun
    from authlens.endpoint.local_code import unresolved

    found = unresolved(saved.target, base).get(saved.request.authorizer_name or "")
    return LocalRun(unresolved=found) if found else None


def _of_aws(error: CommandError) -> Failure | None:
    """AWS's error for a call that a command made; `None` for any other problem."""
    from authlens.core.invocation.gateway import CallFailed

    return error.__cause__.failure if isinstance(error.__cause__, CallFailed) else None


def _speaking(invocation: Invocation, of_aws: str) -> str:
    from authlens.core.invocation.invocation import FailureKind

    failure = invocation.failure
    return of_aws if failure is None or failure.kind is FailureKind.AWS else "The client said"


def _stored(arguments: argparse.Namespace, services: CliServices) -> StoredAnswer:
    from authlens.cli.inputs.of_history import of_history
    from authlens.core.pasted.kinds import PastedKind, elsewhere, plain
    from authlens.core.pasted.stored_answer import NotRecognised, StoredAnswer, read_stored_answer

    if arguments.history is not None:
        return StoredAnswer(of_history(arguments.history, services))
    text = plain(read_text(arguments.answer, services, "an answer or an error"))
    try:
        return read_stored_answer(text, services.now())
    except NotRecognised as error:
        said = elsewhere(text, PastedKind.ANSWER, PastedKind.ERROR, PastedKind.MESSAGE)
        raise CommandError(f"{arguments.answer}: {said or error}") from error
    except ValueError as error:
        raise CommandError(f"{arguments.answer}: {error}") from error


def _lines(explained: _Explained) -> Iterator[str]:
    """The headline and the next step, then the stages, then everything else; one fact per line."""
    verdict = explained.verdict
    yield verdict.headline
    yield f"Next: {verdict.next_step}"
    if verdict.aws_words is not None:
        yield f"{explained.speaking}: {verdict.aws_words}"
    if explained.messages:
        from authlens.core.verdict.messages_verdict import message_lines

        yield from message_lines(explained.messages)
        return
    yield ""
    for result in verdict.stages:
        note = f"  {result.why}" if result.why and result.why != verdict.headline else ""
        yield f"{result.state:11}  {result.stage}{note}"
    more = tuple(_more_lines(explained))
    yield from ("", *more) if more else ()


def _more_lines(explained: _Explained) -> Iterator[str]:
    for access in explained.verdict.answers:
        because = f"  {access.because}" if access.because else ""
        yield f"{access.word}: {access.question.action} {access.question.resource}{because}"
    for caveat in explained.verdict.caveats:
        yield f"{caveat.severity} {caveat.id}: {caveat.message} {caveat.next_step}"
    for finding in explained.findings:
        place = f" {finding.path}" if finding.path else ""
        span = f"[{finding.start}:{finding.end}]" if finding.end > finding.start else ""
        fix = f" Fix: {finding.fix.label}." if finding.fix else ""
        yield f"{finding.severity} {finding.id}{place}{span}: {finding.message}{fix}"
    for found in explained.lint:
        document = "answer" if found.document is None else f"document {found.document + 1}"
        yield f"{found.severity} {found.id} {document}, line {found.line}, column {found.column}: {found.message}"
    connection = explained.connection
    if connection is not None and connection.device is not None:
        from authlens.core.devices.report import record_lines

        lines = record_lines(connection, connection.device, with_stages=not connection.is_probe)
        yield from (f"connection: {line.strip()}" for line in lines)
    if explained.local_run is not None:
        from authlens.core.invocation.local_run import doctor

        yield from (f"runtime: {line}" for line in doctor(explained.local_run))
    if explained.deployment is not None:
        from authlens.core.deployment.facts import facts

        yield from (f"deployed {fact.id}: {fact.text}" for fact in facts(explained.deployment))
