"""Preflight of token and signature: a signature that fits no key, is not found, or loses its `+` in transit."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from difflib import get_close_matches
from typing import TypeGuard

from authlens.core.contract import test_call
from authlens.core.preflight.finding import Check, Finding, Fix, PreflightSubject
from authlens.core.preflight.limit_checks import corrected_signature
from authlens.core.request.authorizer import AUTHORIZER_NAME, SIGNATURE_NAME, Authorizer
from authlens.core.request.members import LIMITS, label
from authlens.core.request.references import literal, refers, unescaped
from authlens.core.request.request import AuthorizerRequest, Mode, text_at, with_text
from authlens.core.request.token_place import (
    FoundValue,
    everything,
    find,
    find_all,
    find_signature,
    find_token,
    put,
    signature_of,
    token_of,
)
from authlens.core.secrets.redaction import HARMLESS_NAMES
from authlens.core.signing import jwt
from authlens.core.signing.bench import other_texts
from authlens.core.signing.keys import MINIMUM_BITS, KeyProblem, read_public_key
from authlens.core.signing.mistakes import Mistake, likely_mistakes
from authlens.core.signing.signing import fitting_key
from authlens.core.text.encodings import has_escapes, percent_decode, signature_bytes, strict_base64


def signature_mismatch(subject: PreflightSubject) -> Iterator[Finding]:
    """A signature that none of the authorizer's keys verifies, with the likely mistake."""
    request, authorizer = subject.request, subject.authorizer
    token, signature = token_of(request, authorizer), signature_of(request)
    if subject.sign is not None or not _verifies(authorizer) or token is None or signature is None:
        return
    if refers(token) or refers(signature) or _breaks_pattern(request.token_signature):
        return
    keys, token = authorizer.token_signing_public_keys, unescaped(token)
    if fitting_key(token, signature, keys) is not None:
        return
    mistake = next(iter(likely_mistakes(token, signature, keys, other_texts(request))), None)
    path, start, end = _signature_range(request)
    unread = [name for name, pem in keys if not _is_readable(pem)]
    if unread and mistake is None:
        message = (
            f"authlens cannot read the public key {', '.join(unread)}, so it cannot tell whether the signature fits."
        )
        yield Finding(test_call.SIGNATURE_MISMATCH.id, "warning", path, message, start, end)
        return
    why = mistake.reason if mistake else "it was made with a different key or padding, or is damaged"
    message = f"The signature fits no key of the authorizer ({', '.join(name for name, _ in keys)}): {why}."
    words = test_call.SIGNATURE_MISMATCH.refusal(name=authorizer.name).message
    yield Finding(
        test_call.SIGNATURE_MISMATCH.id, "error", path, message, start, end, _mistake_fix(subject, mistake), words
    )


def fits(request: AuthorizerRequest, authorizer: Authorizer | None) -> bool:
    """Whether the request holds a token with a signature that the authorizer verifies, so that it is as it was
    meant."""
    token, signature = token_of(request, authorizer), signature_of(request)
    if not _verifies(authorizer) or token is None or signature is None or refers(token):
        return False
    return fitting_key(unescaped(token), signature, authorizer.token_signing_public_keys) is not None


def _is_readable(pem: str) -> bool:
    try:
        read_public_key(pem)
    except KeyProblem:
        return False
    return True


def nothing_to_verify(subject: PreflightSubject) -> Iterator[Finding]:
    """Context mode with a signed authorizer that finds no token, or no signature, in the contexts."""
    request, authorizer = subject.sent, subject.authorizer
    if request.mode is not Mode.CONTEXT or authorizer is None or authorizer.signing_disabled:
        return
    names = (authorizer.token_key_name or "", SIGNATURE_NAME)
    for name in (name for name in names if name and find(request, name) is None):
        near = _nearest(request, name, {other.lower() for other in names if other})
        what = "signature" if name == SIGNATURE_NAME else "token"
        message = (
            f"The authorizer requires a signature, but there is no {what}: the contexts have no parameter {name!r}"
        )
        fix = None
        if near is not None:
            message += f"; {label(near.path)} has {near.name!r}, which is a different name"
            fix = Fix(f"Rename {near.name} to {name}", _renamed(subject.request, near, name))
        elif name == SIGNATURE_NAME:
            fix = _third_part_fix(subject)
        yield Finding(
            test_call.TOKEN_NOT_IN_CONTEXT.id, "error", _context_path(request), f"{message}.", 0, 0, fix, "null"
        )


def _third_part_fix(subject: PreflightSubject) -> Fix | None:
    """The fix that splits a JWT in a context into token and signature."""
    placed = find_token(subject.request, subject.authorizer)
    read = jwt.read(placed.value) if placed else None
    if placed is None or read is None or not read.can_be_signature or read.signature is None:
        return None
    parted = put(subject.request, placed.place, placed.name, read.signed_part)
    signed = put(parted, placed.place, SIGNATURE_NAME, read.signature)
    return Fix("Use the JWT's third part as the signature", signed)


