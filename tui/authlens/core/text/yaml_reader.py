"""Strict YAML: reads text into values that know their line and column. The only reader of YAML that users write.

No anchors, aliases, merges, tags (except `!!binary`) or duplicate keys; at most 40 levels and 1 MiB. No error message
ever quotes a value of the file: it may be a secret.
"""

from __future__ import annotations

import difflib
import re
from collections.abc import Iterable, Iterator, Mapping
from typing import Any

from authlens.core.text.base64_text import lenient_base64
from authlens.core.text.late_patterns import compiled_late
from authlens.frozen import dataclass

with compiled_late("yaml"):
    import yaml

MAX_DEPTH = 40
MAX_BYTES = 1024 * 1024
MAX_BYTES_SLOWLY = 512 * 1024
MAX_EVENTS = 25_000
MAX_EVENTS_SLOWLY = 10_000
"""For a text that only PyYAML's own parser reads correctly, at a tenth of the speed. Either limit takes under a second.
The largest request that AWS accepts has 560 kB."""
_BINARY = "tag:yaml.org,2002:binary"

_WORDS: Mapping[str, bool | None] = {
    **dict.fromkeys(("true", "True", "TRUE"), True),
    **dict.fromkeys(("false", "False", "FALSE"), False),
    **dict.fromkeys(("", "~", "null", "Null", "NULL")),
}
_INTEGER = re.compile(r"[-+]?[0-9]+")
_FLOAT = re.compile(r"[-+]?(?:[0-9]+\.[0-9]*|\.[0-9]+)(?:[eE][-+]?[0-9]+)?")
"""Only these count as numbers; YAML's other forms (`0x1F`, `1e3`, `1_000`, dates, `no`) are text here."""

_INDENTED = "indentation does not match the line above"
_OPEN_QUOTE = "found unexpected end of stream"
_CLEARER = {
    "mapping values are not allowed here": "unexpected ':'; quote text that contains a colon",
    "could not find expected ':'": "expected ':' after the key",
    _OPEN_QUOTE: "the text in quotes that begins here has no closing quote",
    "expected the node content, but found '<stream end>'": "unexpected end of text; expected a value",
    "expected <block end>, but found '<scalar>'": "expected a key here; look for a stray quote",
    "expected <block end>, but found '<block mapping start>'": _INDENTED,
    "expected <block end>, but found '<block sequence start>'": _INDENTED,
    "expected <block end>, but found '-'": _INDENTED,
    "sequence entries are not allowed here": "unexpected list item; quote text that starts with '-'",
    "mapping keys are not allowed here": "unexpected '?'; quote text that starts with it",
}
_CANNOT_START = re.compile(r"found character '(?!\\t).* that cannot start any token", re.DOTALL)
_QUOTES_NOTHING = re.compile(r"(?:[^'\"]|'<[a-z ]+>'|'[^\w\s]')*")
"""The parser's own words, token names and single punctuation marks."""
_QUOTED = re.compile(r"(['\"]).*\1", re.DOTALL)


_READ_ALIKE = re.compile(r"""[A-Za-z0-9 \n:'"\[\]{},./\\_@=()+$;#*<~^`-]*""")
"""libyaml and PyYAML agree on texts of these characters, and libyaml is eight times as fast. The differences that a
fuzzer found all involve a tab, `?`, `|`, `>`, `!`, a byte order mark or an empty value."""


class YamlError(Exception):
    """An error in the text and its position; line and column count from 1."""

    def __init__(self, message: str, line: int = 1, column: int = 1) -> None:
        super().__init__(message, line, column)
        self.message = message
        self.line = line
        self.column = column

    def __str__(self) -> str:
        return f"line {self.line}, column {self.column}: {self.message}"


