"""One invocation as text: its verdict, what was sent, and what came back."""

from __future__ import annotations

import json
from collections.abc import Iterator
from typing import Any

from authlens.core.contract.outcome import Outcome
from authlens.core.invocation.invocation import Failure, FailureKind, Invocation
from authlens.core.invocation.verdict_word import verdict_word
from authlens.core.saved.saved_request_yaml import write


def invocation_text(invocation: Invocation) -> str:
    """Sections with headings; the request is shown as the YAML of a saved request."""
    parts = [("", _head(invocation)), *_connection(invocation), *_result(invocation), *_sent(invocation)]
    return "\n".join(f"{heading}\n{_ended(text)}" if heading else _ended(text) for heading, text in parts)


def _connection(invocation: Invocation) -> Iterator[tuple[str, str]]:
    """The text for a real device's connection."""
    if invocation.device is not None:
        from authlens.core.devices.report import record_lines

        yield "Connection:", "\n".join(record_lines(invocation, invocation.device))


def _ended(text: str) -> str:
    return text if text.endswith("\n") else f"{text}\n"


def _head(invocation: Invocation) -> str:
    number = "" if invocation.number is None else f"{invocation.number}  "
    lines = [f"{number}{verdict_word(invocation)}  in {invocation.duration * 1000:.0f} ms"]
    lines.append(f"at {invocation.started_at.astimezone():%Y-%m-%d %H:%M:%S %Z}")
    if invocation.identity is not None:
        lines.append(f"as {invocation.identity.arn} in {invocation.identity.region}")
    if invocation.way == "function":
        lines.append("by calling the function directly")
    if invocation.source is not None:
        lines.append(f"from {invocation.source}")
    return "\n".join(lines)


def _result(invocation: Invocation) -> Iterator[tuple[str, str]]:
    result = invocation.result
    if isinstance(result, Failure):
        yield from _failure(result)
    elif not invocation.is_probe:
        yield from _outcome(result)


_HEADINGS = {FailureKind.DEVICE: "Refused:", FailureKind.UNREACHABLE: "Not reached:"}


def _failure(failure: Failure) -> Iterator[tuple[str, str]]:
    facts = {"HTTP status": failure.http_status, "request id": failure.request_id, "advice": failure.advice}
    heading = _HEADINGS.get(failure.kind) if failure.is_of_connection else None
    yield heading or f"{failure.error}:", "\n".join([failure.message or "(no message)", *_facts(facts)])


def _outcome(outcome: Outcome) -> Iterator[tuple[str, str]]:
    facts = {
        "principal": outcome.principal_id,
        "refresh after": _seconds(outcome.refresh_after_in_seconds),
        "disconnect after": _seconds(outcome.disconnect_after_in_seconds),
    }
    yield "Answer:", "\n".join(_facts(facts)) or "(no other fields)"
    for number, document in enumerate(outcome.policy_documents, start=1):
        yield f"Policy document {number}:", _pretty(document)


def _facts(facts: dict[str, Any]) -> list[str]:
    return [f"{name}: {value}" for name, value in facts.items() if value is not None]


def _seconds(seconds: int | None) -> str | None:
    return None if seconds is None else f"{seconds} s"


def _pretty(document: str) -> str:
    """Indented if it is JSON, otherwise unchanged."""
    try:
        return json.dumps(json.loads(document), indent=2, ensure_ascii=False)
    except (ValueError, RecursionError):
        return document


def _sent(invocation: Invocation) -> Iterator[tuple[str, str]]:
    saved = invocation.saved
    yield "Request:", write(saved)
    if invocation.function_log:
        yield "Function log:", invocation.function_log
