"""Preflight: what AWS would refuse before the function runs, and what may be unexpected. It never prevents sending.

It checks the request as it will be sent. Every check is in one of the tables joined here, in the order in which sending
would reach it; errors come first, then warnings, then notes.
"""

from __future__ import annotations

from dataclasses import replace
from datetime import datetime

from authlens.core.preflight import (
    context_checks,
    known_checks,
    limit_checks,
    pairing_checks,
    signature_checks,
    token_checks,
)
from authlens.core.preflight.finding import Check, PreflightSubject
from authlens.core.preflight.finding import Finding as Finding
from authlens.core.preflight.finding import Fix as Fix
from authlens.core.preflight.finding import Known as Known
from authlens.core.request.authorizer import Authorizer
from authlens.core.request.request import AuthorizerRequest
from authlens.core.request.token_place import place
from authlens.core.saved.saved_request import Sign

CHECKS: tuple[Check, ...] = (
    *known_checks.BEFORE_THE_CALL,
    *limit_checks.CHECKS,
    *known_checks.CHECKS,
    *pairing_checks.CHECKS,
    *signature_checks.CHECKS,
    *token_checks.CHECKS,
    *context_checks.CHECKS,
)

_ORDER = {"error": 0, "warning": 1, "info": 2}
STAND_IN = f"{'c2lnbmVk' * 42}c2lnbmU="
"""A placeholder for a signature that is made only on sending, as long as that of a 2,048-bit key."""


def preflight(
    request: AuthorizerRequest,
    authorizer: Authorizer | None = None,
    sign: Sign | None = None,
    now: datetime | None = None,
    known: Known | None = None,
) -> tuple[Finding, ...]:
    """The findings of a request as written, most severe first.

    sign: how it is signed on sending, if it is. now: with a time zone; without it expiry is not checked. known: what is
    known about it without sending anything.
    """
    around = known or Known()
    authorizer = authorizer or around.authorizer
    subject = PreflightSubject(request, as_sent(request, authorizer, sign), authorizer, now, sign, around)
    findings = [finding for check in CHECKS for finding in check(subject)]
    if sign is None and any(finding.fix for finding in findings) and signature_checks.fits(request, authorizer):
        findings = [_without_breaking_fix(finding, authorizer) for finding in findings]
    return tuple(sorted(findings, key=lambda finding: _ORDER[finding.severity]))


def _without_breaking_fix(finding: Finding, authorizer: Authorizer | None) -> Finding:
    """The finding on a request whose signature fits, without a fix after which it would not."""
    breaks = finding.fix is not None and not signature_checks.fits(finding.fix.request, authorizer)
    return replace(finding, fix=None) if breaks else finding


def as_sent(request: AuthorizerRequest, authorizer: Authorizer | None, sign: Sign | None) -> AuthorizerRequest:
    """The request with a placeholder for the signature, and its token moved to where the signature goes."""
    if sign is None:
        return request
    named = authorizer if authorizer and authorizer.token_key_name else Authorizer("", token_key_name="token")
    return place(request, sign.place, STAND_IN, named)
