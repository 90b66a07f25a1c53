"""The environments of a project: `environments/NAME.yaml`, next to the saved requests or above them.

The rule: only folders between a saved request and the working folder are searched, or, outside it, the request's
own folder and the one around it; the nearest wins.
"""

from __future__ import annotations

import difflib
import re
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

from authlens.core.saved.environment import FOLDER, Environment, read_environment
from authlens.core.text.yaml_reader import YamlError, decode
from authlens.store.files import read_bounded, reason

_MOST_IN_A_FOLDER = 64
SUFFIXES = (".yaml", ".yml")
_NAME = re.compile(r"[^/\\\0]+")


class NoEnvironment(LookupError):
    """There is no such environment, or it cannot be read. The text is a whole sentence."""


class Environments:
    """One environment by its name, read once for each folder."""

    def __init__(self, name: str, cwd: Path) -> None:
        self._name = name
        self._cwd = cwd
        self._read: dict[Path, Environment] = {}

    def of(self, base: Path) -> Environment:
        """The environment for saved requests of a folder. Raises NoEnvironment."""
        base = self._cwd / base
        if base not in self._read:
            self._read[base] = load_environment(self._name, base, self._cwd)
        return self._read[base]


def load_environment(name: str, base: Path, cwd: Path) -> Environment:
    """Raises NoEnvironment."""
    return _read(_find(name, base, cwd))


def _read(path: Path) -> Environment:
    try:
        environment = replace(read_environment(decode(read_bounded(path))), source=str(path))
    except YamlError as error:
        raise NoEnvironment(f"{path}: {error}") from None
    except OSError as error:
        raise NoEnvironment(f"{path} cannot be read: {reason(error)}") from None
    local = environment.target.local
    if local is None:
        return environment
    # A path of the environment's file starts from that file, wherever the saved request is.
    return replace(environment, target=replace(environment.target, local=str((path.parent / local).absolute())))


def environment_names(base: Path, cwd: Path) -> tuple[str, ...]:
    """The environments that a folder's saved requests can be sent in, the nearest folder first."""
    return tuple(dict.fromkeys(path.stem for folder in _folders(base, cwd) for path in _files(folder)))


def environments_around(base: Path) -> Iterator[Environment]:
    """Every environment that requests of the folder may have been sent in, whatever the working folder was then."""
    base = base.absolute()
    for folder in (base, *base.parents):
        for path in _files(folder / FOLDER)[:_MOST_IN_A_FOLDER]:
            try:
                yield _read(path)
            except NoEnvironment:
                continue


def _find(name: str, base: Path, cwd: Path) -> Path:
    if not _NAME.fullmatch(name) or name.startswith("."):
        raise NoEnvironment(f"{name!r} cannot be the name of an environment: it names a file in {FOLDER}/")
    for folder in _folders(base, cwd):
        for path in _files(folder):
            if path.stem == name:
                return path
    known = environment_names(base, cwd)
    near = difflib.get_close_matches(name, known, n=1)
    hint = f"did you mean {near[0]}?" if near else f"there is {', '.join(known)}" if known else ""
    where = _shown(base, cwd) / FOLDER / f"{name}.yaml"
    raise NoEnvironment(f"there is no environment {name!r}: {hint or f'create {where}'}")


def _shown(base: Path, cwd: Path) -> Path:
    return base.relative_to(cwd) if base.is_relative_to(cwd) else base


def _folders(base: Path, cwd: Path) -> Iterator[Path]:
    base = base.absolute()
    around = [base, *base.parents]
    last = around.index(cwd) if cwd in around else 1
    yield from (folder / FOLDER for folder in around[: last + 1])


def _files(folder: Path) -> list[Path]:
    try:
        return sorted(path for path in folder.iterdir() if path.suffix.lower() in SUFFIXES and path.is_file())
    except OSError:
        return []
