"""Base64 text to its bytes, strictly. Apart from the readers that use it: it must cost no import of theirs."""

from __future__ import annotations

import base64
import binascii


def from_base64(text: str) -> bytes:
    """The bytes of base64 text, white space allowed. Raises ValueError."""
    try:
        return base64.b64decode("".join(text.split()).encode("ascii"), validate=True)
    except (binascii.Error, UnicodeEncodeError):
        raise ValueError("not base64") from None
