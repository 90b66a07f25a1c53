"""Bytes as a JWT writes them; the product only reads that."""

from __future__ import annotations

import base64


def to_base64url(octets: bytes) -> str:
    return base64.urlsafe_b64encode(octets).decode("ascii").rstrip("=")
