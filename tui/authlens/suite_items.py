"""Turns files and folders into the items of a suite. A file that cannot be read is also an item, with the reason."""

from __future__ import annotations

import os
import re
from collections.abc import Callable, Iterable, Iterator
from dataclasses import replace
from difflib import get_close_matches
from itertools import islice
from pathlib import Path
from typing import Protocol

import yaml

from authlens.core.invocation.invocation import fault_of
from authlens.core.saved.environment import Environment
from authlens.core.saved.saved_request import Case, SavedRequest
from authlens.core.saved.source import source_of, split_source
from authlens.core.text.yaml_reader import MAX_BYTES, MAX_EVENTS_SLOWLY, YamlError, decode
from authlens.frozen import dataclass
from authlens.user_path import content_of, named_content

_MOST_NAMED = 8
_NOT_IN_A_NAME = re.compile(r"[^\w.-]+")
SUFFIXES = (".yaml", ".yml")
"""Compared ignoring case."""
_REQUEST_KEY = re.compile(r"""^(["']?)request\1[ \t]*:""", re.MULTILINE)
"""At the start of a line this can only be a key of the outermost mapping."""


@dataclass(frozen=True, slots=True)
class ReadProblem:
    """Why a file is not a saved request."""

    reason: str
    line: int | None = None
    column: int | None = None

    def __str__(self) -> str:
        return self.reason if self.line is None else f"line {self.line}, column {self.column}: {self.reason}"


@dataclass(frozen=True, slots=True)
class SuiteItem:
    """One saved request of a suite, or one case of it."""

    name: str
    """The path as given, `FILE::NAME` for a case, or the id in the history."""
    saved: SavedRequest | None
    problem: ReadProblem | None = None
    """Set if `saved` is not."""
    path: Path | None = None
    case: Case | None = None
    """Set if it is a case of the file."""

    @property
    def base(self) -> Path | None:
        """The folder that its relative paths start from."""
        return self.path.parent if self.path else None

    @property
    def source(self) -> str | None:
        """The source as stored in the history: the file, and the case in it."""
        if self.path is None:
            return None
        return source_of(str(self.path), self.case.name if self.case else None)

    @property
    def title(self) -> str:
        return (self.saved and self.saved.description) or self.name

    @property
    def label(self) -> str:
        """Its title in reports of one file: a case has its name, which is unique there; descriptions may repeat."""
        if self.case is None:
            return self.title
        description = self.case.written.get("description")
        return f"{self.case.name}: {description}" if isinstance(description, str) else self.case.name

    @property
    def stem(self) -> str:
        """The prefix of files generated from it."""
        stem = Path(self.path or self.name).stem
        return f"{stem}-{_NOT_IN_A_NAME.sub('-', self.case.name)}" if self.case else stem

    def has(self, text: str) -> bool:
        """Whether its path, case or description contains the text, ignoring case."""
        return text.lower() in f"{self.name}\n{self.title}".lower()


class NoSuchPath(Exception):
    """A given path does not exist."""


class Environments(Protocol):
    """The environment with this name for a folder of saved requests. Raises LookupError with a complete sentence."""

    def of(self, base: Path) -> Environment: ...


def gather(paths: Iterable[Path]) -> tuple[SuiteItem, ...]:
    """The items of files, folders (recursively) and single cases, in path order, each once. A file given explicitly is
    an item whatever it contains; in a folder, other YAML is ignored. Raises NoSuchPath.
    """
    found: dict[str, SuiteItem] = {}
    for path in paths:
        try:
            items = tuple(_gathered(path))
        except NoSuchPath:
            raise
        except Exception as error:  # noqa: BLE001  # as for one file
            items = (_unread(path, error),)
        for item in items:
            found.setdefault(item.source or item.name, item)
    return tuple(found.values())


def read_items(path: Path) -> tuple[SuiteItem, ...]:
    """The item of a file, or the items of its cases."""
    return _read(path, lambda text: True, named_content)


def read_meant_items(path: Path) -> tuple[SuiteItem, ...]:
    """Like `read_items`, for a file found in a folder: nothing if it is other YAML."""
    return _read(path, lambda text: bool(_REQUEST_KEY.search(text)) or _may_mean_request(text))


