"""GitHub's workflow commands: lines on standard output that annotate a file, with GitHub's escapes."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path

from authlens.core.text.visible import visible_lines

_LEVELS = {"error": "error", "warning": "warning"}
"""GitHub's levels by severity; anything else is a notice."""


def command(
    level: str, message: str, file: str | None, line: int | None, title: str | None, column: int | None = None
) -> str:
    """A workflow command. level: `error`, `warning`, or another severity."""
    properties = {"file": file, "line": line and str(line), "col": column and str(column), "title": title}
    written = ",".join(f"{name}={_property(value)}" for name, value in properties.items() if value)
    return f"::{_LEVELS.get(level, 'notice')} {written}::{_data(message)}"


def in_workspace(path: Path, environ: Mapping[str, str]) -> str:
    """The path as GitHub needs it: relative to the root of the checkout, whichever folder the command runs in."""
    workspace = environ.get("GITHUB_WORKSPACE")
    if not workspace:
        return str(path)
    for root, own in ((Path(workspace), path.absolute()), (Path(workspace).resolve(), path.resolve())):
        if own.is_relative_to(root):
            return own.relative_to(root).as_posix()
    return str(path)


def _data(text: str) -> str:
    return visible_lines(text).replace("%", "%25").replace("\n", "%0A")


def _property(text: str) -> str:
    return _data(text).replace(":", "%3A").replace(",", "%2C")