@dataclass(frozen=True, slots=True)
class YamlNode:
    """One value of the file with its position. The accessors return it as the type a field requires, or raise
    YamlError."""

    value: Any
    """A list of nodes, a dict of nodes by key, or a scalar: str, bytes, int, float, bool, None."""
    line: int
    column: int
    text: str | None = None
    """A scalar as written, without quotes."""
    key: YamlNode | None = None
    """The key it belongs to."""

    def error(self, message: str) -> YamlError:
        return YamlError(message, self.line, self.column)

    @property
    def name(self) -> str:
        return "the value" if self.key is None else str(self.key.text)

    def string(self, name: str | None = None) -> str:
        """The text. A plain number, `true` or `null` is refused, so that no value silently changes its meaning."""
        if isinstance(self.value, str):
            return self.value
        name = name or self.name
        if self.value is None:
            raise self.error(f"{name} has no value; write '' for an empty text, or remove the key")
        if self.text is not None and not isinstance(self.value, bytes):
            raise self.error(f"{name} must be text, not {self.kind}; quote it")
        raise self.error(f"{name} must be text, not {self.kind}")

    def string_or_bytes(self) -> str | bytes:
        """The text, or the bytes of a `!!binary`."""
        return self.value if isinstance(self.value, bytes) else self.string()

    def integer(self, minimum: int | None = None) -> int:
        if not isinstance(self.value, int) or isinstance(self.value, bool):
            raise self.error(f"{self.name} must be a whole number, not {self.kind}")
        if minimum is not None and self.value < minimum:
            raise self.error(f"{self.name} must be at least {minimum}")
        return self.value

    def number(self, minimum: float | None = None) -> float:
        if not isinstance(self.value, int | float) or isinstance(self.value, bool):
            raise self.error(f"{self.name} must be a number, not {self.kind}")
        if minimum is not None and self.value < minimum:
            raise self.error(f"{self.name} must be at least {minimum:g}")
        return float(self.value)

    def boolean(self) -> bool:
        if not isinstance(self.value, bool):
            raise self.error(f"{self.name} must be true or false, not {self.kind}")
        return self.value

    def choice(self, allowed: Iterable[str]) -> str:
        """One of the allowed words."""
        words = list(allowed)
        if self.text not in words or not isinstance(self.value, str | bool):
            raise self.error(f"{self.name} must be one of: {', '.join(words)}")
        return str(self.text)

    def list(self) -> list[YamlNode]:
        if not isinstance(self.value, list):
            raise self.error(f"{self.name} must be a list, not {self.kind}")
        return self.value

    def mapping(self) -> dict[str, YamlNode]:
        """The entries of a mapping with arbitrary keys."""
        if not isinstance(self.value, dict):
            raise self.error(f"{self.name} must be a mapping of keys to values, not {self.kind}")
        return self.value

    def fields(self, *known: str) -> dict[str, YamlNode]:
        """The entries of a mapping that may have only the known keys."""
        fields = self.mapping()
        for key in fields:
            if key not in known:
                raise self.unknown(key, known)
        return fields

    def unknown(self, key: str, known: Iterable[str]) -> YamlError:
        """The error for an unknown key of this mapping; the key is quoted only if it resembles a known one."""
        names = list(known)
        node: YamlNode = self.value[key].key
        by_folded = {name.casefold(): name for name in names}
        near = difflib.get_close_matches(key.casefold(), by_folded)
        if near:
            return node.error(f"unknown key '{key}'; did you mean '{by_folded[near[0]]}'?")
        return node.error(f"unknown key; known here: {', '.join(names)}")

    def plain(self) -> Any:
        """The value as plain dicts, lists and scalars."""
        if isinstance(self.value, dict):
            return {key: node.plain() for key, node in self.value.items()}
        if isinstance(self.value, list):
            return [node.plain() for node in self.value]
        return self.value

    @property
    def kind(self) -> str:
        """The type of the value, for a message."""
        if isinstance(self.value, dict):
            return "a mapping"
        return _KINDS[type(self.value)]


_KINDS = {
    list: "a list",
    str: "text",
    bytes: "binary",
    int: "a number",
    float: "a number",
    bool: "true or false",
    type(None): "empty",
}


class TooLong(YamlError):
    """More values than can be read within a second."""


