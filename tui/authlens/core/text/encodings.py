"""Base64, base64url and URL encoding of signatures and parameters. Malformed input is rejected, never guessed at."""

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


def strict_base64(text: str) -> bytes | None:
    """The bytes of strictly valid, padded base64; `None` for anything else."""
    if len(text) % 4 or not _BASE64.fullmatch(text):
        return None
    return base64.b64decode(text)


def signature_bytes(text: str) -> bytes | None:
    """The bytes of base64 with or without padding: the API's pattern for signatures allows both (`={0,2}`)."""
    return strict_base64(text) or strict_base64(text + "=" * (-len(text) % 4))


def from_base64url(text: str) -> bytes | None:
    """The bytes of base64url, padded or not; `None` for anything else."""
    if not _BASE64URL.fullmatch(text):
        return None
    body = text.rstrip("=")
    try:
        return base64.urlsafe_b64decode(body + "=" * (-len(body) % 4))
    except binascii.Error:
        return None


def base64url_to_base64(text: str) -> str:
    """Translates the alphabet and restores the padding; text already in the standard alphabet only gains padding."""
    body = text.replace("-", "+").replace("_", "/").rstrip("=")
    return body + "=" * (-len(body) % 4)


def base64_to_base64url(text: str) -> str:
    return text.replace("+", "-").replace("/", "_").rstrip("=")


def url_encode(text: str) -> str:
    """Percent-encodes everything but letters, digits and `_.-~`. A lone surrogate becomes `?`: UTF-8 cannot encode
    it."""
    return quote(text, safe="", errors="replace")


def url_decode(text: str) -> str:
    """Decoded as in a query string: `+` is a space."""
    return unquote_plus(text, errors="replace")


def percent_decode(text: str) -> str:
    """Decodes percent escapes only; `+` is left alone."""
    return unquote(text, errors="replace")


def has_escapes(text: str) -> bool:
    return _ESCAPE.search(text) is not None


def token_bytes(token: str) -> bytes:
    """The bytes of a token that are signed. A lone surrogate, which UTF-8 cannot encode, becomes `?`."""
    return token.encode("utf-8", "replace")
