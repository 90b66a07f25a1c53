"""Whether the code of a local target changed, so that the app can resend a request after each save."""

from __future__ import annotations

from functools import lru_cache
from pathlib import Path

from authlens.core.invocation.local_run import Unresolved
from authlens.core.request.authorizer import Authorizer
from authlens.core.request.target import Target
from authlens.endpoint.local import LocalTargetError, Stamp, definition_file, stamp
from authlens.endpoint.projects.source import Source, read_source, watched
from authlens.endpoint.runtime.fingerprint import fingerprint
from authlens.endpoint.templates.definitions import DefinitionError, Definitions


class CodeWatch:
    """The files of a local target and its folders of code. Cheap enough to check twice a second."""

    def __init__(self, local: str, base: Path | None = None) -> None:
        self._path = definition_file(local, base)
        self._files: tuple[Path, ...] = (self._path,)
        self._read_at: tuple[Stamp | None, ...] | None = None
        self._folders: tuple[Path, ...] = ()

    @classmethod
    def of(cls, target: Target, base: Path | None = None) -> CodeWatch | None:
        """`None` for a target whose code is not on this machine."""
        try:
            return None if target.local is None else cls(target.local, base)
        except LocalTargetError:
            return None

    def state(self) -> int:
        """A number that changes whenever a file or any code is saved."""
        if self._stamps() != self._read_at:
            self._read_again()
            self._read_at = self._stamps()
        return hash((self._read_at, *map(fingerprint, self._folders)))

    def _stamps(self) -> tuple[Stamp | None, ...]:
        return tuple(map(stamp, self._files))

    def _read_again(self) -> None:
        """Keeps the previous folders while a file is invalid: the endpoint reports the error."""
        definitions = _definitions(self._path)
        if definitions is not None:
            self._files = tuple(dict.fromkeys((self._path, *definitions.files)))
            self._folders = tuple(sorted({function.code_uri for function in definitions.functions}))


def unresolved(target: Target, base: Path | None = None) -> dict[str, tuple[Unresolved, ...]]:
    """What each authorizer of a local target lacks here, including those left out. Runs no function."""
    try:
        path = None if target.local is None else definition_file(target.local, base)
    except LocalTargetError:
        path = None
    definitions = None if path is None else _definitions(path)
    if definitions is None:
        return {}
    served = {each.authorizer.name: each.function.unresolved for each in definitions.authorizers}
    return {**{name: (reason,) for name, reason in definitions.left_out}, **served}


def authorizers_named(target: Target, base: Path | None = None) -> tuple[Authorizer, ...] | None:
    """The authorizers that the endpoint of a local target would serve; `None` where its files do not say. Runs nothing.

    Cached until the file or its settings change; changes to nested templates are not noticed.
    """
    try:
        path = None if target.local is None else definition_file(target.local, base)
    except LocalTargetError:
        path = None
    if path is None:
        return None
    definitions = _definitions_at(path, tuple(map(stamp, (path, *watched(path)))))
    return None if definitions is None else tuple(each.authorizer for each in definitions.authorizers)


@lru_cache(maxsize=8)
def _definitions_at(path: Path, stamps: tuple[Stamp | None, ...]) -> Definitions | None:
    return _definitions(path)


def _definitions(path: Path) -> Definitions | None:
    try:
        return read_source(Source.named(str(path)), ask=False)
    except DefinitionError:
        return None
