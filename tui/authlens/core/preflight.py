"""Preflight: what AWS would refuse before the function runs, and what will surprise. Nothing here ever stops a request.

It judges the request as it will be sent. Every check is a row of one of the tables joined here, in the order in which
sending would come to it; errors come first, then warnings, then what is good to know.
"""

from __future__ import annotations

from datetime import datetime

from authlens.core import (
    preflight_contexts,
    preflight_known,
    preflight_limits,
    preflight_pairing,
    preflight_signature,
    preflight_token,
)
from authlens.core.authorizer import Authorizer
from authlens.core.finding import Check, Subject
from authlens.core.finding import Finding as Finding
from authlens.core.finding import Fix as Fix
from authlens.core.finding import Known as Known
from authlens.core.placing import place
from authlens.core.request import AuthorizerRequest
from authlens.core.saved_request import Sign

CHECKS: tuple[Check, ...] = (
    *preflight_known.BEFORE_THE_CALL,
    *preflight_limits.CHECKS,
    *preflight_known.CHECKS,
    *preflight_pairing.CHECKS,
    *preflight_signature.CHECKS,
    *preflight_token.CHECKS,
    *preflight_contexts.CHECKS,
)

_ORDER = {"error": 0, "warning": 1, "info": 2}
STAND_IN = f"{'c2lnbmVk' * 42}c2lnbmU="
"""Takes the place of a signature that is made only when the request is sent: as long as one of a 2,048 bit key."""


def preflight(
    request: AuthorizerRequest,
    authorizer: Authorizer | None = None,
    sign: Sign | None = None,
    now: datetime | None = None,
    known: Known | None = None,
) -> tuple[Finding, ...]:
    """The findings of a request as written, the gravest first.

    sign: how it is signed on sending, if it is. now: with a time zone; without it expiry is not judged.
    known: what was found out around it without sending anything.
    """
    around = known or Known()
    authorizer = authorizer or around.authorizer
    subject = Subject(request, as_sent(request, authorizer, sign), authorizer, now, sign, around)
    findings = (finding for check in CHECKS for finding in check(subject))
    return tuple(sorted(findings, key=lambda finding: _ORDER[finding.severity]))


def as_sent(request: AuthorizerRequest, authorizer: Authorizer | None, sign: Sign | None) -> AuthorizerRequest:
    """The request with a stand-in for the signature, and its token where the signature goes."""
    if sign is None:
        return request
    named = authorizer if authorizer and authorizer.token_key_name else Authorizer("", token_key_name="token")
    return place(request, sign.place, STAND_IN, named)
