"""The saved requests of a suite: files and folders to items. What cannot be read is an item too, with the reason."""

from __future__ import annotations

import os
import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from pathlib import Path

from authlens.core.saved.saved_request import SavedRequest

SUFFIXES = (".yaml", ".yml")
"""In any case."""
_REQUEST_KEY = re.compile(r"""^(["']?)request\1[ \t]*:""", re.MULTILINE)
"""At the start of a line it can stand in the outermost mapping alone."""


@dataclass(frozen=True, slots=True)
class Problem:
    """Why a file is no saved request."""

    reason: str
    line: int | None = None
    column: int | None = None

    def __str__(self) -> str:
        return self.reason if self.line is None else f"line {self.line}, column {self.column}: {self.reason}"


@dataclass(frozen=True, slots=True)
class Item:
    """One saved request of a suite."""

    name: str
    """The path as it was given, or the id in the history."""
    saved: SavedRequest | None
    problem: Problem | None = None
    """Set when `saved` is not."""
    path: Path | None = None

    @property
    def base(self) -> Path | None:
        """The folder that its relative paths start from."""
        return self.path.parent if self.path else None

    @property
    def title(self) -> str:
        return (self.saved and self.saved.description) or self.name

    def has(self, text: str) -> bool:
        """Whether its path or description contains the text, without case."""
        return text.lower() in f"{self.name}\n{self.title}".lower()


class NoSuchPath(Exception):
    """A path that was named is not there."""


def gather(paths: Iterable[Path]) -> tuple[Item, ...]:
    """The items of files, and of folders with all below them, in the order of their paths, each once.

    A file that is named is an item whatever it holds; in a folder, YAML of another kind is passed over.
    Raises NoSuchPath.
    """
    found: dict[Path, Item] = {}
    for path in paths:
        for item in _gathered(path):
            found.setdefault(item.path or path, item)
    return tuple(found.values())


def read_item(path: Path) -> Item:
    """The item of one file."""
    text = _text(path)
    return Item(str(path), None, text, path) if isinstance(text, Problem) else _item(path, text)


def read_meant(path: Path) -> Item | None:
    """The item of a file found in a folder; `None` when it is YAML of another kind."""
    text = _text(path)
    if isinstance(text, Problem):
        return Item(str(path), None, text, path)
    return _item(path, text) if _REQUEST_KEY.search(text) or _may_mean_request(text) else None


def _gathered(path: Path) -> Iterator[Item]:
    if path.is_dir():
        yield from (item for file in sorted(_files(path)) if (item := read_meant(file)))
    elif os.path.lexists(path):
        yield read_item(path)
    else:
        raise NoSuchPath(f"there is no file or folder {path}")


def _files(folder: Path) -> Iterator[Path]:
    """Hidden files and folders are passed over, and links to folders, so that a circle ends."""
    for root, folders, names in os.walk(folder):
        folders[:] = [name for name in folders if not name.startswith(".")]
        yield from (Path(root, name) for name in names if name.lower().endswith(SUFFIXES) and not name.startswith("."))


def _text(path: Path) -> str | Problem:
    from authlens.core.text.yaml_reader import MAX_BYTES, YamlError, decode

    try:
        if not path.is_file():
            return Problem("it is not a regular file" if path.exists() else "it is a link to a file that is not there")
        with path.open("rb") as file:
            return decode(file.read(MAX_BYTES + 1))
    except YamlError as error:
        return Problem(error.message, error.line, error.column)
    except OSError as error:
        return Problem(f"it cannot be read: {error.strerror or error}")


def _item(path: Path, text: str) -> Item:
    from authlens.core.saved.saved_request_yaml import read
    from authlens.core.text.yaml_reader import YamlError

    try:
        return Item(str(path), read(text), None, path)
    except YamlError as error:
        return Item(str(path), None, Problem(error.message, error.line, error.column), path)


def _may_mean_request(text: str) -> bool:
    """Whether the outermost mapping has the key, or a slip of it beside `expect` or `sign`, or the text is no YAML."""
    from difflib import get_close_matches

    keys = _outermost_keys(text)
    if keys is None or "request" in keys:
        return True
    return not keys.isdisjoint(("expect", "sign")) and bool(get_close_matches("request", keys, 1, 0.8))


def _outermost_keys(text: str) -> set[str] | None:
    """`None` where the text is no YAML at all, not even with what saved requests do without."""
    import yaml

    keys: set[str] = set()
    depth = place = 0
    try:
        for event in yaml.parse(text, Loader=yaml.SafeLoader):
            if isinstance(event, yaml.CollectionEndEvent):
                depth -= 1
            if depth == 1 and isinstance(event, yaml.NodeEvent | yaml.CollectionEndEvent):
                keys |= {event.value} if isinstance(event, yaml.ScalarEvent) and not place % 2 else set()
                place += not isinstance(event, yaml.CollectionStartEvent)
            if isinstance(event, yaml.CollectionStartEvent):
                depth += 1
                place = 0 if depth == 1 else place
    except (yaml.YAMLError, ValueError, OverflowError, RecursionError):
        return None
    return keys
