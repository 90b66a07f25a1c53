"""The saved requests of a folder as a tree: folders, files, the cases of a file, each with its last verdict. Pure."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING

from authlens.core.saved.source import source_of
from authlens.frozen import dataclass

if TYPE_CHECKING:
    from authlens.store.history.history import HistoryRow
    from authlens.store.requests import Entry


@dataclass(frozen=True, slots=True)
class CollectionNode:
    """One line of the tree."""

    name: str
    depth: int = 0
    path: Path | None = None
    """The file; `None` for a folder."""
    case: str = ""
    about: str = ""
    error: str | None = None
    """Why the file cannot be opened."""
    last: HistoryRow | None = None
    """What came of it when it was sent last, unless what runs it was changed since."""
    is_exercise: bool = False
    """Whether it is a sample that was sent and is still to be solved."""

    @property
    def source(self) -> str:
        """As the history records it."""
        return "" if self.path is None else source_of(str(self.path.absolute()), self.case or None)


@dataclass(frozen=True, slots=True)
class CollectionState:
    nodes: tuple[CollectionNode, ...] = ()
    opened: str = ""
    """The source of the request in the form."""
    problem: str = ""
    """Why the folder cannot be read."""
    is_read: bool = True


def latest_of(rows: Sequence[HistoryRow]) -> dict[str, HistoryRow]:
    """The newest row of each source; the rows come newest first."""
    found: dict[str, HistoryRow] = {}
    for row in rows:
        if row.source is not None:
            found.setdefault(row.source, row)
    return found


def tree(
    entries: Sequence[Entry],
    folder: Path,
    latest: Mapping[str, HistoryRow],
    is_exercise: Callable[[HistoryRow], bool] = lambda _: False,
) -> tuple[CollectionNode, ...]:
    """The entries, in the order of their paths, below the folders that hold them."""
    nodes = _nodes(entries, folder, latest)
    return tuple(replace(each, is_exercise=each.last is not None and is_exercise(each.last)) for each in nodes)


def _nodes(entries: Sequence[Entry], folder: Path, latest: Mapping[str, HistoryRow]) -> Iterator[CollectionNode]:
    above: tuple[str, ...] = ()
    for entry in entries:
        parts = entry.path.relative_to(folder).parts[:-1]
        for depth, part in enumerate(parts):
            if above[: depth + 1] != parts[: depth + 1]:
                yield CollectionNode(f"{part}/", depth)
        above = parts
        about = entry.description or entry.authorizer or ""
        node = CollectionNode(entry.path.stem, len(parts), entry.path, "", about, entry.error)
        yield _with_last(node, latest)
        for case in entry.cases:
            yield _with_last(CollectionNode(case, len(parts) + 1, entry.path, case), latest)


def _with_last(node: CollectionNode, latest: Mapping[str, HistoryRow]) -> CollectionNode:
    return replace(node, last=latest.get(node.source))


def filtered(nodes: Sequence[CollectionNode], text: str) -> tuple[CollectionNode, ...]:
    """The nodes that hold every word, with what is above them."""
    words = text.casefold().split()
    if not words:
        return tuple(nodes)
    kept: list[CollectionNode] = []
    above: list[CollectionNode] = []
    kept_above = 0
    for node in nodes:
        del above[node.depth :]
        kept_above = min(kept_above, node.depth)
        above.append(node)
        searched = " ".join((*(each.name for each in above), node.about, node.case)).casefold()
        if node.path is not None and all(word in searched for word in words):
            kept += above[kept_above:]
            kept_above = len(above)
    return tuple(kept)