def decode(content: bytes) -> str:
    """The text of a file: UTF-8, with or without a byte order mark."""
    if len(content) > MAX_BYTES:
        raise YamlError(f"the file is larger than {MAX_BYTES} bytes")
    try:
        return content.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        before = content[: error.start].decode("utf-8", "replace")
        raise YamlError("the file is not UTF-8 text", *place(before, len(before))) from None


def load(text: str) -> YamlNode:
    """The single document in the text; for an empty text a node whose value is `None`."""
    if len(text.encode("utf-8", "surrogatepass")) > MAX_BYTES:
        raise YamlError(f"the text is larger than {MAX_BYTES} bytes")
    return _read_by_libyaml(text) or _read(text)


def is_read_alike(text: str) -> bool:
    """Whether libyaml, if PyYAML has it, reads this text as PyYAML's own parser does."""
    return yaml.__with_libyaml__ and _READ_ALIKE.fullmatch(text) is not None


def _read_by_libyaml(text: str) -> YamlNode | None:
    """The document; `None` if PyYAML's own parser must read it, because the two differ on this text or its errors."""
    if not is_read_alike(text):
        return None
    loader = yaml.CSafeLoader(text)
    try:
        return _document(_bounded(_placed_alike(loader), MAX_EVENTS))
    except TooLong:
        raise
    except (yaml.YAMLError, YamlError, ValueError, OverflowError, RecursionError):
        return None
    finally:
        loader.dispose()


def _bounded(events: Iterator[yaml.Event], most: int) -> Iterator[yaml.Event]:
    for number, event in enumerate(events):
        if number == most:
            raise TooLong(f"the file has more than {most:,} keys and values; split it", *_start(event))
        yield event


def _placed_alike(loader: yaml.CSafeLoader) -> Iterator[yaml.Event]:
    """libyaml's events. Raises ValueError for an empty value, which libyaml reports at a different position."""
    while event := loader.get_event():
        if isinstance(event, yaml.ScalarEvent) and not event.value and event.implicit[0]:
            raise ValueError
        yield event


def _read(text: str) -> YamlNode:
    if len(text.encode("utf-8", "surrogatepass")) > MAX_BYTES_SLOWLY:
        raise TooLong(
            f"the file is larger than {MAX_BYTES_SLOWLY // 1024} KiB and is either not valid YAML or slow to "
            f"read (non-ASCII characters, tabs, '|', '>', '?', '!' or a key without a value); split it"
        )
    try:
        loader = yaml.SafeLoader(text)
    except yaml.reader.ReaderError as error:
        raise YamlError(
            f"the character U+{ord(text[error.position]):04X} is not allowed in YAML", *place(text, error.position)
        ) from None
    try:
        return _document(_bounded(_events(loader), MAX_EVENTS_SLOWLY))
    finally:
        loader.dispose()


def place(text: str, position: int) -> tuple[int, int]:
    """Line and column of a character, counted from 1."""
    return text.count("\n", 0, position) + 1, position - (text.rfind("\n", 0, position) + 1) + 1


def _events(loader: yaml.SafeLoader) -> Iterator[yaml.Event]:
    """The parser's events, with every exception turned into a YamlError."""
    try:
        while loader.check_event():
            yield loader.get_event()  # type: ignore[no-untyped-call]  # typeshed has no types for it
    except yaml.MarkedYAMLError as error:
        # The parser notices an unclosed quote only at the end of the file. Without a mark: where the parser is.
        found = error.context_mark if error.problem == _OPEN_QUOTE else error.problem_mark
        mark = found or loader.get_mark()
        raise YamlError(_said(str(error.problem)), mark.line + 1, mark.column + 1) from None
    except (ValueError, OverflowError, RecursionError):
        # PyYAML lets these through: a version of 5,000 digits, an escape past the last code point.
        mark = loader.get_mark()
        raise YamlError("not valid YAML", mark.line + 1, mark.column + 1) from None


