"""Recognises a saved request among other YAML by its top keys, without parsing it: it is looked at often."""

from __future__ import annotations

import re

KEYS = ("description", "tags", "skip", "target", "request", "sign", "certificate", "expect", "cases")
_TOP = re.compile(r"""^["']?([\w-]+)["']?[ \t]*:(?=[ \t\r]|$)""", re.MULTILINE)
_OTHER = re.compile(r"^(?!---|\.\.\.|%YAML)[^\s#\w\"'\]}]", re.MULTILINE)
"""A line at the top level that is neither a key, a comment nor the end of brackets: a list, or JSON."""
_MEMBER = re.compile(r"\b(?:authorizerName|token|tokenSignature|httpContext|mqttContext|tlsContext)\b")
"""What else calls its keys `description` or `request` has none of these below them."""


def is_saved_request(text: str) -> bool:
    """Whether the text of a YAML file is a saved request, be it valid or not."""
    keys = set(_TOP.findall(text))
    return "request" in keys and keys.issubset(KEYS) and not _OTHER.search(text) and bool(_MEMBER.search(text))
