"""Say whether policies allow an action on a resource, and why: ALLOWED, EXPLICIT_DENY or IMPLICIT_DENY."""

from __future__ import annotations

import argparse
import json
from collections.abc import Iterator
from typing import TYPE_CHECKING, Any

from authlens.cli.console.diagnostics import CommandError, ExitCode
from authlens.cli.console.services import World
from authlens.cli.inputs.policies import read_policy_file
from authlens.frozen import dataclass

if TYPE_CHECKING:
    from authlens.core.policy.decision.decide import Decision
    from authlens.core.policy.decision.near_miss import NearMiss
    from authlens.core.policy.decision.reasons import Substitution
    from authlens.core.policy.document import Document
    from authlens.core.policy.matching import Deciding
    from authlens.core.policy.policy_file import PolicyFile
    from authlens.core.text.json_reader import Span

_EXAMPLES = """examples:
  authlens decide --policy policy.json iot:Publish topic/sensors/7/data
  authlens decide --policy policy.json iot:Connect client/c1 --variable iot:ClientId=c1
  authlens decide --policy outcome.json iot:Subscribe 'topicfilter/a/+' --region us-west-2 --account 123456789012
  aws iot test-invoke-authorizer … | authlens decide --policy - iot:Connect client/c1

The first line is ALLOWED, EXPLICIT_DENY or IMPLICIT_DENY; then comes why. Exit code 0: allowed, 1: denied.
The keys of --output json are listed in docs/decide.md."""


def declare(parser: argparse.ArgumentParser) -> None:
    parser.epilog = _EXAMPLES
    parser.add_argument(
        "--policy",
        action="append",
        required=True,
        metavar="FILE",
        help="a policy, a list of policies or a whole outcome, as JSON; - is standard input. May be repeated",
    )
    parser.add_argument("action", metavar="ACTION", help="for example iot:Publish")
    parser.add_argument("resource", metavar="RESOURCE", help="an ARN, or its tail such as topic/a/b")
    parser.add_argument(
        "--variable",
        action="append",
        default=[],
        metavar="KEY=VALUE",
        help="a context key such as iot:ClientId=c1. Given twice it has two values; KEY alone is the empty set; "
        "a key that is not given is absent",
    )
    parser.add_argument("--region", metavar="REGION", help="completes a RESOURCE without arn:; else any region matches")
    parser.add_argument(
        "--account", metavar="ACCOUNT", help="completes a RESOURCE without arn:; else any account matches"
    )
    parser.add_argument("--output", choices=("text", "json"), default="text")


def run(arguments: argparse.Namespace, world: World) -> ExitCode:
    from authlens.core.policy.decision.decide import decide

    for name in ("action", "resource"):
        if not getattr(arguments, name).strip():
            raise CommandError(f"{name.upper()} is empty: say what is asked, for example iot:Publish topic/a/b")
    files = [(name, read_policy_file(name, world, "utf-8-sig")) for name in arguments.policy]
    refused = [name for name, file in files if _refused(file)]
    sources = [source for name, file in files for source in _sources(name, file) if name not in refused]
    decision = decide(
        [source.document for source in sources],
        arguments.action,
        arguments.resource,
        _variables(arguments.variable),
        arguments.region,
        arguments.account,
    )
    ignored = [f"{name}: isAuthenticated is false, so its documents count for nothing" for name in refused]
    told = _Told(decision, (*ignored, *decision.reasons), sources)
    if arguments.output == "json":
        world.output.json(_as_json(told))
    else:
        _write_text(told, world)
    return ExitCode.DONE if decision.allowed else ExitCode.NO


@dataclass(frozen=True, slots=True)
class _Source:
    """One document and where it was read."""

    name: str
    file: PolicyFile
    index: int
    """Its place in that file."""
    document: Document

    def locate(self, span: Span) -> Span:
        return self.file.locate(self.index, span)

    def place(self, span: Span) -> str:
        found = self.locate(span)
        return f"{self.name}:{found.line}:{found.column}"


@dataclass(frozen=True, slots=True)
class _Told:
    """What is to be written."""

    decision: Decision
    reasons: tuple[str, ...]
    sources: list[_Source]


def _refused(file: PolicyFile) -> bool:
    answer = file.answer and file.answer.get("isAuthenticated")
    return bool(answer) and getattr(answer, "value", None) is False