def _read(
    path: Path, is_meant: Callable[[str], bool], content: Callable[[Path, int], bytes] = content_of
) -> tuple[SuiteItem, ...]:
    try:
        text = _text(path, content)
        if isinstance(text, ReadProblem):
            return (SuiteItem(str(path), None, text, path),)
        return items_of_text(str(path), text, path) if is_meant(text) else ()
    except Exception as error:  # noqa: BLE001  # one edge for the fault of one file: the others go on
        return (_unread(path, error),)


def _unread(path: Path, error: Exception) -> SuiteItem:
    return SuiteItem(str(path), None, ReadProblem(fault_of(error).message or ""), path)


def items_of_text(name: str, text: str, path: Path | None = None) -> tuple[SuiteItem, ...]:
    """The item of a saved request's text, or the items of its cases."""
    from authlens.core.saved.saved_request_yaml import read

    try:
        saved = read(text)
    except YamlError as error:
        from authlens.core.pasted.kinds import elsewhere
        from authlens.core.pasted.other_files import SAVED_REQUEST

        said = elsewhere(text, SAVED_REQUEST)
        problem = ReadProblem(said) if said else ReadProblem(error.message, error.line, error.column)
        return (SuiteItem(name, None, problem, path),)
    if not saved.suite.cases:
        return (SuiteItem(name, saved, path=path),)
    return tuple(SuiteItem(source_of(name, case.name), case.saved, path=path, case=case) for case in saved.suite.cases)


def in_environment(items: Iterable[SuiteItem], environments: Environments) -> tuple[SuiteItem, ...]:
    """The items as sent in an environment. Raises LookupError with a complete sentence."""
    return tuple(
        replace(item, saved=environments.of(item.base or Path()).of(item.saved)) if item.saved else item
        for item in items
    )


def _gathered(path: Path) -> Iterator[SuiteItem]:
    if os.path.isdir(path):
        yield from (item for file in sorted(_files(path)) for item in read_meant_items(file))
    elif os.path.lexists(path):
        yield from read_items(path)
    else:
        yield _named_case(path)


def _named_case(path: Path) -> SuiteItem:
    """The case given as `FILE::NAME`, or why its file cannot be read. Raises NoSuchPath."""
    file, name = split_source(str(path))
    if name is None or not os.path.lexists(file):
        raise NoSuchPath(f"there is no file or folder {path if name is None else file}")
    items = read_items(Path(file))
    if items[0].saved is None:
        return items[0]
    names = [item.case.name for item in items if item.case]
    if name not in names:
        known = f"it has {', '.join(names[:_MOST_NAMED])}{', …' if len(names) > _MOST_NAMED else ''}"
        raise NoSuchPath(f"{file} has no case {name!r}: {known if names else 'it has no cases'}")
    return items[names.index(name)]


def _files(folder: Path) -> Iterator[Path]:
    """Skips hidden files and folders, and links to folders, which could form a cycle."""
    for root, folders, names in os.walk(folder):
        folders[:] = [name for name in folders if not name.startswith(".")]
        yield from (Path(root, name) for name in names if name.lower().endswith(SUFFIXES) and not name.startswith("."))


def _text(path: Path, content: Callable[[Path, int], bytes]) -> str | ReadProblem:
    try:
        return decode(content(path, MAX_BYTES + 1))
    except YamlError as error:
        return ReadProblem(error.message, error.line, error.column)
    except FileNotFoundError:
        return ReadProblem("it is a link to a missing file")
    except OSError as error:
        if not error.errno:
            return ReadProblem(error.strerror or "")
        return ReadProblem(f"it cannot be read: {error.strerror or error}")


def _may_mean_request(text: str) -> bool:
    """Whether the outermost mapping has the key, or a misspelling of it next to `expect` or `sign`, or the text is not
    YAML."""
    keys = _outermost_keys(text)
    if keys is None or "request" in keys:
        return True
    return not keys.isdisjoint(("expect", "sign")) and bool(get_close_matches("request", keys, 1, 0.8))


def _outermost_keys(text: str) -> set[str] | None:
    """`None` if the text is not YAML at all, even with the features that saved requests do not allow."""
    if yaml.__with_libyaml__:  # ten times as fast; what it refuses, PyYAML's own parser may accept
        keys = _keys_by(text, yaml.CSafeLoader)
        if keys is not None:
            return keys
    return _keys_by(text, yaml.SafeLoader)


def _keys_by(text: str, loader: type[yaml.SafeLoader | yaml.CSafeLoader]) -> set[str] | None:
    keys: set[str] = set()
    depth = place = 0
    try:
        for event in islice(yaml.parse(text, Loader=loader), MAX_EVENTS_SLOWLY):
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
