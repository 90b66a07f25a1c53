"""What the programs that authlens starts by itself see of its environment: what they need to run, and nothing else.

The rule: a list of what passes, not of what is taken out. A variable that a file of the person names with `${env:NAME}`
passes to the endpoint of that file, and to no other program.
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
"""Where programs, libraries and folders are, and the language. `LC_…` passes too."""
_NAMED = re.compile(rb"\$\$\{|\$\{env:(?P<name>[A-Za-z_][A-Za-z0-9_]*)(?::-[^}]*)?\}")
_BESIDE = "authlens.yaml"
"""May hold references for the template that it lies beside."""


def question_environment(environ: Mapping[str, str]) -> dict[str, str]:
    """Of a program that is only asked for its version."""
    return {name: value for name, value in environ.items() if name in NEEDED or name.startswith("LC_")}


def endpoint_environment(environ: Mapping[str, str], path: Path) -> dict[str, str]:
    """Of the endpoint of a file: no AWS credentials, unless the file asks for them by name."""
    asked = {name: environ[name] for name in named_variables(path) if name in environ}
    return {**question_environment(environ), **asked}


def named_variables(path: Path) -> tuple[str, ...]:
    """The variables that the file, or `authlens.yaml` beside it, asks for."""
    beside = (folder / _BESIDE for folder in project_folders(path))
    names = (found["name"] for file in (path, *beside) for found in _NAMED.finditer(_content(file)))
    return tuple(dict.fromkeys(name.decode() for name in names if name))


def _content(path: Path) -> bytes:
    try:
        return content_of(path) if os.path.isfile(path) else b""
    except (OSError, ValueError):
        return b""
