"""`--output text` as the AWS CLI prints it: scalars of an object on one line, then its lists, a name before each."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from typing import Any


def render(value: Any) -> str:
    """The value as lines of tab-separated fields."""
    return "".join(f"{line}\n" for line in _lines(value, None, None))


def _lines(value: Any, name: str | None, columns: list[str] | None) -> Iterator[str]:
    """name: the value's key. columns: the scalar keys of all objects in the list that the value belongs to."""
    if isinstance(value, dict):
        yield from _object_lines(value, name, columns)
    elif isinstance(value, list):
        yield from _list_lines(value, name)
    else:
        yield str(value)


def _object_lines(value: dict[str, Any], name: str | None, columns: list[str] | None) -> Iterator[str]:
    if columns is None:
        columns = [key for key in sorted(value) if not _nested(value[key])]
    fields = [str(value.get(key, "")) for key in columns]
    if fields:
        yield "\t".join([*([name.upper()] if name is not None else []), *fields])
    for key in sorted(value.keys() - set(columns)):
        yield from _lines(value[key], key, None)


def _list_lines(items: list[Any], name: str | None) -> Iterator[str]:
    if any(isinstance(item, dict) for item in items):
        columns = sorted({key for item in items for key in _scalar_keys(item)})
        for item in items:
            yield from _lines(item, name, columns)
        return
    yield from _row([item for item in items if not _nested(item)], name)
    for item in items:
        if _nested(item):
            yield from _lines(item, name, None)


def _row(scalars: list[Any], name: str | None) -> Iterator[str]:
    if name is not None:
        yield from (f"{name.upper()}\t{item}" for item in scalars)
    elif scalars:
        yield "\t".join(str(item) for item in scalars)


def _scalar_keys(item: Any) -> Iterable[str]:
    return [key for key in item if not _nested(item[key])] if isinstance(item, dict) else []


def _nested(value: Any) -> bool:
    return isinstance(value, (dict, list))
