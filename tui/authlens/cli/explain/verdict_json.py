"""A verdict and findings as JSON values, with the keys documented in docs/stages.md."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from authlens.core.contract.caveat import Caveat
from authlens.core.contract.statement import Source
from authlens.core.deployment.deployment import Deployment
from authlens.core.deployment.facts import Fact, facts
from authlens.core.invocation import local_run
from authlens.core.invocation.local_run import LocalRun
from authlens.core.lint.rule import LintFinding
from authlens.core.policy.decision.near_miss import NearMiss
from authlens.core.preflight.finding import Finding
from authlens.core.verdict.device_messages import Recognised
from authlens.core.verdict.stages import StageResult, Verdict


def verdict_json(
    verdict: Verdict,
    findings: Iterable[Finding] = (),
    lint: Iterable[LintFinding] = (),
    deployment: Deployment | None = None,
    messages: Iterable[Recognised] = (),
    run: LocalRun | None = None,
) -> dict[str, Any]:
    return {
        "conclusion": verdict.conclusion.value,
        "headline": verdict.headline,
        "nextStep": verdict.next_step,
        "explanation": verdict.explanation or None,
        "source": None if verdict.source is None else _source(verdict.source),
        "stages": [_stage(result) for result in verdict.stages],
        "questions": [
            {
                "action": access.question.action,
                "resource": access.question.resource,
                "decision": access.word,
                "because": access.because,
                "nearest": None if access.nearest is None else _near_miss(access.nearest),
            }
            for access in verdict.answers
        ],
        "caveats": [_caveat(caveat) for caveat in verdict.caveats],
        "findings": [_finding(finding) for finding in findings],
        "lint": [_lint(finding) for finding in lint],
        "messages": [_message(message) for message in messages],
        "deployment": None if deployment is None else [_fact(fact) for fact in facts(deployment)],
        "runtime": None if run is None else local_run.to_json(run),
    }


def _near_miss(miss: NearMiss) -> dict[str, Any]:
    return {
        "message": miss.message,
        "document": miss.document,
        "statement": miss.statement.index if miss.statement else None,
        "line": miss.span.line if miss.span else None,
        "column": miss.span.column if miss.span else None,
    }


def _source(source: Source) -> dict[str, Any]:
    return {"known": source.known.value, "page": source.page, "note": source.note or None}


def _message(message: Recognised) -> dict[str, Any]:
    row = message.row
    return {
        "id": row.id,
        "origin": row.origin,
        "stage": row.stage.value,
        "words": message.words,
        "detail": message.detail or None,
        "meaning": row.meaning,
        "causes": list(row.causes),
        "nextQuestion": row.next_question,
        "source": _source(row.source),
    }


def _fact(fact: Fact) -> dict[str, Any]:
    return {"id": fact.id, "text": fact.text, "isRead": fact.is_read}


def _stage(result: StageResult) -> dict[str, Any]:
    return {
        "stage": result.stage.value,
        "state": result.state.value,
        "why": result.why or None,
        "nextStep": result.next_step or None,
        "awsWords": result.aws_words,
    }


def _caveat(caveat: Caveat) -> dict[str, Any]:
    return {
        "id": caveat.id,
        "stage": caveat.stage.value,
        "severity": caveat.severity,
        "message": caveat.message,
        "nextStep": caveat.next_step,
        "source": _source(caveat.source),
    }


def _finding(finding: Finding) -> dict[str, Any]:
    return {
        "id": finding.id,
        "severity": finding.severity,
        "path": finding.path,
        "start": finding.start,
        "end": finding.end,
        "message": finding.message,
        "fix": finding.fix.label if finding.fix else None,
        "awsWords": finding.aws_words,
        "source": _source(finding.source),
    }


def _lint(finding: LintFinding) -> dict[str, Any]:
    return {
        "id": finding.id,
        "severity": str(finding.severity),
        "document": finding.document,
        "line": finding.line,
        "column": finding.column,
        "message": finding.message,
        "fix": finding.fix,
        "source": _source(finding.source),
    }
