"""Reads a JWT without trusting it: header, claims, times, and its parts as token and signature. Nothing is verified."""

from __future__ import annotations

import json
from datetime import UTC, datetime, timedelta
from typing import Any

from authlens.core.text.encodings import from_base64url, to_base64
from authlens.frozen import dataclass

_SIGNABLE = "RS256"
"""The only JWT algorithm that is the same as AWS IoT's signature check."""


@dataclass(frozen=True, slots=True)
class Jwt:
    header: dict[str, Any]
    claims: dict[str, Any]
    signed_part: str
    """Header and claims as written: what the issuer signed."""
    signature: str | None
    """Base64, ready to be a tokenSignature; `None` if the third part is missing or empty."""

    @property
    def algorithm(self) -> str:
        return str(self.header.get("alg", "none"))

    @property
    def expires_at(self) -> datetime | None:
        return _time(self.claims.get("exp"))

    @property
    def not_before(self) -> datetime | None:
        return _time(self.claims.get("nbf"))

    @property
    def can_be_signature(self) -> bool:
        """Whether the third part can be used as the token signature of the first two."""
        return self.signature is not None and self.algorithm == _SIGNABLE


def read(text: str) -> Jwt | None:
    """The JWT in the text, with or without its third part and a leading `Bearer `; `None` if the text is not a JWT."""
    parts = text.strip().removeprefix("Bearer ").split(".")
    if len(parts) not in (2, 3):
        return None
    header, claims = _object(parts[0]), _object(parts[1])
    if header is None or claims is None or not ("alg" in header or "typ" in header):
        return None
    octets = from_base64url(parts[2]) if len(parts) == 3 else None
    return Jwt(header, claims, f"{parts[0]}.{parts[1]}", to_base64(octets) if octets else None)


def validity(jwt: Jwt, now: datetime) -> str:
    """The JWT's times relative to now, e.g. `expires in 4 min 10 s`. `now` must have a time zone."""
    if jwt.expires_at is not None and jwt.expires_at <= now:
        return f"expired {span(now - jwt.expires_at)} ago"
    if jwt.not_before is not None and jwt.not_before > now:
        return f"not valid for another {span(jwt.not_before - now)}"
    if jwt.expires_at is not None:
        return f"expires in {span(jwt.expires_at - now)}"
    return "never expires: it has no readable 'exp'"


def is_expired(jwt: Jwt, now: datetime) -> bool:
    return jwt.expires_at is not None and jwt.expires_at <= now


def span(duration: timedelta) -> str:
    """A duration in its two largest units: `3 d 4 h`, `4 min 10 s`."""
    seconds = int(duration.total_seconds())
    units = (("d", 86400), ("h", 3600), ("min", 60), ("s", 1))
    counted = []
    for name, size in units:
        count, seconds = divmod(seconds, size)
        counted.append((count, name))
    first = next((index for index, (count, _) in enumerate(counted) if count), len(counted) - 1)
    shown = [(count, name) for index, (count, name) in enumerate(counted[first : first + 2]) if count or index == 0]
    return " ".join(f"{count} {name}" for count, name in shown)


def _object(part: str) -> dict[str, Any] | None:
    octets = from_base64url(part)
    if octets is None:
        return None
    try:
        value = json.loads(octets)
    except (ValueError, RecursionError):
        return None
    return value if isinstance(value, dict) else None


def _time(value: object) -> datetime | None:
    """A NumericDate (RFC 7519 §2); `None` if it is not a date or cannot be represented."""
    if isinstance(value, bool) or not isinstance(value, int | float):
        return None
    try:
        return datetime.fromtimestamp(value, UTC)
    except (ValueError, OverflowError, OSError):
        return None
