"""Detects a file name given where the file's content was meant: `./ctx.json` instead of `file://ctx.json`."""

from __future__ import annotations

import re

_SCHEME = re.compile(r"fileb?:(?://)?(?P<path>\S.*)", re.DOTALL)
_PATH = re.compile(r"(?:@?(?:~|\.{1,2})?/\S+|@?[\w.-]+(?:/[\w.-]+)*)")
_ENDING = re.compile(r"\.(?:json|ya?ml|txt|pem|key|jwt|sig|b64|bin|token)$", re.IGNORECASE)
_RELATIVE = re.compile(r"@?(?:~|\.{1,2})/")


def file_name(text: str) -> str | None:
    """The file that the text appears to name, judged by its form; `None` for any other text."""
    scheme = _SCHEME.fullmatch(text)
    if scheme is not None:
        return scheme["path"]
    looks_like_path = _PATH.fullmatch(text) and (_ENDING.search(text) or _RELATIVE.match(text))
    return text.removeprefix("@") if looks_like_path else None


def file_hint(text: str) -> str:
    """What to write on a command line instead; empty if the text does not look like a file name."""
    name = file_name(text)
    if name is None or text.startswith(("file://", "fileb://")):
        return ""
    return f"This looks like a file name; to read the file, write file://{name}"
