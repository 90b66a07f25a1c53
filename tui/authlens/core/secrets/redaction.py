"""Which parts of a request are secret, and how to remove them from any text.

The rule: a secret is removed in whatever form it appears (raw, base64, percent-encoded, JSON-escaped, hexadecimal, line
by line); a reference such as `${env:TOKEN}` is not a secret and stays.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from itertools import groupby
from typing import Any

from authlens.core.request import query
from authlens.core.request.authorizer import SIGNATURE_NAME, Authorizer
from authlens.core.request.members import MEMBERS, Member, MemberKind, Secrecy
from authlens.core.request.references import is_only_reference, refers
from authlens.core.request.request import AuthorizerRequest
from authlens.core.request.token_place import everything
from authlens.core.secrets.forms import MIN_LENGTH, forms_of

MASK = "[redacted]"

HARMLESS_NAMES = frozenset(
    (
        *("accept", "accept-encoding", "accept-language", "cache-control", "connection", "content-length"),
        *("content-type", "date", "host", "origin", "pragma", "referer", "upgrade", "user-agent"),
        *("sec-websocket-extensions", "sec-websocket-protocol", "sec-websocket-version", "x-amz-customauthorizer-name"),
        # Appended to the username by the AWS IoT device SDKs.
        *("sdk", "platform", "metadata", "version"),
    )
)
_SECRET_NAME = re.compile(r"auth|token|sig|secret|passw|pwd|key|cookie|jwt|session|credential|bearer", re.IGNORECASE)
_NAMES = re.compile(r"(?:^|[?&])([^=?&]+)=[^&]")
_LONG = 16
"""A header or parameter with a neutral name may carry the token, because users choose the token's name."""

_PATTERNS = (
    (re.compile(r"-----BEGIN [A-Z ]*PRIVATE KEY-----.*?(?:-----END [A-Z ]*PRIVATE KEY-----|\Z)", re.DOTALL), MASK),
    (re.compile(r"\beyJ[\w-]{5,}\.[\w-]{5,}(?:\.[\w-]*)?"), MASK),
    (re.compile(r"\b(?:AKIA|ASIA)[A-Z0-9]{16}\b"), MASK),
    (re.compile(r"(://)[^/\s@]+:[^/\s@]+@"), rf"\1{MASK}@"),
    (
        re.compile(
            r"(\bauthorization[\"']?\s*[:=]\s*[\"']?)(?!\[redacted)"
            r"(?:(?:bearer|basic|digest|aws4-hmac-sha256)\s[^\r\n\"']+|[^\s\"',]{8,})",
            re.IGNORECASE,
        ),
        rf"\1{MASK}",
    ),
    (
        re.compile(
            r"\b(x-amz-(?:security-token|signature|credential)|aws_?(?:secret_?access_?key|session_?token))"
            r"([\"']?\s*[:=]\s*[\"']?)(?!\[redacted)[^\s\"',&]+",
            re.IGNORECASE,
        ),
        rf"\1\2{MASK}",
    ),
)
"""Secrets wherever they appear: private keys, JWTs, AWS credentials, and the headers that carry them."""


class Redactor:
    """Knows a set of secrets in all their forms and removes them from text."""

    def __init__(self, secrets: Iterable[str | bytes]) -> None:
        forms = {form for secret in set(secrets) for form in forms_of(secret)}
        self._forms = sorted((form for form in forms if len(form) >= MIN_LENGTH), key=len, reverse=True)
        short = sorted(forms.difference(self._forms))
        words = "|".join(map(re.escape, short))
        self._short = re.compile(rf"(?<!\w)(?:{words})(?!\w)") if short else None

    def text(self, text: str) -> str:
        """The text without secrets. Very short ones are removed only where they are words of their own."""
        for form in self._forms:
            text = text.replace(form, MASK)
        if self._short is not None:
            text = self._short.sub(MASK, text)
        for pattern, mask in _PATTERNS:
            text = pattern.sub(mask, text)
        return text

    def values(self, value: Any) -> Any:
        """The JSON value with `text` applied to every string, including keys."""
        if isinstance(value, str):
            return self.text(value)
        if isinstance(value, dict):
            return {self.values(key): self.values(item) for key, item in value.items()}
        return [self.values(item) for item in value] if isinstance(value, list) else value

    def content(self, content: bytes) -> bytes:
        """Like `text`, for bytes that are mostly text."""
        return self.text(content.decode("utf-8", "surrogateescape")).encode("utf-8", "surrogateescape")


