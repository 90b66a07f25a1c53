"""Whether the code behind a local target changed: what lets the app send a request again after each save."""

from __future__ import annotations

from pathlib import Path

from authlens.core.request.target import Target
from authlens.endpoint.local import LocalTargetError, Stamp, definition_file, is_template, stamp
from authlens.endpoint.runtime.fingerprint import fingerprint
from authlens.endpoint.templates.definitions import DefinitionError, Definitions, read_definitions
from authlens.endpoint.templates.template import read_template


class CodeWatch:
    """The file of a local target, and the folders of code that it names. Cheap enough to be asked twice a second."""

    def __init__(self, local: str, base: Path | None = None) -> None:
        self._path = definition_file(local, base)
        self._read_at: Stamp | None = None
        self._folders: tuple[Path, ...] = ()

    @classmethod
    def of(cls, target: Target, base: Path | None = None) -> CodeWatch | None:
        """`None` for a target whose code is not on this machine."""
        try:
            return None if target.local is None else cls(target.local, base)
        except LocalTargetError:
            return None

    def state(self) -> int:
        """A number that differs from the last one when the file or any code was saved since."""
        now = stamp(self._path)
        if now != self._read_at:
            self._read_at = now
            self._folders = self._named_folders()
        return hash((now, *map(fingerprint, self._folders)))

    def _named_folders(self) -> tuple[Path, ...]:
        """While the file is broken, those of before: its endpoint says what is wrong."""
        try:
            definitions: Definitions = (read_template if is_template(self._path) else read_definitions)(
                self._path, ask=False
            )
        except DefinitionError:
            return self._folders
        return tuple(sorted({function.code_uri for function in definitions.functions}))
