"""The file that defines a local endpoint, before it is parsed: its bytes, and whether it is a template.

Imports none of the readers, which starting the endpoint as a child does not need.
"""

from __future__ import annotations

import json
import os
import re
from errno import ENOENT
from pathlib import Path

from authlens import user_path
from authlens.core.text import yaml_reader
from authlens.endpoint.templates.noticed import notice

DEFAULT_REGION = "us-west-2"
DEFAULT_ACCOUNT = "000000000000"
WORKSPACES = "terraform.tfstate.d"
"""Where Terraform has a folder with the state of each workspace."""
GENERATED = (".aws-sam/build", "cdk.out", ".serverless", ".build", WORKSPACES)
"""Folders that tools generate; the project's settings are in their parent folder."""
_RESOURCES = re.compile(r"""^\{?[^\S\n]*["']?Resources["']?\s*:""", re.MULTILINE)
_OTHERS = re.compile(r"^(?:authorizers|resources)\s*:", re.MULTILINE)
"""Keys of an authorizers.yaml and of a serverless.yml, which has its `Resources` inside `resources`."""


def content_of(path: Path, most: int = yaml_reader.MAX_BYTES) -> bytes:
    """The content of a regular file, no further than to see that it is too large; never waits. Raises OSError."""
    notice(path)
    try:
        return user_path.content_of(path, most + 1)
    except ValueError:  # a name with a NUL, which no file has
        raise FileNotFoundError(ENOENT, os.strerror(ENOENT)) from None


def looks_like_template(text: str) -> bool:
    """Whether a file is a template rather than an authorizers.yaml or a serverless.yml."""
    if text.lstrip()[:1] == "{" and '"Resources"' in text:
        return _has_resources(text)
    return bool(_RESOURCES.search(text)) and not _OTHERS.search(text)


def _has_resources(text: str) -> bool:
    """Whether a JSON object has this section, on any line; invalid JSON is taken for a template."""
    try:
        return "Resources" in json.loads(text)
    except (ValueError, RecursionError):
        return True


def project_folders(path: Path) -> tuple[Path, ...]:
    """The folder of a template, and of its project if a tool generated the template."""
    folder = path if path.is_dir() else path.parent
    found = [folder]
    for generated in GENERATED:
        parts = Path(generated).parts
        for parent in (folder, *folder.parents[:3]):
            if parent.parts[-len(parts) :] == parts:
                found.append(parent.parents[len(parts) - 1])
    return tuple(dict.fromkeys(found))
