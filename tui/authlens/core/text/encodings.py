"""Base64, base64url and URL encoding of signatures and parameters. What is not of a kind is never guessed into it."""

from __future__ import annotations

import base64
import binascii
import re
from urllib.parse import quote, unquote, unquote_plus

_BASE64 = re.compile(r"[A-Za-z0-9+/]+={0,2}")
_BASE64URL = re.compile(r"[A-Za-z0-9_-]+={0,2}")
_ESCAPE = re.compile(r"%[0-9A-Fa-f]{2}")


def to_base64(octets: bytes) -> str:
    return base64.b64encode(octets).decode("ascii")


def from_base64(text: str) -> bytes | None:
    """The bytes of strict base64 with its padding; `None` when it is anything else."""
    if not _BASE64.fullmatch(text):
        return None
    try:
        return base64.b64decode(text, validate=True)
    except binascii.Error:
        return None


def signature_bytes(text: str) -> bytes | None:
    """The bytes of base64 with or without its padding, which the API's pattern for signatures allows (`={0,2}`)."""
    return from_base64(text) or from_base64(text + "=" * (-len(text) % 4))


def from_base64url(text: str) -> bytes | None:
    """The bytes of base64url, padded or not; `None` when it is anything else."""
    if not _BASE64URL.fullmatch(text):
        return None
    body = text.rstrip("=")
    try:
        return base64.b64decode(body + "=" * (-len(body) % 4), altchars=b"-_", validate=True)
    except binascii.Error:
        return None


def base64url_to_base64(text: str) -> str:
    """Letters translated and padding restored; text in the plain alphabet only gains its padding."""
    body = text.replace("-", "+").replace("_", "/").rstrip("=")
    return body + "=" * (-len(body) % 4)


def base64_to_base64url(text: str) -> str:
    return text.replace("+", "-").replace("/", "_").rstrip("=")


def url_encode(text: str) -> str:
    """Percent-encoding of all but letters, digits and `_.-~`. A lone surrogate becomes `?`: UTF-8 cannot hold it."""
    return quote(text, safe="", errors="replace")


def url_decode(text: str) -> str:
    """As a query string is read: `+` is a space."""
    return unquote_plus(text, errors="replace")


def percent_decode(text: str) -> str:
    """Percent escapes alone; `+` stays."""
    return unquote(text, errors="replace")


def has_escapes(text: str) -> bool:
    return _ESCAPE.search(text) is not None


def token_bytes(token: str) -> bytes:
    """What of a token is signed. A lone surrogate, which UTF-8 cannot hold, counts as `?`."""
    return token.encode("utf-8", "replace")
