"""Reads the policies that `decide` and `lint` are given: a file, or standard input for `-`."""

from __future__ import annotations

from pathlib import Path
from typing import IO, TYPE_CHECKING

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
    """Read as bytes where they are to be had, so that the locale does not matter."""
    if world.stdin is None or world.stdin.closed:
        raise CommandError("standard input is closed; pipe a policy into it, or name a file")
    binary: IO[bytes] | None = getattr(world.stdin, "buffer", None)
    content = binary.read(LARGEST + 1) if binary else world.stdin.read(LARGEST + 1).encode("utf-8", "surrogatepass")
    return _text(content, "standard input")


def _file(name: str) -> str:
    try:
        with Path(name).open("rb") as file:
            content = file.read(LARGEST + 1)
    except (OSError, ValueError) as error:
        reason = getattr(error, "strerror", None) or str(error)
        raise CommandError(f"{name} cannot be read: {reason}; name a JSON file that holds a policy") from error
    return _text(content, name)


def _text(content: bytes, name: str) -> str:
    if len(content) > LARGEST:
        raise CommandError(f"{name} is larger than {LARGEST // 1024 // 1024} MiB, which no policy is")
    try:
        return content.decode("utf-8")
    except UnicodeDecodeError as error:
        raise CommandError(f"{name} is not UTF-8 text: byte {error.start}; save it as UTF-8") from error
