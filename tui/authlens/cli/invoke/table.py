"""`--output table` as the AWS CLI draws it: one section for an object, indented ones for its lists."""

from __future__ import annotations

import unicodedata
from collections.abc import Iterator, Sequence
from dataclasses import field
from typing import Any

from authlens.frozen import dataclass

_PADDING = 4
_CELL = "\x1b[1m\x1b[34m{}\x1b[0m"
_EDGE = "\x1b[2m\x1b[33m{}\x1b[0m"


@dataclass(frozen=True, slots=True)
class _Section:
    title: str
    indent: int = 0
    headers: list[str] = field(default_factory=list)
    rows: list[list[str]] = field(default_factory=list)

    def natural_widths(self) -> list[int]:
        lines = [self.headers, *self.rows] if self.headers else self.rows
        columns = max((len(line) for line in lines), default=0)
        return [max(_cells(line[at]) for line in lines if at < len(line)) + _PADDING for at in range(columns)]

    def natural_width(self) -> int:
        outside = 2 + 2 * self.indent
        return max(_cells(self.title) + outside, sum(self.natural_widths()) + outside)

    def upright(self) -> _Section:
        """An object's keys one below the other instead of side by side."""
        if not self.headers or len(self.rows) != 1:
            return self
        return _Section(
            self.title, self.indent, [], [list(pair) for pair in zip(self.headers, self.rows[0], strict=True)]
        )


def render(value: Any, title: str, screen_width: int, colour: bool = False) -> str:
    """The table, or nothing for an empty value."""
    sections = list(_sections(title, value, 0)) if value else []
    if not sections:
        return ""
    if max(section.natural_width() for section in sections) > screen_width:
        sections = [section.upright() for section in sections]
    width = max(section.natural_width() for section in sections)
    return "\n".join(["-" * width, *(line for section in sections for line in _drawn(section, width, colour))]) + "\n"


def _sections(title: str, value: Any, indent: int) -> Iterator[_Section]:
    if isinstance(value, dict):
        yield from _object(title, value, indent)
    elif isinstance(value, list):
        yield from _list(title, value, indent)
    else:
        yield _Section(title, indent)


def _object(title: str, value: dict[str, Any], indent: int) -> Iterator[_Section]:
    scalars = sorted(key for key in value if not _nested(value[key]))
    if len(scalars) == 1:
        yield _Section(title, indent, [], [[scalars[0], str(value[scalars[0]])]])
    elif scalars:
        yield _Section(title, indent, scalars, [[str(value[key]) for key in scalars]])
    else:
        yield _Section(title, indent)
    yield from _inner(value, _nested_keys(value), indent)


def _inner(value: dict[str, Any], keys: list[str], indent: int) -> Iterator[_Section]:
    for key in keys:
        if value.get(key):
            yield from _sections(key, value[key], indent + 1)


def _nested_keys(*objects: dict[str, Any]) -> list[str]:
    return sorted({key for value in objects for key in value if _nested(value[key])})


def _list(title: str, items: list[Any], indent: int) -> Iterator[_Section]:
    objects = [item for item in items if isinstance(item, dict)]
    others = [item for item in items if not isinstance(item, dict)]
    if others or not objects:
        section = _Section(title, indent)
        _add_rows(section, others)
        yield section
    if objects:
        yield from _objects(title, objects, indent)


def _add_rows(section: _Section, items: list[Any]) -> None:
    for item in items:
        if not isinstance(item, list):
            section.rows.append([str(item)])
        elif not any(_nested(inner) for inner in item):
            section.rows.append([str(inner) for inner in item])
        else:
            _add_rows(section, item)


def _objects(title: str, objects: list[dict[str, Any]], indent: int) -> Iterator[_Section]:
    """One section with a row for each object; separate sections if they contain lists."""
    headers = sorted({key for item in objects for key in item if not _nested(item[key])})
    rows = [[str(item.get(header, "")) for header in headers] for item in objects]
    nested = _nested_keys(*objects)
    if not nested:
        yield _Section(title, indent, headers, rows)
        return
    for item, row in zip(objects, rows, strict=True):
        yield _Section(title, indent, headers, [row])
        yield from _inner(item, nested, indent)


def _drawn(section: _Section, width: int, colour: bool) -> Iterator[str]:
    edge = (_EDGE.format("|") if colour else "|") * section.indent
    for line in _section_lines(section, width - 2 * section.indent, colour):
        yield f"{edge}{line}{edge}"


def _section_lines(section: _Section, width: int, colour: bool) -> Iterator[str]:
    if section.title:
        yield _centred(section.title, width, "|")
        if not section.headers and not section.rows:
            yield f"+{'-' * (width - 2)}+"
    widths = _stretched(section.natural_widths(), width)
    rule = "+" + "".join("-" * (column - 1 - (at == 0)) + "+" for at, column in enumerate(widths))
    if section.headers:
        yield rule
        yield "".join(_centred(*cell) for cell in zip(section.headers, widths, _left_edges(widths), strict=True))
    if section.rows and widths:
        yield rule
        for row in section.rows:
            row = row + [""] * (len(widths) - len(row))
            cells = zip(row, widths, _left_edges(widths), strict=True)
            yield "".join(_aligned(text, column, left, colour) for text, column, left in cells)
        yield rule


def _left_edges(widths: Sequence[int]) -> list[str]:
    return ["|" if at == 0 else "" for at in range(len(widths))]


def _stretched(widths: list[int], total: int) -> list[int]:
    """The widths scaled to fill the total, with the rounding remainder spread."""
    if not widths:
        return []
    factor = total / sum(widths)
    scaled = [round(factor * width) for width in widths]
    surplus = sum(scaled) - total
    order = list(range(len(scaled)))
    if surplus < 0:
        order.reverse()
    for step in range(abs(surplus)):
        scaled[order[step % len(order)]] -= 1 if surplus > 0 else -1
    return scaled


def _centred(text: str, width: int, left_edge: str) -> str:
    length = _cells(text)
    start = width // 2 - length // 2 - 1
    line = f"{left_edge}{' ' * start}{text}"
    return f"{line}{' ' * (width - 1 - len(left_edge) - max(0, start) - length)}|"


def _aligned(text: str, width: int, left_edge: str, colour: bool) -> str:
    length = _cells(text)
    room = width - length - len(left_edge) - 1
    indent = 2 if room >= 2 else 0
    shown = _CELL.format(text) if colour else text
    return f"{left_edge}{' ' * indent}{shown}{' ' * (room - indent)}|"


def _cells(text: str) -> int:
    """Display width as the AWS CLI counts it: ambiguous characters are wide."""
    return sum(2 if unicodedata.east_asian_width(character) in "WFA" else 1 for character in text)


def _nested(value: Any) -> bool:
    return isinstance(value, (dict, list))
