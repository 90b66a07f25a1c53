"""What `--generate-cli-skeleton` prints: a request to fill in as JSON or YAML, or a made-up answer."""

from __future__ import annotations

import json
from collections.abc import Iterator
from typing import Any

from authlens.core.request.members import CONTEXTS, SHAPE, Member, MemberKind, Shape

ANSWER: dict[str, Any] = {
    "isAuthenticated": True,
    "principalId": "principalId",
    "policyDocuments": ["PolicyDocument"],
    "refreshAfterInSeconds": 0,
    "disconnectAfterInSeconds": 0,
}
"""The made-up answer of `output`."""


def skeleton(kind: str) -> str:
    """The text of `input` or `yaml-input`."""
    if kind == "yaml-input":
        return "".join(f"{line}\n" for line in _yaml_lines(SHAPE))
    return json.dumps(_json(SHAPE), indent=4) + "\n"


_EMPTY: dict[MemberKind, Any] = {MemberKind.TEXT: "", MemberKind.BLOB: None, MemberKind.MAP: {"KeyName": ""}}


def _json(shape: Shape) -> dict[str, Any]:
    return {name: _EMPTY[row.kind] if isinstance(row, Member) else _json(row) for name, row in shape.items()}


def _yaml_lines(shape: Shape) -> Iterator[str]:
    """As in AWS CLI v2: the comment of a structure's first member follows two spaces."""
    for name, row in shape.items():
        space = "  " if name == next(iter(shape)) else " "
        if not isinstance(row, Member):
            yield f"{name}:{space}# {CONTEXTS[name]}"
            yield from (f"  {line}" for line in _yaml_lines(row))
        elif row.kind is MemberKind.MAP:
            yield f"{name}:{space}# {row.about}"
            yield "  KeyName: ''"
        else:
            binary = "!!binary " if row.kind is MemberKind.BLOB else ""
            yield f"{name}: {binary}''{space}# {row.about}"
