"""Reads the policies that `decide` and `lint` are given: a file, or standard input for `-`."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

from authlens.cli.diagnostics import CommandError
from authlens.cli.world import World

if TYPE_CHECKING:
    from authlens.core.policy.policy_file import PolicyFile

LARGEST = 16 * 1024 * 1024
"""Bytes. Ten documents of the service model's own maximum, written with escapes, stay below it."""


def read_policy_file(name: str, world: World) -> PolicyFile:
    """The documents of a file. Raises CommandError for what cannot be read; a fault in the text is the caller's."""
    from authlens.core.policy import policy_file

    return policy_file.read(_standard_input(world) if name == "-" else _file(name))


def _standard_input(world: World) -> str:
    try:
        return world.stdin.read(LARGEST)
    except UnicodeDecodeError as error:
        raise CommandError(f"standard input is not UTF-8 text: byte {error.start}; convert it") from error


def _file(name: str) -> str:
    try:
        with Path(name).open("rb") as file:
            content = file.read(LARGEST + 1)
    except (OSError, ValueError) as error:
        reason = getattr(error, "strerror", None) or str(error)
        raise CommandError(f"{name} cannot be read: {reason}; name a JSON file that holds a policy") from error
    if len(content) > LARGEST:
        raise CommandError(f"{name} is larger than {LARGEST // 1024 // 1024} MiB, which no policy is")
    try:
        return content.decode("utf-8")
    except UnicodeDecodeError as error:
        raise CommandError(f"{name} is not UTF-8 text: byte {error.start}; save it as UTF-8") from error
