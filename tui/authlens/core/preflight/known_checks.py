"""Preflight of what is needed for sending and known to be missing: references, the signing key, the authorizer."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from difflib import get_close_matches

from authlens.core.contract import test_call
from authlens.core.contract.statement import Severity
from authlens.core.preflight.finding import MISSING_AUTHORIZER, Check, Finding, Fix, PreflightSubject
from authlens.core.request.references import refers
from authlens.core.request.token_place import token_of


def missing(subject: PreflightSubject) -> Iterator[Finding]:
    """Unresolvable references and an unusable signing key, with which nothing would be sent."""
    for each in subject.known.missing:
        id_, severity = next((found for part, found in _OF_PARTS.items() if each.path.startswith(part)), _OF_MEMBERS)
        yield Finding(id_, severity, each.path, each.why, each.start, each.end)


_OF_MEMBERS: tuple[str, Severity] = ("missing-reference", "error")
_OF_PARTS: dict[str, tuple[str, Severity]] = {
    "sign.": ("signing-key", "error"),
    "certificate.": ("certificate-file", "warning"),
    "target.": ("local-target", "error"),
}
"""By the part of the saved request that refers to it. A test call does not need the certificate."""


def missing_authorizer(subject: PreflightSubject) -> Iterator[Finding]:
    """A request that names no authorizer, which no client sends."""
    request, names = subject.request, subject.known.authorizer_names
    if request.authorizer_name:
        return
    listed = f": {', '.join(names[:5])}" if names else ""
    fix = Fix(f"Use {names[0]}", replace(request, authorizer_name=names[0])) if len(names) == 1 else None
    yield Finding(MISSING_AUTHORIZER, "error", "authorizerName", f"Give the name of an authorizer{listed}.", 0, 0, fix)


def nothing_to_sign(subject: PreflightSubject) -> Iterator[Finding]:
    """`sign:` without a token to sign. Checked only if the authorizer is known where it defines the token's name."""
    sign, authorizer = subject.sign, subject.authorizer
    if sign is None or (authorizer is None and sign.place != "token"):
        return
    known = None if sign.place == "token" else authorizer
    if not token_of(subject.request, known):
        message = "The request is signed on sending, but there is no token to sign"
        if sign.place == "token":
            message += ": 'place: token' signs only the member token"
        elif known is not None and known.token_key_name:
            message += f": neither the member token nor a parameter {known.token_key_name!r} contains one"
        yield Finding("nothing-to-sign", "error", "token", f"{message}.")
    elif known is not None and subject.request.token is not None and not known.token_key_name:
        message = (
            f"The authorizer has no tokenKeyName, so the token cannot be placed in {_PLACES[sign.place]} when the "
            "request is signed."
        )
        yield Finding("no-place-for-token", "error", "token", message, 0, len(subject.request.token))


_PLACES = {
    "token": "the token",
    "username": "the MQTT username",
    "queryString": "the query string",
    "headers": "the HTTP headers",
}


def unknown_authorizer(subject: PreflightSubject) -> Iterator[Finding]:
    """An authorizer that is known not to exist, with the one probably meant."""
    request, known = subject.request, subject.known
    name = request.authorizer_name
    if known.has_authorizer is not False or not name or refers(name):
        return
    if subject.authorizer is not None and subject.authorizer.name == name:
        return  # it may have been created on a local endpoint since
    near = get_close_matches(name, known.authorizer_names, n=1, cutoff=0.6)
    others = ", ".join(known.authorizer_names[:5])
    message = f"There is no authorizer {name!r}" + (
        f"; existing: {others}." if others else " in this account and region."
    )
    fix = Fix(f"Use {near[0]}", replace(request, authorizer_name=near[0])) if near else None
    words = test_call.UNKNOWN_AUTHORIZER.refusal(name=name).message
    yield Finding(test_call.UNKNOWN_AUTHORIZER.id, "error", "authorizerName", message, 0, len(name), fix, words)


BEFORE_THE_CALL: tuple[Check, ...] = (missing, missing_authorizer, nothing_to_sign)
"""Checks for what prevents a request from being sent at all."""

CHECKS: tuple[Check, ...] = (unknown_authorizer,)
