"""Preflight of single members: what the service model refuses, pointing at the first character that breaks it."""

from __future__ import annotations

import re
from collections.abc import Iterator

from authlens.core.contract.test_call import CONSTRAINTS, Violation, broken_rules, constraint_refusal, violations
from authlens.core.preflight.finding import Check, Finding, Fix, Subject
from authlens.core.request.fields import header_path, label, text_at, with_text
from authlens.core.request.members import BY_PATH, Member
from authlens.core.request.references import refers
from authlens.core.signing.mistakes import SIGNATURE_REPAIRS

_CHARACTERS = {
    "authorizerName": (re.compile(r"[^\w=,@-]", re.ASCII), "letters, digits and _ = , @ -"),
    "tokenSignature": (re.compile(r"[^A-Za-z0-9+/]"), "base64: letters, digits, + and /, then at most two ="),
}
"""The first match is the character that breaks the member's pattern; then what is allowed, in words."""


def broken_constraints(subject: Subject) -> Iterator[Finding]:
    """Every broken constraint of the model, but for values that are known only when the request is sent."""
    judged = [(violation, path) for violation in violations(subject.sent) for path in [_path(violation)]]
    judged = [(violation, path) for violation, path in judged if not refers(text_at(subject.request, path) or "")]
    refusal = constraint_refusal(tuple(str(violation) for violation, _ in judged))
    for violation, path in judged:
        yield _finding(subject, violation, path, refusal.message if refusal else None)


def _path(violation: Violation) -> str:
    return header_path(violation.header) if violation.header is not None else violation.member.path


def mended_signature(signature: str) -> tuple[str, str] | None:
    """The signature as plain base64 and what was wrong with it; `None` when no known mistake explains it."""
    member, reasons = BY_PATH["tokenSignature"], []
    for repair in SIGNATURE_REPAIRS:
        changed = repair.change(signature)
        if changed != signature:
            signature = changed
            reasons.append(repair.reason)
    fits = reasons and not any(broken_rules(member, signature))
    return (signature, "; ".join(reasons)) if fits else None


def _finding(subject: Subject, violation: Violation, path: str, words: str | None) -> Finding:
    """`words`: what AWS answers, which names every broken constraint at once."""
    member, text = violation.member, text_at(subject.request, path)
    start, end = _range(violation, text)
    message, fix = _message(violation, path, text or "", start), _plain_fix(subject, violation, path, text)
    if path == "tokenSignature" and "pattern" in violation.rule and text is not None:
        mended = mended_signature(text)
        if mended:
            message = f"AWS refuses the token signature: {mended[1]}."
            fix = Fix("Make the signature plain base64", with_text(subject.request, path, mended[0]))
    return Finding(f"{CONSTRAINTS.id}-{_kind(violation, member)}", "error", path, message, start, end, fix, words)


def _plain_fix(subject: Subject, violation: Violation, path: str, text: str | None) -> Fix | None:
    """What mends an empty member, or a name with white space around it."""
    if path == "authorizerName":
        trimmed = (text or "").strip()
        fits = trimmed != text and bool(trimmed) and not any(broken_rules(violation.member, trimmed))
        return Fix("Remove the white space", with_text(subject.request, path, trimmed)) if fits else None
    if violation.rule.startswith("Member must have length greater"):
        return Fix(f"Leave {label(path)} out", with_text(subject.request, path, None))
    return None


def _kind(violation: Violation, member: Member) -> str:
    if "pattern" in violation.rule:
        return "pattern"
    return "maximum" if "less than" in violation.rule else "minimum"


def _range(violation: Violation, text: str | None) -> tuple[int, int]:
    if text is None or violation.member.path.endswith("[key]"):
        return 0, 0
    if "less than" in violation.rule:
        return min(violation.member.maximum, len(text)), len(text)
    if "pattern" in violation.rule:
        return _first_bad_character(violation.member.path, text)
    return 0, 0


def _first_bad_character(path: str, text: str) -> tuple[int, int]:
    pattern, _ = _CHARACTERS[path]
    body = text.rstrip("=") if path == "tokenSignature" else text
    found = pattern.search(body)
    if found:
        return found.span()
    return (min(len(body) + 2, len(text)), len(text)) if len(text) - len(body) > 2 else (0, len(text))


def _message(violation: Violation, path: str, text: str, start: int) -> str:
    member, subject = violation.member, label(path)
    if violation.rule == "Member must not be null":
        return "The authorizer name is missing; it is the one member that AWS always needs."
    if member.path.endswith("[key]"):
        subject = f"the name of the header {violation.header!r}"
    if "pattern" in violation.rule:
        allowed = _CHARACTERS[member.path][1]
        return f"AWS refuses {subject} at character {start + 1}: it may hold {allowed}."
    if "less than" in violation.rule:
        unit = "bytes" if member.blob else "characters"
        return f"AWS refuses {subject}: it is longer than {member.maximum} {unit}."
    return f"AWS refuses {subject}: it is empty; leave the member out or fill it in."


CHECKS: tuple[Check, ...] = (broken_constraints,)
