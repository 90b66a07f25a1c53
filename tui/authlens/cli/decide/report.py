"""The report on one question, as text and as JSON."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import TYPE_CHECKING, Any

from authlens.cli.console.services import CliServices
from authlens.cli.decide.sources import PolicySource
from authlens.core.text.visible import visible
from authlens.frozen import dataclass

if TYPE_CHECKING:
    from authlens.core.contract.broker import BrokerRefusal
    from authlens.core.policy.decision.decide import Decision
    from authlens.core.policy.decision.near_miss import NearMiss
    from authlens.core.policy.decision.reasons import Substitution
    from authlens.core.policy.matching import Deciding
    from authlens.core.text.json_reader import Span


@dataclass(frozen=True, slots=True)
class DecisionReport:
    """What to report."""

    decision: Decision
    reasons: tuple[str, ...]
    broker: tuple[BrokerRefusal, ...]
    """Why the broker refuses it anyway; empty unless the policies allow it."""
    limits: tuple[BrokerRefusal, ...]
    """When the broker refuses what it otherwise accepts."""
    sources: tuple[PolicySource, ...]


def write_text(report: DecisionReport, services: CliServices) -> None:
    for line in _lines(report):
        services.output.line(visible(line))


def _lines(report: DecisionReport) -> Iterator[str]:
    decision, sources = report.decision, report.sources
    yield decision.word
    for refusal in report.broker:
        yield f"The policy allows this, but the broker refuses it: {refusal.message}."
    for reason in report.reasons:
        yield f"{reason}."
    for note in (*decision.notes, *(limit.message for limit in report.limits)):
        yield f"{note}."
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


def as_json(report: DecisionReport) -> dict[str, Any]:
    decision, sources = report.decision, report.sources
    return {
        "decision": decision.word.value,
        "action": decision.asking.action,
        "resource": str(decision.asking.resource),
        "reasons": list(report.reasons),
        "notes": list(decision.notes),
        "broker": list(map(_refusal, report.broker)),
        "brokerLimits": list(map(_refusal, report.limits)),
        "deciding": [_deciding(one, sources) for one in decision.deciding],
        "nearMisses": [_near_miss(miss, sources) for miss in decision.near_misses],
        "substitutions": [_substitution(one, sources) for one in decision.substitutions],
    }


def _refusal(one: BrokerRefusal) -> dict[str, Any]:
    return {"message": one.message, "known": one.source.known.value, "source": one.source.page}


def _deciding(one: Deciding, sources: Sequence[PolicySource]) -> dict[str, Any]:
    span = one.statement.span
    return {
        **_where(sources, one.document, span),
        "statement": one.index,
        "endLine": sources[one.document].locate(span).end_line,
        "effect": one.statement.effect,
        "action": one.action.text if one.action else None,
        "resource": one.resource.text if one.resource else None,
    }


def _near_miss(miss: NearMiss, sources: Sequence[PolicySource]) -> dict[str, Any]:
    return {
        "message": miss.message,
        "statement": miss.statement.index if miss.statement else None,
        **_where(sources, miss.document, miss.span),
    }


def _substitution(one: Substitution, sources: Sequence[PolicySource]) -> dict[str, Any]:
    return {
        **_where(sources, one.document, one.span),
        "statement": one.statement,
        "variable": one.variable,
        "value": one.value,
        "written": one.written,
        "becomes": one.becomes,
    }


def _where(sources: Sequence[PolicySource], document: int | None, span: Span | None) -> dict[str, Any]:
    if document is None or span is None:
        return {"file": None, "document": None, "line": None, "column": None}
    return sources[document].where(document, span)
