"""Preflight: what AWS would refuse before the function runs, and what will surprise. Nothing here ever stops a request.

Every check stands in one of the tables joined here; errors come first, then warnings, then what is good to know.
"""

from __future__ import annotations

from datetime import datetime

from authlens.core import (
    preflight_contexts,
    preflight_limits,
    preflight_pairing,
    preflight_signature,
    preflight_token,
)
from authlens.core.authorizer import Authorizer
from authlens.core.finding import Check, Subject
from authlens.core.finding import Finding as Finding
from authlens.core.finding import Fix as Fix
from authlens.core.placing import place
from authlens.core.request import AuthorizerRequest
from authlens.core.saved_request import Sign

CHECKS: tuple[Check, ...] = (
    *preflight_limits.CHECKS,
    *preflight_pairing.CHECKS,
    *preflight_signature.CHECKS,
    *preflight_token.CHECKS,
    *preflight_contexts.CHECKS,
)

_ORDER = {"error": 0, "warning": 1, "info": 2}
_STAND_IN = "c2lnbmVk"
"""Takes the place of a signature that is made only when the request is sent."""


def preflight(
    request: AuthorizerRequest,
    authorizer: Authorizer | None = None,
    sign: Sign | None = None,
    now: datetime | None = None,
) -> tuple[Finding, ...]:
    """The findings of a request as written, the gravest first.

    sign: how it is signed on sending, if it is. now: with a time zone; without it expiry is not judged.
    """
    subject = Subject(request, _as_sent(request, authorizer, sign), authorizer, now)
    findings = (finding for check in CHECKS for finding in check(subject))
    return tuple(sorted(findings, key=lambda finding: _ORDER[finding.severity]))


def _as_sent(request: AuthorizerRequest, authorizer: Authorizer | None, sign: Sign | None) -> AuthorizerRequest:
    if sign is None or request.token is None:
        return request
    named = authorizer if authorizer and authorizer.token_key_name else Authorizer("", token_key_name="token")
    return place(request, sign.place, _STAND_IN, named)