def secrets_of(
    request: AuthorizerRequest, authorizer: Authorizer | None = None, *, certain: bool = False
) -> tuple[str | bytes, ...]:
    """Token, signature, password, and the secrets in headers and parameters.

    authorizer: the one the request is for, if known; its tokenKeyName is the name of the token. certain: exclude values
    that are merely long enough to be a secret and have a neutral name.
    """
    names = token_names(request, authorizer)
    return tuple(
        form
        for _, name, forms in _members(request)
        if (name is None or _is_secret(name, forms[0], names, certain)) and not is_only_reference(forms[0])
        for form in forms
    )


def referred_secrets(request: AuthorizerRequest, sent: AuthorizerRequest) -> tuple[str | bytes, ...]:
    """The values, when sent, of references in members that may be secret, whatever their names."""
    referring = {path for path, _, forms in _members(request) if refers(forms[0])}
    return tuple(form for path, _, forms in _members(sent) if path in referring for form in forms)


def redact_request(request: AuthorizerRequest, authorizer: Authorizer | None = None) -> AuthorizerRequest:
    """The request with every secret masked; references stay. `authorizer` as in `secrets_of`."""
    names = token_names(request, authorizer)
    return request.changed(lambda member, value: _masked_member(member, value, names))


def token_names(request: AuthorizerRequest, authorizer: Authorizer | None = None) -> frozenset[str]:
    """The names, in lower case, that hold the token in the contexts although they may look neutral.

    The authorizer's tokenKeyName; if that is not known, the only other name next to a signature.
    """
    if authorizer is not None:
        return frozenset([authorizer.token_key_name.lower()] if authorizer.token_key_name else [])
    names = {placed.name.lower() for placed in everything(request) if placed.value}
    others = names - HARMLESS_NAMES - {SIGNATURE_NAME}
    return frozenset(others if SIGNATURE_NAME in names and len(others) == 1 else [])


def secret_spans(place: str, text: str, names: frozenset[str] = frozenset()) -> tuple[tuple[int, int], ...]:
    """The ranges of values in a query string or username whose names show that they are secret; references are
    excluded.

    place: `queryString` or `username`. names: those from `token_names`.
    """
    return tuple(
        (each.start, each.end)
        for each in query.of(place, text)
        if _is_secret(each.name, each.raw, names, certain=True) and not is_only_reference(each.raw)
    )


def _members(request: AuthorizerRequest) -> Iterator[tuple[str, str | None, tuple[str | bytes, ...]]]:
    """What may be secret: its path, which is the same when sent, its name, and its value as written and as AWS reads
    it.

    Anything without a name is always secret.
    """
    secret = ((member.path, request.value(member)) for member in MEMBERS if member.secrecy is Secrecy.SECRET)
    yield from ((path, None, (value,)) for path, value in secret if value)
    for place, found in groupby(everything(request), lambda each: each.place):
        for index, each in enumerate(found):
            # Signing appends parameters, and the wire has only one of several headers with the same name.
            path = each.path if place == "headers" else f"{each.path} {index}"
            yield path, each.name, (each.raw,) if each.value == each.raw else (each.raw, each.value)


def _is_secret(name: str, value: str | bytes, names: frozenset[str] = frozenset(), certain: bool = False) -> bool:
    """names: those from `token_names`."""
    if not value:
        return False
    if name.lower() in names or _holds_secret(value):
        return True
    if name.lower() in HARMLESS_NAMES:
        return False
    return tells_of_secret(name) or refers(value) or (len(value) >= _LONG and not certain)


def _holds_secret(value: str | bytes) -> bool:
    """Whether a value contains parameters of its own, after a second `?` or in a URL, one of which has a secret's
    name."""
    parameters = value.partition("?")[2] if isinstance(value, str) else ""
    return any(tells_of_secret(name) for name in _NAMES.findall(parameters))


def tells_of_secret(name: str) -> bool:
    """Whether a header or parameter with this name is secret, whatever its value."""
    return name.lower() not in HARMLESS_NAMES and _SECRET_NAME.search(name) is not None


def masked(secret: str | bytes | None) -> str | None:
    """The mask; the value itself if it contains nothing to hide."""
    if not secret:
        return None if secret is None else ""
    return secret if isinstance(secret, str) and is_only_reference(secret) else MASK


def _masked_member(member: Member, value: Any, names: frozenset[str]) -> Any:
    if member.secrecy is Secrecy.SECRET:
        return masked(value)
    if member.secrecy is Secrecy.OPEN:
        return value
    if member.kind is MemberKind.MAP:
        return tuple((name, masked(text) if _is_secret(name, text, names) else text) for name, text in value)
    for each in reversed(query.of(member.name, value)):
        if _is_secret(each.name, each.raw, names):
            value = f"{value[: each.start]}{masked(each.raw)}{value[each.end :]}"
    return value