def _said(problem: str) -> str:
    """The parser's message without anything it quotes from the file."""
    if "'\\t'" in problem:
        return "tabs are not allowed here; use spaces"
    if problem.startswith("found unknown escape character"):
        return "unknown escape; use single quotes for a literal backslash"
    if _CANNOT_START.fullmatch(problem):
        return "unexpected character; quote text that starts with it"
    problem = _CLEARER.get(problem, problem)
    return problem if _QUOTES_NOTHING.fullmatch(problem) else _QUOTED.sub("…", problem)


def _document(events: Iterator[yaml.Event]) -> YamlNode:
    document: YamlNode | None = None
    for event in events:
        if isinstance(event, yaml.DocumentStartEvent):
            if document is not None:
                raise _refusal(event, "a second document; a file may contain only one")
            document = _node(next(events), events, depth=1)
    return document or YamlNode(None, 1, 1, "")


def _node(event: yaml.Event, events: Iterator[yaml.Event], depth: int, key: YamlNode | None = None) -> YamlNode:
    _refuse_extras(event)
    if isinstance(event, yaml.ScalarEvent):
        return _scalar(event, key)
    if depth > MAX_DEPTH:
        raise _refusal(event, f"nested deeper than {MAX_DEPTH} levels")
    build = _mapping if isinstance(event, yaml.MappingStartEvent) else _sequence
    return YamlNode(build(events, depth + 1), *_start(event), key=key)


def _sequence(events: Iterator[yaml.Event], depth: int) -> list[YamlNode]:
    items = []
    while not isinstance(event := next(events), yaml.SequenceEndEvent):
        items.append(_node(event, events, depth))
    return items


def _mapping(events: Iterator[yaml.Event], depth: int) -> dict[str, YamlNode]:
    entries, keys = dict[str, YamlNode](), dict[str, YamlNode]()
    while not isinstance(event := next(events), yaml.MappingEndEvent):
        key = _node(event, events, depth)
        if key.text is None or isinstance(key.value, bytes):
            raise key.error("a key must be text")
        if key.text in keys:
            raise key.error(f"the same key is already on line {keys[key.text].line}")
        keys[key.text] = key
        entries[key.text] = _node(next(events), events, depth, key)
    return entries


def _refuse_extras(event: yaml.Event) -> None:
    if isinstance(event, yaml.AliasEvent):
        raise _refusal(event, "aliases (*) are not supported; write the value out, or quote it if it is text")
    if getattr(event, "anchor", None) is not None:
        raise _refusal(event, "anchors (&) are not supported; write the value out, or quote it if it is text")
    tag = getattr(event, "tag", None)
    if tag is not None and not (tag == _BINARY and isinstance(event, yaml.ScalarEvent)):
        raise _refusal(event, "unsupported tag (!); only !!binary is allowed, and text that starts with ! needs quotes")


def _refusal(event: yaml.Event, message: str) -> YamlError:
    return YamlError(message, *_start(event))


def _start(event: yaml.Event) -> tuple[int, int]:
    mark: yaml.Mark = event.start_mark  # type: ignore[assignment]  # the parsers give every event its marks
    return mark.line + 1, mark.column + 1


def _scalar(event: yaml.ScalarEvent, key: YamlNode | None) -> YamlNode:
    line, column = _start(event)
    if event.tag == _BINARY:
        try:
            return YamlNode(lenient_base64(event.value), line, column, event.value, key)
        except ValueError:
            raise YamlError("the value of !!binary must be base64", line, column) from None
    value = _resolve(event.value, line, column) if event.implicit[0] else event.value
    return YamlNode(value, line, column, event.value, key)


def _resolve(text: str, line: int, column: int) -> str | int | float | bool | None:
    """The value of a plain scalar."""
    if text in _WORDS:
        return _WORDS[text]
    if _FLOAT.fullmatch(text):
        return float(text)
    if not _INTEGER.fullmatch(text):
        return text
    try:
        return int(text)
    except ValueError:
        raise YamlError("a number with too many digits; quote it if it is text", line, column) from None
