"""A judgement as text: what was expected, the actual result, the difference, and the complete answer.

Every returned line may contain a secret: the caller must redact the text before showing it.
"""

from __future__ import annotations

import json
from collections.abc import Iterator
from typing import Any

from authlens.core.expect.check import Broken, Judgement, JudgementState
from authlens.core.invocation.invocation import Failure, FailureKind, Invocation
from authlens.core.invocation.local_run import doctor

WORDS = {
    JudgementState.KEPT: "passed",
    JudgementState.BROKEN: "failed",
    JudgementState.UNJUDGED: "error",
    JudgementState.SKIPPED: "skipped",
}
"""As reports call them."""
_LOG_LINES = 20
_LONGEST = 20_000
"""Characters of an answer that are shown; the history has the complete answer."""


def headline(judgement: Judgement) -> str:
    """One line: the first expectation not met, or why it cannot be judged."""
    if judgement.state in (JudgementState.UNJUDGED, JudgementState.SKIPPED):
        return judgement.reason
    more = f" (and {len(judgement.broken) - 1} more)" if len(judgement.broken) > 1 else ""
    return "".join(f"{sentence(broken)}{more}" for broken in judgement.broken[:1])


def sentence(broken: Broken) -> str:
    """`principalId: expected sensor8, got sensor7`, with the reason if that is not obvious."""
    text = f"{broken.key}: expected {broken.expected}, got {broken.got}"
    said = broken.difference in ("", f"{broken.expected} → {broken.got}")
    return text if said else f"{text}: {broken.difference}"


def explanation(judgement: Judgement, invocation: Invocation | None) -> str:
    """All of it, in lines: only the notes when what was expected was kept."""
    if judgement.state is JudgementState.KEPT:
        return "\n".join(judgement.notes)
    lines = [*([judgement.reason] if judgement.reason else []), *judgement.notes]
    lines += [line for broken in judgement.broken for line in _broken_lines(broken)]
    if invocation:
        lines += _answer_lines(invocation)
    return "\n".join(lines)


def answer(invocation: Invocation) -> dict[str, Any]:
    """The answer as JSON values, with documents decoded if they are JSON."""
    result = invocation.result
    if isinstance(result, Failure):
        values = {"error": result.error, "httpStatus": result.http_status, "message": result.message}
        return {**values, "requestId": result.request_id, "advice": result.advice}
    return {
        "isAuthenticated": result.is_authenticated,
        "principalId": result.principal_id,
        "policyDocuments": [_decoded(document) for document in result.policy_documents],
        "refreshAfterInSeconds": result.refresh_after_in_seconds,
        "disconnectAfterInSeconds": result.disconnect_after_in_seconds,
    }


def _broken_lines(broken: Broken) -> Iterator[str]:
    yield broken.key
    yield f"  expected:   {broken.expected}"
    yield f"  got:        {broken.got}"
    if broken.difference:
        yield f"  difference: {broken.difference}"


def _answer_lines(invocation: Invocation) -> Iterator[str]:
    present = {name: value for name, value in answer(invocation).items() if value is not None}
    text = json.dumps(present, indent=2, ensure_ascii=False)
    failure = invocation.failure
    yield "answer" if failure is None or failure.kind is FailureKind.AWS else "no answer"
    yield from (f"  {line}" for line in text[:_LONGEST].splitlines())
    more = len(text) - _LONGEST
    if more > 0:
        yield f"  … {more} more character{'s' if more > 1 else ''}"
    log = (invocation.function_log or "").rstrip().splitlines()
    if log:
        yield "function log" if len(log) <= _LOG_LINES else f"function log, last {_LOG_LINES} lines"
        yield from (f"  {line}" for line in log[-_LOG_LINES:])
    run = invocation.local_run
    lines = (*doctor(run), *((run.advice,) if run and run.advice else ()))
    if lines:
        yield "runtime"
        yield from (f"  {line}" for line in lines)


def _decoded(document: str) -> Any:
    try:
        return json.loads(document)
    except (ValueError, RecursionError):
        return document
