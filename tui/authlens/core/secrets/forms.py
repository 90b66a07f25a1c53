"""The forms in which a secret can appear in other text. The rule: one form too many is better than one missed."""

from __future__ import annotations

import base64
import json
import re
import shlex
from collections.abc import Iterator
from urllib.parse import quote, quote_plus

MIN_LENGTH = 6
"""Characters; a shorter form would be found inside ordinary words."""
_SHORTEST = 3
_SHORTEST_BARE = 8
_SHORTEST_SEGMENT = 16

_URL_SAFE = str.maketrans("+/", "-_")
_NO_LETTER_OR_DIGIT = re.compile("[^A-Za-z0-9]+")
_ESCAPE = re.compile("%[0-9A-F]{2}")


def forms_of(secret: str | bytes) -> set[str]:
    """Every form of the secret that is long enough to search for."""
    text, content = _both(secret)
    forms = {form for part in _parts(text) for form in _text_forms(part)}
    forms.update(_byte_forms(content))
    if len(text) < MIN_LENGTH:
        # The forms of a short secret are just as short, and would match inside other words.
        forms = {text, base64.b64encode(content).decode()}
    return {form for form in forms if len(form) >= _SHORTEST}


def _both(secret: str | bytes) -> tuple[str, bytes]:
    if isinstance(secret, bytes):
        return secret.decode("utf-8", "replace"), secret
    return secret, secret.encode("utf-8", "replace")


def _parts(text: str) -> Iterator[str]:
    """The secret, its lines and the segments of a JWT, each of which may be printed on its own."""
    yield text
    for separator, shortest in (("\n", MIN_LENGTH), (".", _SHORTEST_SEGMENT)):
        yield from (part for part in text.replace("\r", "").split(separator) if len(part) >= shortest)


def _text_forms(text: str) -> Iterator[str]:
    import html  # late: its table of entities takes longer to load than this whole package

    yield text
    for ascii_only in (True, False):
        escaped = json.dumps(text, ensure_ascii=ascii_only)[1:-1]
        yield escaped
        yield json.dumps(escaped)[1:-1]
    for safe in ("", "/"):
        yield from _both_cases(quote(text, safe=safe, errors="replace"))
    yield from _both_cases(quote_plus(text, errors="replace"))
    yield repr(text)[1:-1]
    yield html.escape(text)
    # A principalId has only letters and digits: the form in which a function may put a token into it.
    bare = _NO_LETTER_OR_DIGIT.sub("", text)
    if len(bare) >= _SHORTEST_BARE:
        yield bare
    yield shlex.quote(text)


def _both_cases(quoted: str) -> tuple[str, str]:
    return quoted, _ESCAPE.sub(lambda found: found[0].lower(), quoted)


def _byte_forms(content: bytes) -> Iterator[str]:
    yield repr(content)[2:-1]
    yield content.hex()
    yield content.hex().upper()
    # On its own it must be matched completely: no bit of the last character, which the middle omits, may remain.
    whole = base64.b64encode(content).decode()
    for form in (whole, whole.rstrip("=")):
        yield form
        yield form.translate(_URL_SAFE)
    for offset in (0, 1, 2):
        middle = _base64_middle(content, offset)
        yield middle
        yield middle.translate(_URL_SAFE)


def _base64_middle(content: bytes, offset: int) -> str:
    """The base64 characters that depend only on these bytes if they are preceded by `offset` (mod 3) bytes."""
    encoded = base64.b64encode(b"\0" * offset + content).decode()
    first = -(-offset * 4 // 3)
    last = (offset + len(content)) * 4 // 3
    return encoded[first:last]
