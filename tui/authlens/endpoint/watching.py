"""Whether the code behind a local target changed: what a person who edits a function wants to be told of at once."""

from __future__ import annotations

from pathlib import Path

from authlens.core.target import Target
from authlens.endpoint.definitions import DefinitionError, Definitions, read_definitions
from authlens.endpoint.local import definition_file, is_template
from authlens.endpoint.runtime_code import Fingerprint, fingerprint


def code_fingerprint(target: Target, base: Path | None = None) -> Fingerprint | None:
    """A number that differs when a function or its definition was changed; `None` when the target is not local."""
    if target.local is None:
        return None
    path = definition_file(target.local, base)
    try:
        folders = {function.code_uri for function in _definitions(path).functions}
        status = path.stat()
    except (DefinitionError, OSError):
        return hash(str(path))
    return hash((status.st_mtime_ns, status.st_size, *(fingerprint(folder) for folder in sorted(folders))))


def _definitions(path: Path) -> Definitions:
    if not is_template(path):
        return read_definitions(path)
    from authlens.endpoint.template import read_template

    return read_template(path)
