"""Decodes base64 text. A module of its own so that importing it pulls in nothing else."""

from __future__ import annotations

import base64
import binascii


def lenient_base64(text: str) -> bytes:
    """The bytes of base64 text, ignoring white space. Raises ValueError."""
    try:
        return base64.b64decode("".join(text.split()).encode("ascii"), validate=True)
    except (binascii.Error, UnicodeEncodeError):
        raise ValueError("not base64") from None
