"""The file that defines a local endpoint, before it is read: its bytes, and which of the two kinds it is.

It imports none of the readers, so that whoever only starts the endpoint as a child does not load them.
"""

from __future__ import annotations

import json
import os
import re
from pathlib import Path

from authlens.core.text import yaml_reader

DEFAULT_REGION = "us-west-2"
GENERATED = (".aws-sam/build", "cdk.out", ".serverless", ".build")
"""Folders that tools write; their project's settings are beside them."""
_RESOURCES = re.compile(r"""^\{?[^\S\n]*["']?Resources["']?\s*:""", re.MULTILINE)
_AUTHORIZERS = re.compile(r"^authorizers\s*:", re.MULTILINE)


def content_of(path: Path, most: int = yaml_reader.MAX_BYTES) -> bytes:
    """The content of a file, no further than to see that it is too large; waits for no pipe. Raises OSError."""
    with os.fdopen(os.open(path, os.O_RDONLY | os.O_NONBLOCK | os.O_CLOEXEC), "rb") as file:
        return file.read(most + 1) or b""


def looks_like_template(text: str) -> bool:
    """Whether a file is a template rather than an authorizers.yaml."""
    if text.lstrip()[:1] == "{" and '"Resources"' in text:
        return _has_resources(text)
    return bool(_RESOURCES.search(text)) and not _AUTHORIZERS.search(text)


def _has_resources(text: str) -> bool:
    """Whether a JSON object has this section, on whichever line; one that cannot be read is taken for a template."""
    try:
        return "Resources" in json.loads(text)
    except (ValueError, RecursionError):
        return True


def project_folders(path: Path) -> tuple[Path, ...]:
    """The folder of a template, and that of its project where a tool wrote the template."""
    folder = path if path.is_dir() else path.parent
    found = [folder]
    for generated in GENERATED:
        parts = Path(generated).parts
        for parent in (folder, *folder.parents[:3]):
            if parent.parts[-len(parts) :] == parts:
                found.append(parent.parents[len(parts) - 1])
    return tuple(dict.fromkeys(found))