def spoiled_in_transit(subject: PreflightSubject) -> Iterator[Finding]:
    """A token or signature in a URL-encoded place with an unencoded `+`, which is read as a space."""
    for placed in _placed_values(subject):
        if placed.place != "headers" and "+" in placed.raw and not refers(placed.raw) and not _is_as_meant(subject):
            start = placed.start + placed.raw.index("+")
            message = (
                f"The '+' in {placed.name} is read as a space: values in {label(placed.path)} are URL-encoded, "
                "so it must be written %2B."
            )
            encoded = placed.raw.replace("+", "%2B")
            fix = Fix("Write '+' as %2B", _respelled(subject.request, placed, encoded))
            yield Finding("plus-becomes-space", "warning", placed.path, message, start, start + 1, fix)


def encoded_header(subject: PreflightSubject) -> Iterator[Finding]:
    """A URL-encoded value in a header, which AWS does not decode."""
    for placed in _placed_values(subject):
        if placed.place == "headers" and has_escapes(placed.raw) and not (refers(placed.raw) or _is_as_meant(subject)):
            message = f"The header {placed.name} looks URL-encoded; AWS does not decode header values."
            fix = Fix("URL-decode the header", _respelled(subject.request, placed, percent_decode(placed.raw)))
            yield Finding("url-encoded-header", "warning", placed.path, message, placed.start, placed.end, fix)


def odd_placed_signature(subject: PreflightSubject) -> Iterator[Finding]:
    """A signature in a context that is not base64 as AWS reads it."""
    placed = find_signature(subject.request)
    if placed is None or refers(placed.raw) or subject.is_signed_here(placed) or "+" in placed.raw:
        return
    if signature_bytes(placed.value) is not None:
        return
    corrected = corrected_signature(placed.value)
    why = corrected[1] if corrected else "it is not base64"
    fix = (
        Fix("Write it as URL-encoded base64", _with_value(subject.request, placed, corrected[0])) if corrected else None
    )
    message = f"The signature in {label(placed.path)} cannot be verified: {why}."
    yield Finding("signature-not-base64", "warning", placed.path, message, placed.start, placed.end, fix)


def short_signature(subject: PreflightSubject) -> Iterator[Finding]:
    """A signature too short for any key that AWS accepts."""
    if subject.sign is not None:
        return
    octets = signature_bytes(signature_of(subject.request) or "")
    if octets is not None and len(octets) * 8 < MINIMUM_BITS:
        path, start, end = _signature_range(subject.request)
        message = (
            f"The signature has {len(octets)} bytes; that of a {MINIMUM_BITS}-bit RSA key, the smallest "
            f"that AWS accepts, has {MINIMUM_BITS // 8}."
        )
        yield Finding("signature-too-short", "warning", path, message, start, end)


def unpadded_signature(subject: PreflightSubject) -> Iterator[Finding]:
    """Base64 without its padding, which the API's pattern allows."""
    signature = signature_of(subject.request) or ""
    if subject.sign is not None or strict_base64(signature) is not None or signature_bytes(signature) is None:
        return
    path, start, end = _signature_range(subject.request)
    message = (
        "The signature is base64 without its padding. The API allows that, but whether AWS IoT verifies "
        "it in the same way was not measured."
    )
    yield Finding("signature-unpadded", "info", path, message, start, end)


def several_places(subject: PreflightSubject) -> Iterator[Finding]:
    """A parameter in several places with different values: which one AWS uses was never measured."""
    names = [SIGNATURE_NAME, *([subject.authorizer.token_key_name] if _verifies(subject.authorizer) else [])]
    for name in (name for name in names if name):
        found = find_all(subject.sent, name)
        if len({placed.value for placed in found}) > 1:
            places = ", ".join(label(placed.path) for placed in found)
            message = f"{name} is in several places with different values ({places}); it is not known which wins."
            written = [placed for placed in find_all(subject.request, name) if not subject.is_signed_here(placed)]
            last = (written or found)[-1]
            yield Finding("parameter-in-several-places", "warning", last.path, message, last.start, last.end)


def unverified_signature(subject: PreflightSubject) -> Iterator[Finding]:
    """A signature in the contexts of an authorizer that does not verify it."""
    placed = find_signature(subject.sent)
    if placed is not None and subject.authorizer is not None and subject.authorizer.signing_disabled:
        message = "Signing is disabled for this authorizer: AWS does not verify the signature, so the function must."
        start, end = (0, 0) if subject.is_signed_here(placed) else (placed.start, placed.end)
        yield Finding("signature-not-verified", "info", placed.path, message, start, end)


