"""Encodes bytes as a JWT does; authlens itself only decodes them."""

from __future__ import annotations

import base64


def to_base64url(octets: bytes) -> str:
    return base64.urlsafe_b64encode(octets).decode("ascii").rstrip("=")
