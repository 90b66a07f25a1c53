"""SAM's samconfig.toml or samconfig.yaml: what `sam deploy` would use of the environment `default`.

That is the parameters, the region and the name of the stack.
"""

from __future__ import annotations

import re
import shlex
import tomllib
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from authlens.core.text.yaml_reader import YamlError, load
from authlens.endpoint.templates.definition_file import content_of
from authlens.endpoint.templates.definitions import is_region, warning_of
from authlens.endpoint.templates.settings import ProjectSettings

SAM_CONFIGS = ("samconfig.toml", "samconfig.yaml", "samconfig.yml")
"""In SAM's order; the first one counts."""
LARGEST = 256 * 1024
"""In bytes; a long samconfig.toml has 10 KiB."""
_STEP = "fix it, or give its values as parameters: and region: in authlens.yaml"
_LONG = re.compile(r"ParameterKey=(?P<name>[^,]+),ParameterValue=(?P<value>.*)", re.DOTALL)


def read_sam_config(path: Path) -> ProjectSettings:
    """Its settings; an unreadable file is a warning."""
    try:
        text = _text(path)
        known = tomllib.loads(text) if path.suffix == ".toml" else load(text).plain()
    except (OSError, ValueError, YamlError) as error:
        why = error.strerror if isinstance(error, OSError) else str(error)
        return ProjectSettings(warnings=(warning_of(path, 0, f"it is not read: {why}", _STEP),))
    sections = [_section(known, "default", command, "parameters") for command in ("deploy", "build", "global")]
    parameters: dict[str, str] = {}
    for each in reversed(sections):
        parameters |= _overrides(each.get("parameter_overrides"))
    region, stack_name = (
        next((each[key] for each in sections if isinstance(each.get(key), str)), None)
        for key in ("region", "stack_name")
    )
    region = region if region and is_region(region) else None
    return ProjectSettings(parameters=parameters, region=region, stack_name=stack_name)


def _text(path: Path) -> str:
    content = content_of(path, LARGEST)
    if len(content) > LARGEST:
        raise ValueError(f"it is larger than {LARGEST // 1024} KiB")
    return content.decode("utf-8")


def _section(known: Mapping[str, Any], *names: str) -> Mapping[str, Any]:
    for name in names:
        inner = known.get(name) if isinstance(known, Mapping) else None
        known = inner if isinstance(inner, Mapping) else {}
    return known


def _overrides(value: object) -> dict[str, str]:
    """`"A=1 B=\\"2 3\\""`, a list of such, or SAM's long form."""
    texts = [str(item) for item in value] if isinstance(value, list) else [value] if isinstance(value, str) else []
    found: dict[str, str] = {}
    for text in texts:
        for word in _words(text):
            long = _LONG.fullmatch(word)
            name, equals, given = (long["name"], "=", long["value"]) if long else word.partition("=")
            if equals:
                found[name] = given
    return found


def _words(text: str) -> list[str]:
    try:
        return shlex.split(text)
    except ValueError:
        return text.split()