def whole_jwt(subject: PreflightSubject) -> Iterator[Finding]:
    """A complete JWT as the token with its own third part as the signature, which only signs the first two parts."""
    request = subject.request
    read = jwt.read(request.token or "")
    if read is None or read.signature is None or request.token == read.signed_part or _verifies(subject.authorizer):
        return
    if subject.sign is not None:
        return
    if request.token_signature == read.signature:
        start = len(read.signed_part)
        message = "The signature is the JWT's own third part: it signs the first two parts, which must be the token."
        fix = Fix("Drop the third part from the token", replace(request, token=read.signed_part))
        yield Finding("jwt-signs-itself", "warning", "token", message, start, len(request.token or ""), fix)


CHECKS: tuple[Check, ...] = (
    signature_mismatch,
    nothing_to_verify,
    spoiled_in_transit,
    encoded_header,
    odd_placed_signature,
    short_signature,
    unpadded_signature,
    several_places,
    unverified_signature,
    whole_jwt,
)


def _verifies(authorizer: Authorizer | None) -> TypeGuard[Authorizer]:
    return authorizer is not None and not authorizer.signing_disabled and bool(authorizer.token_signing_public_keys)


def _is_as_meant(subject: PreflightSubject) -> bool:
    return subject.sign is None and fits(subject.request, subject.authorizer)


def _breaks_pattern(signature: str | None) -> bool:
    """Whether AWS refuses the top-level signature before verifying it, which another check reports."""
    return signature is not None and not LIMITS["tokenSignature"].fits(signature)


def _placed_values(subject: PreflightSubject) -> Iterator[FoundValue]:
    """The token and the signature wherever they are in the contexts."""
    names = [SIGNATURE_NAME]
    if subject.authorizer is not None and subject.authorizer.token_key_name:
        names.append(subject.authorizer.token_key_name)
    found = (placed for name in names for placed in find_all(subject.request, name))
    return (placed for placed in found if not subject.is_signed_here(placed))


def _signature_range(request: AuthorizerRequest) -> tuple[str, int, int]:
    if request.token_signature is not None:
        return "tokenSignature", 0, len(request.token_signature)
    placed = find_signature(request)
    return (placed.path, placed.start, placed.end) if placed else ("", 0, 0)


def _mistake_fix(subject: PreflightSubject, mistake: Mistake | None) -> Fix | None:
    """The fix with the pair that AWS would accept, if a change of encoding gives one."""
    if mistake is None or mistake.token is None or mistake.signature is None:
        return None
    request = subject.request
    if request.token is not None:
        return Fix("Correct it", replace(request, token=literal(mistake.token), token_signature=mistake.signature))
    name = subject.authorizer.token_key_name if subject.authorizer else None
    for placed, value in (
        (find(request, name or ""), literal(mistake.token)),
        (find_signature(request), mistake.signature),
    ):
        if placed is not None and placed.value != value:
            request = _with_value(request, placed, value)
    return Fix("Correct it", request)


def _respelled(request: AuthorizerRequest, placed: FoundValue, raw: str) -> AuthorizerRequest:
    """The request with the raw text of one value replaced."""
    text = text_at(request, placed.path) or ""
    return with_text(request, placed.path, text[: placed.start] + raw + text[placed.end :])


def _with_value(request: AuthorizerRequest, placed: FoundValue, value: str) -> AuthorizerRequest:
    return put(request, placed.place, placed.name, value)


def _nearest(request: AuthorizerRequest, name: str, wanted: set[str]) -> FoundValue | None:
    """The parameter or header whose name is similar to the one that AWS looks for.

    A name with a meaning of its own is not a misspelling: renaming it would break the request.
    """
    known = wanted | {AUTHORIZER_NAME} | HARMLESS_NAMES
    by_name = {placed.name.lower(): placed for placed in everything(request) if placed.name.lower() not in known}
    near = get_close_matches(name.lower(), by_name, n=1, cutoff=0.75)
    return by_name[near[0]] if near else None


def _renamed(request: AuthorizerRequest, placed: FoundValue, name: str) -> AuthorizerRequest:
    text = text_at(request, placed.path) or ""
    if placed.place == "headers" and request.http_context is not None:
        old = request.http_context.headers or ()
        headers = tuple((name if key == placed.name else key, value) for key, value in old)
        return replace(request, http_context=replace(request.http_context, headers=headers))
    first = text.find("?") + 1 if placed.place == "username" else int(text.startswith("?"))
    begin = max(text[: placed.start].rfind("&") + 1, first)
    return with_text(request, placed.path, f"{text[:begin]}{name}={placed.raw}{text[placed.end :]}")


def _context_path(request: AuthorizerRequest) -> str:
    if request.mqtt_context is not None:
        return "mqttContext.username"
    return "httpContext.queryString" if request.http_context is not None else "tlsContext.serverName"
