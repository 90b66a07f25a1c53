"""The first line of a saved request that points an editor to its schema. It is ours, not the user's comment."""

from __future__ import annotations

import json
import os
import re
from pathlib import Path
from typing import Any

FOLDER = ".authlens"
NAME = "request.schema.json"
_LINE = re.compile(rb"\A(?:\xef\xbb\xbf)?#[ \t]*yaml-language-server:[ \t]*\$schema=[^\r\n]*\r?\n")
_HIGHEST = 8
"""How many folders above a file are searched."""


def content_of(schema: dict[str, Any]) -> bytes:
    """A schema as it is written to a file."""
    return f"{json.dumps(schema, indent=2)}\n".encode()


def line_for(path: Path) -> bytes:
    """The line for a saved request at this path; empty if no folder around it has the schema."""
    folder = path.absolute().parent
    for above in (folder, *folder.parents[:_HIGHEST]):
        schema = above / FOLDER / NAME
        if schema.is_file():
            return line_to(os.path.relpath(schema, folder))
    return b""


def line_to(schema: str) -> bytes:
    return f"# yaml-language-server: $schema={Path(schema).as_posix()}\n".encode()


def parted(content: bytes) -> tuple[bytes, bytes]:
    """The modeline that a file begins with, which may be empty, and the rest."""
    found = _LINE.match(content)
    return (found[0], content[found.end() :]) if found else (b"", content)
