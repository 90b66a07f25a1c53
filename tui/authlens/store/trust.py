"""The folders whose files may run local code and name endpoints, as the user decided: `trust.yaml`, readable only by
them.

The rule: trust belongs to a folder and all below it, by real paths, until it is removed. A request that was made in
the app is an entry of its own, so that saving it trusts nothing else in its folder.
"""

from __future__ import annotations

import os
from collections.abc import Callable, Iterable, Mapping
from datetime import datetime
from pathlib import Path
from typing import TYPE_CHECKING

from authlens.frozen import dataclass
from authlens.store.files import locked, make_own_folder, read_bounded, write_whole
from authlens.user_path import NotAPath, user_path

if TYPE_CHECKING:
    from authlens.core.text.yaml_reader import YamlNode

VARIABLE = "AUTHLENS_TRUST"
_HEADER = "# Folders whose files authlens may run and send for; see 'authlens trust --help'.\n"


@dataclass(frozen=True, slots=True)
class Trusted:
    """One entry of the list."""

    path: str
    """The real path of a folder, or of one saved request."""
    since: str
    """When it was trusted, in ISO 8601."""


class TrustNotKept(Exception):
    """The list cannot be read or written. The text is a whole sentence."""


def real_path(path: Path) -> str:
    return os.path.realpath(path)


class TrustList:
    """The list in its file. A list that cannot be read trusts nothing."""

    def __init__(self, path: Path) -> None:
        self._path = path

    def entries(self) -> tuple[Trusted, ...]:
        """In the order in which they were added. Raises TrustNotKept if the file exists but cannot be read."""
        from authlens.core.text.yaml_reader import YamlError, decode, load

        try:
            root = load(decode(read_bounded(self._path)))
            return tuple(_entry(node) for node in root.list()) if root.value is not None else ()
        except FileNotFoundError:
            return ()
        except (OSError, YamlError) as error:
            why = error.strerror if isinstance(error, OSError) else error
            raise TrustNotKept(f"the list of trusted folders {self._path} cannot be read: {why}") from None

    def trusts(self, path: Path) -> bool:
        """Whether the path is trusted, or a folder that it lies in; where a link leads is another path."""
        try:
            entries = self.entries()
        except TrustNotKept:
            return False
        own = path.resolve() if path.name == ".." else Path(real_path(path.parent), path.name)
        return covers((entry.path for entry in entries), str(own))

    def add(self, paths: Iterable[Path], now: datetime) -> None:
        """Trust the paths from now on. Raises TrustNotKept."""
        new = [real_path(path) for path in paths]

        def added(known: tuple[Trusted, ...]) -> tuple[Trusted, ...]:
            there = {entry.path for entry in known}
            since = now.isoformat(timespec="seconds")
            return (*known, *(Trusted(path, since) for path in dict.fromkeys(new) if path not in there))

        self._change(added)

    def remove(self, path: Path) -> bool:
        """Whether the path was in the list, resolved or as written."""
        known = {entry.path for entry in self.entries()}
        gone = {str(path), real_path(path)} & known
        if gone:
            self._change(lambda entries: tuple(entry for entry in entries if entry.path not in gone))
        return bool(gone)

    def _change(self, change: Callable[[tuple[Trusted, ...]], tuple[Trusted, ...]]) -> None:
        from authlens.core.text.yaml_writer import dump

        try:
            make_own_folder(self._path.parent)
            with locked(self._path.parent):
                entries = change(self.entries())
                text = dump([{"path": entry.path, "since": entry.since} for entry in entries])
                write_whole(self._path, (_HEADER + text).encode())
        except (OSError, ValueError) as error:
            why = error.strerror if isinstance(error, OSError) else error
            raise TrustNotKept(f"the list of trusted folders {self._path} cannot be written: {why}") from None


def _entry(node: YamlNode) -> Trusted:
    fields = node.fields("path", "since")
    if "path" not in fields:
        raise node.error("path is missing")
    return Trusted(fields["path"].string(), fields["since"].string() if "since" in fields else "")


def covers(trusted: Iterable[str], path: str) -> bool:
    """Whether one of the real paths is this one or a folder above it."""
    return any(path == entry or path.startswith(entry.rstrip(os.sep) + os.sep) for entry in trusted)


def from_environment(environ: Mapping[str, str]) -> tuple[Path, ...]:
    """The folders that AUTHLENS_TRUST names, separated like PATH; an empty part names none."""
    paths: list[Path] = []
    for text in environ.get(VARIABLE, "").split(os.pathsep):
        if text.strip():
            try:
                paths.append(user_path(text))
            except NotAPath:
                continue
    return tuple(paths)
