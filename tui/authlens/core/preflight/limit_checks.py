"""Preflight of single members: what violates the service model, with the first offending character."""

from __future__ import annotations

import re
from collections.abc import Iterator

from authlens.core.contract.test_call import CONSTRAINTS, Violation, broken_rules, constraint_refusal, violations
from authlens.core.preflight.finding import Check, Finding, Fix, PreflightSubject
from authlens.core.request.members import BY_PATH, LIMITS, Limits, MemberKind, header_path, label
from authlens.core.request.references import refers
from authlens.core.request.request import text_at, with_text
from authlens.core.signing.mistakes import SIGNATURE_CORRECTIONS

_NOT_BASE64 = re.compile(r"[^A-Za-z0-9+/]")


def broken_constraints(subject: PreflightSubject) -> Iterator[Finding]:
    """Every violated constraint of the model, except for values that are known only when the request is sent."""
    judged = [(violation, path) for violation in violations(subject.sent) for path in [_path(violation)]]
    judged = [(violation, path) for violation, path in judged if not refers(text_at(subject.request, path) or "")]
    refusal = constraint_refusal(tuple(str(violation) for violation, _ in judged))
    for violation, path in judged:
        yield _finding(subject, violation, path, refusal.message if refusal else None)


def _path(violation: Violation) -> str:
    return header_path(violation.header) if violation.header is not None else violation.limits.path


def corrected_signature(signature: str) -> tuple[str, str] | None:
    """The signature as plain base64, and what was wrong with it; `None` if no known mistake explains it."""
    limits, reasons = LIMITS["tokenSignature"], []
    for correction in SIGNATURE_CORRECTIONS:
        changed = correction.change(signature)
        if changed != signature:
            signature = changed
            reasons.append(correction.reason)
    fits = reasons and not any(broken_rules(limits, signature))
    return (signature, "; ".join(reasons)) if fits else None


def _finding(subject: PreflightSubject, violation: Violation, path: str, words: str | None) -> Finding:
    """`words`: AWS's answer, which lists all violated constraints at once."""
    text = text_at(subject.request, path)
    start, end = _range(violation, text)
    message, fix = _message(violation, path, start), _plain_fix(subject, violation, path, text)
    if path == "tokenSignature" and "pattern" in violation.rule and text is not None:
        corrected = corrected_signature(text)
        if corrected:
            message = f"AWS refuses the token signature: {corrected[1]}."
            fix = Fix("Make the signature plain base64", with_text(subject.request, path, corrected[0]))
    return Finding(f"{CONSTRAINTS.id}-{_kind(violation)}", "error", path, message, start, end, fix, words)


def _plain_fix(subject: PreflightSubject, violation: Violation, path: str, text: str | None) -> Fix | None:
    """The fix for an empty member, or for a name with white space around it."""
    if path == "authorizerName":
        trimmed = (text or "").strip()
        fits = trimmed != text and bool(trimmed) and not any(broken_rules(violation.limits, trimmed))
        return Fix("Remove the white space", with_text(subject.request, path, trimmed)) if fits else None
    if violation.rule.startswith("Member must have length greater"):
        return Fix(f"Remove {label(path)}", with_text(subject.request, path, None))
    return None


def _kind(violation: Violation) -> str:
    if "pattern" in violation.rule:
        return "pattern"
    return "maximum" if "less than" in violation.rule else "minimum"


def _range(violation: Violation, text: str | None) -> tuple[int, int]:
    if text is None or violation.limits.path.endswith("[key]"):
        return 0, 0
    if "less than" in violation.rule:
        return min(violation.limits.maximum, len(text)), len(text)
    if "pattern" in violation.rule:
        return _first_bad_character(violation.limits, text)
    return 0, 0


def _first_bad_character(limits: Limits, text: str) -> tuple[int, int]:
    if limits.path != "tokenSignature":
        fitting = re.match(limits.pattern or "", text, re.ASCII)
        start = fitting.end() if fitting else 0
        return start, min(start + 1, len(text))
    body = text.rstrip("=")
    found = _NOT_BASE64.search(body)
    if found:
        return found.span()
    return len(body) + 2 if body else 0, len(text)


def _message(violation: Violation, path: str, start: int) -> str:
    limits, subject = violation.limits, label(path)
    if violation.rule == "Member must not be null":
        return "The authorizer name is missing; it is the only member that AWS always requires."
    if limits.path.endswith("[key]"):
        subject = f"the name of the header {violation.header!r}"
    if "pattern" in violation.rule:
        allowed = BY_PATH[limits.path].characters
        return f"AWS refuses {subject} at character {start + 1}: it may contain only {allowed}."
    if "less than" in violation.rule:
        unit = "bytes" if path in BY_PATH and BY_PATH[path].kind is MemberKind.BLOB else "characters"
        return f"AWS refuses {subject}: it is longer than {limits.maximum} {unit}."
    return f"AWS refuses {subject}: it is empty; remove the member or fill it in."


CHECKS: tuple[Check, ...] = (broken_constraints,)
