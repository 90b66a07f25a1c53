"""What the body of an HTTP answer says, in a few words: AWS IoT's message, or that a web page answered in its place."""

from __future__ import annotations

import json
import re

from authlens.core.probe.reply import OTHER_TEXT, WEB_PAGE

_TITLE = re.compile(r"<title[^>]*>([^<]{1,200})", re.IGNORECASE)
_LONGEST = 200
"""Characters of a text of another kind."""


def http_words(body: str) -> tuple[str, str]:
    """The message, and the id that AWS support asks for; both empty if there is none."""
    text = body.strip()
    if text.startswith("<"):
        found = _TITLE.search(text)
        return (f"{WEB_PAGE}, {' '.join(found[1].split())!r}" if found else WEB_PAGE), ""
    try:
        value = json.loads(text)
    except (ValueError, RecursionError):
        value = None
    if not isinstance(value, dict) or not isinstance(value.get("message"), str):
        return (f"{OTHER_TEXT}, {' '.join(text[:_LONGEST].split())!r}" if text else ""), ""
    trace = value.get("traceId")
    return value["message"][:_LONGEST], f"traceId {trace}" if isinstance(trace, str) else ""
