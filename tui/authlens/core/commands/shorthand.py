"""The AWS CLI's shorthand (`key=value,key={a=b}`), parsed like the CLI, with the position of every error.

The grammars of CLI v1 and v2 are the same. Files are not opened here: a value after `@=` is passed to `load`.
"""

from __future__ import annotations

import re
import string
from collections.abc import Callable, Mapping
from typing import Any

Value = Any
"""Text, a list of values, a dict of values, or the result of `load`."""

_KEY = re.compile(r"[A-Za-z0-9_.#/:-]*")
# Characters outside the Basic Multilingual Plane end a bare word. They are matched separately, because compiling one
# class up to U+FFFF takes ten milliseconds.
_BEYOND_ASCII = r"(?![\U00010000-\U0010ffff])[^\x00-\x7f]"
_WORD_START = rf"(?:\\,|[!#-&(-+\--<>-Z\\-z|-\x7f]|{_BEYOND_ASCII})"
# A scalar may contain `=` but not `]` and `}`; for an element of a comma-separated list it is the reverse.
_SCALAR = re.compile(rf"{_WORD_START}(?:\\,|[\s!#-&(-+\--\\^-|~-\x7f]|{_BEYOND_ASCII})*")
_ELEMENT = re.compile(rf"{_WORD_START}(?:\\,|[\s!#-&(-+\--<>-\x7f]|{_BEYOND_ASCII})*")
_QUOTED = {
    "'": re.compile(r"'(?:\\'|[^'])*'"),
    '"': re.compile(r'"(?:\\"|[^"])*"'),
}
_QUOTED_NAMES = {"'": "single quoted", '"': "double quoted"}


class ShorthandError(ValueError):
    """The text is not shorthand. `index` is the position of the error; `str()` never quotes the text."""

    def __init__(self, message: str, text: str, index: int) -> None:
        super().__init__(message)
        self.text = text
        self.index = index


def parse(text: str, load: Callable[[str], Value] = str) -> dict[str, Value]:
    """The members in the text. Raises ShorthandError."""
    try:
        return _ShorthandReader(text, load).members()
    except RecursionError:
        raise ShorthandError("Brackets are nested too deeply", text, 0) from None


def write(members: Mapping[str, Value], must_quote: Callable[[str], bool] = lambda text: False) -> str | None:
    """The members as shorthand, quoted where needed; `None` if they can only be written as JSON."""
    text = ",".join(f"{key}={_written(value, must_quote)}" for key, value in members.items())
    try:
        return text if members and parse(text) == members else None
    except ShorthandError:
        return None


def _written(value: Value, must_quote: Callable[[str], bool]) -> str:
    if isinstance(value, Mapping):
        return "{" + ",".join(f"{key}={_written(inner, must_quote)}" for key, inner in value.items()) + "}"
    if _is_plain(value) and not must_quote(value):
        return str(value)
    escaped = value.replace("\\", "\\\\").replace('"', '\\"')
    return f'"{escaped}"'


def _is_plain(text: str) -> bool:
    return bool(text == text.strip() and _SCALAR.fullmatch(text)) and not text.endswith("\\") and "\\," not in text


class _ShorthandReader:
    """Reads the text once; `_at` is the index of the next character."""

    def __init__(self, text: str, load: Callable[[str], Value]) -> None:
        self._text = text
        self._load = load
        self._at = 0
        self._loads = False
        """Whether the value being read follows `@=`."""

    def members(self) -> dict[str, Value]:
        found = dict([self._member(self._list_or_scalar)])
        ended_at = self._at
        while self._at < len(self._text):
            self._take(",")
            key, value = self._member(self._list_or_scalar)
            if key in found:
                raise ShorthandError(
                    f'Second instance of key "{key}" encountered; there may be a "," where a space was meant',
                    self._text,
                    ended_at + 1,
                )
            found[key] = value
            ended_at = self._at
        return found

    def _member(self, read_value: Callable[[], Value]) -> tuple[str, Value]:
        key = self._match(_KEY) or ""
        self._skip_space()
        self._loads = self._current() == "@"
        if self._loads:
            self._take("@")
        self._take("=")
        return key, read_value()

    def _list_or_scalar(self) -> Value:
        """The value of a top-level key: `a` or, with commas, `a,b`."""
        current = self._current()
        if current == "":
            return ""
        return self._bracketed() if current in "[{" else self._comma_list()

    def _bracketed(self) -> Value:
        """The value of a key in braces or of an item in brackets, where commas do not make a list."""
        if self._current() == "[":
            return self._list()
        if self._current() == "{":
            return self._object()
        return self._scalar()

    def _comma_list(self) -> Value:
        first = self._scalar()
        self._skip_space()
        if self._current() != ",":
            return first
        self._take(",")
        items = [first]
        while True:
            try:
                item = self._element()
                self._skip_space()
                if self._current() == "":
                    return [*items, item]
                self._take(",")
            except ShorthandError:
                if self._current() == "":
                    raise
                # What looked like the next element is actually the next key: `a=b,c=d`.
                self._at = self._text.rindex(",", 0, self._at + 1)
                return first if len(items) == 1 else items
            items.append(item)

    def _list(self) -> list[Value]:
        self._take("[")
        items: list[Value] = []
        while self._current() != "]":
            items.append(self._bracketed())
            self._end_item("]")
        self._take("]", space_after=False)
        return items

    def _object(self) -> dict[str, Value]:
        self._take("{")
        found: dict[str, Value] = {}
        while self._current() != "}":
            key, value = self._member(self._bracketed)
            self._end_item("}")
            found[key] = value
        self._take("}", space_after=False)
        return found

    def _end_item(self, end: str) -> None:
        self._skip_space()
        if self._current() != end:
            self._take(",")

    def _scalar(self) -> Value:
        if self._current() in _QUOTED:
            return self._quoted()
        return self._loaded(self._match(_SCALAR) or "", quoted=False)

    def _element(self) -> Value:
        if self._current() in _QUOTED:
            return self._quoted()
        matched = self._match(_ELEMENT)
        if matched is None:
            raise self._expected("<second>", "<none>")
        return self._loaded(matched, quoted=False)

    def _quoted(self) -> Value:
        quote = self._current()
        matched = self._match(_QUOTED[quote])
        if matched is None:
            raise self._expected(f"<{_QUOTED_NAMES[quote]}>", "<none>")
        return self._loaded(matched[1:-1].replace(f"\\{quote}", quote).replace("\\\\", "\\"), quoted=True)

    def _loaded(self, text: str, quoted: bool) -> Value:
        plain = text if quoted else text.replace("\\,", ",").rstrip()
        return self._load(plain) if self._loads else plain

    def _take(self, character: str, space_after: bool = True) -> None:
        """Consume the character and any white space around it."""
        self._skip_space()
        if self._current() != character:
            raise self._expected(character, self._current() or "EOF")
        self._at += 1
        if space_after:
            self._skip_space()

    def _expected(self, wanted: str, found: str) -> ShorthandError:
        return ShorthandError(f"Expected: '{wanted}', received: '{found}'", self._text, self._at)

    def _match(self, pattern: re.Pattern[str]) -> str | None:
        matched = pattern.match(self._text, self._at)
        if matched is None:
            return None
        self._at = matched.end()
        return matched[0]

    def _current(self) -> str:
        """The next character; empty at the end."""
        return self._text[self._at : self._at + 1]

    def _skip_space(self) -> None:
        while self._current() and self._current() in string.whitespace:
            self._at += 1
