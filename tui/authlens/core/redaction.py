"""What is secret in a request, and how to take it out of any text.

The rule: a secret goes in whatever form it turns up (raw, base64, percent-encoded, JSON-escaped, hexadecimal, line by
line); a reference such as `${env:TOKEN}` is no secret and stays.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from dataclasses import replace
from typing import Any
from urllib.parse import unquote_plus

from authlens.core.request import AuthorizerRequest, HttpContext, MqttContext
from authlens.core.secret_forms import MIN_LENGTH, forms_of

MASK = "[redacted]"

_HARMLESS_NAMES = frozenset(
    (
        *("accept", "accept-encoding", "accept-language", "cache-control", "connection", "content-length"),
        *("content-type", "date", "host", "origin", "pragma", "referer", "upgrade", "user-agent"),
        *("sec-websocket-extensions", "sec-websocket-protocol", "sec-websocket-version", "x-amz-customauthorizer-name"),
    )
)
_SECRET_NAME = re.compile(r"auth|token|sig|secret|passw|pwd|key|cookie|jwt|session|credential|bearer", re.IGNORECASE)
_LONG = 16
"""A header or parameter whose name says nothing may carry the token: the token's name is the user's own."""
_REFERENCE = re.compile(r"(?:(?:bearer|basic)\s+)?(?<!\$)\$\{(?:env|file|keyring):[^}]*\}", re.IGNORECASE)

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
"""What is secret wherever it stands: private keys, JWTs, AWS credentials, the headers that carry them."""


class Redactor:
    """Knows the secrets of the moment, in all their forms, and removes them from text."""

    def __init__(self, secrets: Iterable[str | bytes]) -> None:
        forms = {form for secret in secrets for form in forms_of(secret)}
        self._forms = sorted((form for form in forms if len(form) >= MIN_LENGTH), key=len, reverse=True)
        short = sorted(form for form in forms if len(form) < MIN_LENGTH)
        words = "|".join(map(re.escape, short))
        self._short = re.compile(rf"(?<!\w)(?:{words})(?!\w)") if short else None

    def text(self, text: str) -> str:
        """The text without secrets. A very short one goes only where it stands as a word of its own."""
        for form in self._forms:
            text = text.replace(form, MASK)
        if self._short is not None:
            text = self._short.sub(MASK, text)
        for pattern, mask in _PATTERNS:
            text = pattern.sub(mask, text)
        return text

    def values(self, value: Any) -> Any:
        """The same JSON value with every text, keys too, as `text` makes it."""
        if isinstance(value, str):
            return self.text(value)
        if isinstance(value, dict):
            return {self.values(key): self.values(item) for key, item in value.items()}
        return [self.values(item) for item in value] if isinstance(value, list) else value

    def content(self, content: bytes) -> bytes:
        """As `text`, for bytes that are mostly text."""
        return self.text(content.decode("utf-8", "surrogateescape")).encode("utf-8", "surrogateescape")


def secrets_of(request: AuthorizerRequest, *, certain: bool = False) -> tuple[str | bytes, ...]:
    """Token, signature, password, and what headers and parameters carry of the kind.

    certain: without what is only long enough to be a secret, while its name says nothing.
    """
    members = secret_members(request, certain=certain)
    return tuple(secret for _, secret in members if not _is_reference(secret))


def redact_request(request: AuthorizerRequest) -> AuthorizerRequest:
    """The request with every secret masked; references stay."""
    http, mqtt = request.http_context, request.mqtt_context
    return replace(
        request,
        token=masked(request.token),
        token_signature=masked(request.token_signature),
        http_context=http and HttpContext(_masked_headers(http.headers), _masked_query(http.query_string)),
        mqtt_context=mqtt and MqttContext(_masked_query(mqtt.username), masked(mqtt.password), mqtt.client_id),
    )


def secret_members(request: AuthorizerRequest, *, certain: bool = False) -> Iterator[tuple[str, str | bytes]]:
    """Every secret with the path of its member, references too. `certain` as in `secrets_of`."""
    http, mqtt = request.http_context, request.mqtt_context
    members = {"token": request.token, "tokenSignature": request.token_signature, "password": mqtt and mqtt.password}
    yield from ((path, value) for path, value in members.items() if value)
    for name, value in (http and http.headers) or ():
        if _is_secret(name, value, certain):
            yield f"headers.{name}", value
    for place, text in (("queryString", http and http.query_string), ("username", mqtt and mqtt.username)):
        yield from ((f"{place}.{name}", value) for name, value in _query_secrets(text or "", certain))


def _query_secrets(text: str, certain: bool) -> Iterator[tuple[str, str]]:
    for name, value in _parameters(text):
        if _is_secret(name, value, certain):
            yield name, value
            if (decoded := unquote_plus(value)) != value:
                yield f"{name} decoded", decoded


def _parameters(text: str) -> Iterator[tuple[str, str]]:
    """The parameters behind the `?` of a query string or an MQTT username."""
    for parameter in text.partition("?")[2].split("&"):
        name, equals, value = parameter.partition("=")
        if equals:
            yield name, value


def _is_secret(name: str, value: str, certain: bool = False) -> bool:
    if not value or name.lower() in _HARMLESS_NAMES:
        return False
    return tells_of_secret(name) or refers(value) or (len(value) >= _LONG and not certain)


def tells_of_secret(name: str) -> bool:
    """Whether a header or parameter of this name carries a secret, whatever its value."""
    return name.lower() not in _HARMLESS_NAMES and _SECRET_NAME.search(name) is not None


def refers(value: str | bytes) -> bool:
    """Whether the value holds a reference."""
    return isinstance(value, str) and _REFERENCE.search(value) is not None


def _is_reference(value: str | bytes) -> bool:
    """Nothing but references, so that nothing secret stands in it."""
    return isinstance(value, str) and refers(value) and not _REFERENCE.sub("", value).strip()


def masked(secret: str | bytes | None) -> str | None:
    """The mask, or what there is nothing to hide in."""
    if not secret:
        return None if secret is None else ""
    return secret if isinstance(secret, str) and _is_reference(secret) else MASK


def _masked_headers(headers: tuple[tuple[str, str], ...] | None) -> tuple[tuple[str, str], ...] | None:
    if headers is None:
        return None
    return tuple((name, masked(value) or "" if _is_secret(name, value) else value) for name, value in headers)


def _masked_query(text: str | None) -> str | None:
    if text is None or "?" not in text:
        return text
    before, _, parameters = text.partition("?")
    return f"{before}?{'&'.join(map(_masked_parameter, parameters.split('&')))}"


def _masked_parameter(parameter: str) -> str:
    name, equals, value = parameter.partition("=")
    return f"{name}={masked(value)}" if equals and _is_secret(name, value) else parameter
