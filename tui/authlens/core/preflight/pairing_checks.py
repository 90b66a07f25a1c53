"""Preflight of combinations of members: the two mutually exclusive modes, and what an authorizer without signing
refuses."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import replace

from authlens.core.contract import test_call
from authlens.core.preflight.finding import Check, Finding, Fix, PreflightSubject
from authlens.core.request.authorizer import Authorizer
from authlens.core.request.request import AuthorizerRequest, MqttContext, text_at, with_text
from authlens.core.request.token_place import Place, place
from authlens.core.signing import jwt
from authlens.frozen import dataclass


@dataclass(frozen=True, slots=True)
class _Advice:
    """What a violated pairing rule means for the user's request."""

    path: Callable[[AuthorizerRequest], str]
    message: Callable[[AuthorizerRequest], str]
    fix: Callable[[PreflightSubject], Fix | None]
    first_character: bool = False
    """Whether it concerns the first character of the member rather than all of it."""


def broken_pairing(subject: PreflightSubject) -> Iterator[Finding]:
    """The pairing rule that AWS would report: the first one violated."""
    refusal = test_call.pairing_refusal(subject.sent, subject.authorizer)
    if refusal is None:
        return
    advice = _ADVICE[refusal.rule]
    path = advice.path(subject.sent)
    text = text_at(subject.request, path) or ""
    if refusal.rule == test_call.QUERY_STRING.id and text.startswith("${"):
        return
    end = min(1, len(text)) if advice.first_character else len(text)
    message = advice.message(subject.sent)
    yield Finding(refusal.rule, "error", path, message, 0, end, advice.fix(subject), refusal.message)


def _half_a_pair_fix(subject: PreflightSubject) -> Fix | None:
    request = subject.request
    if request.token is None:
        return Fix("Remove the token signature", replace(request, token_signature=None))
    read = jwt.read(request.token)
    if read is not None and read.can_be_signature:
        signed = replace(request, token=read.signed_part, token_signature=read.signature)
        return Fix("Use the JWT's third part as the signature", signed)
    return None


def _half_a_pair_message(request: AuthorizerRequest) -> str:
    if request.token is None:
        return "There is a token signature but no token; AWS requires both or neither."
    return "There is a token but no signature; sign it with a private key, or use the contexts instead."


def _token_and_context_fix(subject: PreflightSubject) -> Fix:
    request, authorizer = subject.request, subject.authorizer
    if authorizer and authorizer.token_key_name and not authorizer.signing_disabled and request.token_signature:
        where, label = _context_place(request)
        return Fix(f"Move token and signature into {label}", place(request, where, request.token_signature, authorizer))
    return Fix("Remove token and signature, keep the contexts", replace(request, token=None, token_signature=None))


def _context_place(request: AuthorizerRequest) -> tuple[Place, str]:
    if request.mqtt_context is not None:
        return "username", "the MQTT username"
    if request.http_context is not None and request.http_context.headers:
        return "headers", "the HTTP headers"
    return "queryString", "the query string"


def _signing_disabled_fix(subject: PreflightSubject) -> Fix:
    """Without signing the function itself reads the token, usually from the query string."""
    request, authorizer = subject.request, subject.authorizer
    named = authorizer if authorizer and authorizer.token_key_name else Authorizer("", token_key_name="token")
    moved = place(request, "queryString", request.token_signature or "", named)
    return Fix("Send the token in the query string instead", moved)


def _nothing_sent_fix(subject: PreflightSubject) -> Fix:
    context = MqttContext(username="user", client_id="client-1")
    return Fix("Add an MQTT context", replace(subject.request, mqtt_context=context))


def _query_string_fix(subject: PreflightSubject) -> Fix:
    path = "httpContext.queryString"
    text = text_at(subject.request, path) or ""
    return Fix("Put '?' before the query string", with_text(subject.request, path, f"?{text}"))


_ADVICE = {
    test_call.HALF_A_PAIR.id: _Advice(
        lambda request: "tokenSignature" if request.token is None else "token", _half_a_pair_message, _half_a_pair_fix
    ),
    test_call.TOKEN_AND_CONTEXT.id: _Advice(
        lambda request: "token" if request.token is not None else "tokenSignature",
        lambda request: (
            "Token mode and context mode are mutually exclusive: AWS refuses a token together with a context."
        ),
        _token_and_context_fix,
    ),
    test_call.SIGNING_DISABLED.id: _Advice(
        lambda request: "token",
        lambda request: "Signing is disabled for this authorizer: it accepts only contexts, not a token and signature.",
        _signing_disabled_fix,
    ),
    test_call.NOTHING_SENT.id: _Advice(
        lambda request: "",
        lambda request: "The request is empty: AWS requires token and signature, or at least one context.",
        _nothing_sent_fix,
    ),
    test_call.QUERY_STRING.id: _Advice(
        lambda request: "httpContext.queryString",
        lambda request: "The query string must begin with '?' in a test call; without it AWS refuses the request.",
        _query_string_fix,
        first_character=True,
    ),
}
"""By the id of the contract's rule."""

CHECKS: tuple[Check, ...] = (broken_pairing,)
