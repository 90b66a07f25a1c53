"""Requests and authorizers for preflight tests."""

from __future__ import annotations

from datetime import UTC, datetime

from authlens.core.preflight.preflight import Finding, preflight
from authlens.core.request.authorizer import Authorizer
from authlens.core.request.request import AuthorizerRequest
from authlens.core.saved.saved_request import Sign
from authlens.core.signing.signing import sign
from support.public_keys import pair

NOW = datetime(2026, 11, 23, 12, 0, 0, tzinfo=UTC)
SIGNED = Authorizer(
    "A",
    token_key_name="tok",
    token_signing_public_keys=(("old", pair("b").public_pem), ("new", pair("a").public_pem)),
)
UNSIGNED = Authorizer("A", signing_disabled=True)


def signature(token: str) -> str:
    return sign(token, pair("a").private_pem)


def found(
    request: AuthorizerRequest, authorizer: Authorizer | None = None, sign: Sign | None = None
) -> dict[str, Finding]:
    """The findings by id."""
    return {finding.id: finding for finding in preflight(request, authorizer, sign, NOW)}


def request_fixed_by(
    request: AuthorizerRequest, identifier: str, authorizer: Authorizer | None = None
) -> AuthorizerRequest:
    """The request with one finding's fix applied; asserts that the finding is gone."""
    fix = found(request, authorizer)[identifier].fix
    assert fix is not None
    assert identifier not in found(fix.request, authorizer)
    return fix.request
