"""The environment of programs that authlens starts by itself: what they need to run, and nothing else.

The rule: an allow list, not a deny list. A variable that a file of the user references as `${env:NAME}`
is passed to the endpoint of that file, and to no other program.
"""

from __future__ import annotations

import os
import re
from collections.abc import Mapping
from pathlib import Path

from authlens.endpoint.templates.definition_file import content_of, project_folders

NEEDED = (
    *("PATH", "HOME", "USER", "LOGNAME", "LANG", "LANGUAGE", "TZ", "TMPDIR", "LD_LIBRARY_PATH", "PYTHONPATH"),
    *("XDG_CACHE_HOME", "XDG_CONFIG_HOME", "XDG_DATA_HOME", "XDG_STATE_HOME", "XDG_RUNTIME_DIR"),
)
"""Paths of programs, libraries and folders, and the language. `LC_…` is passed too."""
_NAMED = re.compile(rb"\$\$\{|\$\{env:(?P<name>[A-Za-z_][A-Za-z0-9_]*)(?::-[^}]*)?\}")
_BESIDE = "authlens.yaml"
"""May contain references for the template next to it."""


def question_environment(environ: Mapping[str, str]) -> dict[str, str]:
    """For a program that only prints its version."""
    return {name: value for name, value in environ.items() if name in NEEDED or name.startswith("LC_")}


def endpoint_environment(environ: Mapping[str, str], path: Path) -> dict[str, str]:
    """For the endpoint of a file: no AWS credentials, unless the file references them."""
    asked = {name: environ[name] for name in named_variables(path) if name in environ}
    return {**question_environment(environ), **asked}


def named_variables(path: Path) -> tuple[str, ...]:
    """The variables that the file or its `authlens.yaml` references."""
    beside = (folder / _BESIDE for folder in project_folders(path))
    names = (found["name"] for file in (path, *beside) for found in _NAMED.finditer(_content(file)))
    return tuple(dict.fromkeys(name.decode() for name in names if name))


def _content(path: Path) -> bytes:
    try:
        return content_of(path) if os.path.isfile(path) else b""
    except (OSError, ValueError):
        return b""