def _sources(name: str, file: PolicyFile) -> Iterator[_Source]:
    if file.fault:
        raise _invalid(name, file.fault.span, file.fault.message)
    if _is_failure(file):
        raise CommandError(f"{name} holds an error and no policy; 'authlens explain --answer' says why it came")
    for index, document in enumerate(file.documents):
        if document.faults and document.version is None and not document.statements:
            fault = document.faults[0]
            if fault.id in ("json-syntax", "not-an-object"):
                raise _invalid(name, file.locate(index, fault.span), fault.message)
        yield _Source(name, file, index, document)


def _is_failure(file: PolicyFile) -> bool:
    """Whether it holds a call that failed: nothing is allowed or denied by that."""
    from authlens.cli.inputs.printed_error import stored_error

    if file.answer or len(file.documents) != 1 or file.documents[0].statements:
        return False
    try:
        value = json.loads(file.text)
    except (ValueError, RecursionError):
        return False
    if not isinstance(value, dict) or "Statement" in value:
        return False
    return isinstance(value.get("failure"), dict) or stored_error(value) is not None


def _invalid(name: str, span: Span, message: str) -> CommandError:
    return CommandError(f"{name}: line {span.line}, column {span.column}: {message}")


def _variables(written: list[str]) -> dict[str, tuple[str, ...]]:
    values: dict[str, tuple[str, ...]] = {}
    for text in written:
        key, equals, value = text.partition("=")
        if not key:
            raise CommandError(f"--variable {text!r} has no key; write KEY=VALUE, for example iot:ClientId=c1")
        values[key] = values.get(key, ()) + ((value,) if equals else ())
    return values


def _write_text(told: _Told, world: World) -> None:
    from authlens.core.text.visible import visible

    for line in _lines(told):
        world.output.line(visible(line))


def _lines(told: _Told) -> Iterator[str]:
    decision, sources = told.decision, told.sources
    yield decision.word
    for reason in told.reasons:
        yield f"{reason}."
    for one in decision.deciding:
        span = one.resource.span if one.resource else one.statement.span
        yield f"  at {sources[one.document].place(span)}"
    yield from dict.fromkeys(map(_variable_line, decision.substitutions))
    misses = decision.near_misses
    if misses:
        yield "Nearest misses:" if not decision.allowed else "Denies that do not apply:"
    for miss in misses:
        where = ""
        if miss.document is not None and miss.span is not None:
            where = f"{sources[miss.document].place(miss.span)}: "
        yield f"  {where}{miss.message}"


def _variable_line(one: Substitution) -> str:
    if one.value is not None:
        return f"{one.variable} is {one.value}"
    return f"{one.variable} stays as text" + ("; give it with --variable" if one.is_absent else "")


def _as_json(told: _Told) -> dict[str, Any]:
    decision, sources = told.decision, told.sources
    return {
        "decision": decision.word.value,
        "action": decision.asking.action,
        "resource": str(decision.asking.resource),
        "reasons": list(told.reasons),
        "deciding": [_deciding(one, sources) for one in decision.deciding],
        "nearMisses": [_near_miss(miss, sources) for miss in decision.near_misses],
        "substitutions": [_substitution(one, sources) for one in decision.substitutions],
    }


def _deciding(one: Deciding, sources: list[_Source]) -> dict[str, Any]:
    span = one.statement.span
    return {
        **_where(sources, one.document, span),
        "statement": one.index,
        "endLine": sources[one.document].locate(span).end_line,
        "effect": one.statement.effect,
        "action": one.action.text if one.action else None,
        "resource": one.resource.text if one.resource else None,
    }


def _near_miss(miss: NearMiss, sources: list[_Source]) -> dict[str, Any]:
    return {
        "message": miss.message,
        "statement": miss.statement.index if miss.statement else None,
        **_where(sources, miss.document, miss.span),
    }


def _substitution(one: Substitution, sources: list[_Source]) -> dict[str, Any]:
    return {
        **_where(sources, one.document, one.span),
        "statement": one.statement,
        "variable": one.variable,
        "value": one.value,
        "written": one.written,
        "becomes": one.becomes,
    }


def _where(sources: list[_Source], document: int | None, span: Span | None) -> dict[str, Any]:
    if document is None or span is None:
        return {"file": None, "document": None, "line": None, "column": None}
    found = sources[document].locate(span)
    return {"file": sources[document].name, "document": document, "line": found.line, "column": found.column}
