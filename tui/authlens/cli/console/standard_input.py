"""Standard input as bytes, for commands that read a whole file from it."""

from __future__ import annotations

from typing import IO, TextIO
from weakref import WeakSet

from authlens.cli.console.diagnostics import CommandError
from authlens.cli.console.services import CliServices

_READ: WeakSet[TextIO] = WeakSet()


def claim(stdin: TextIO) -> None:
    """Say that standard input is about to be read to its end. Raises CommandError if it was before."""
    if stdin in _READ:
        raise CommandError("standard input can be read only once; give a file in place of one of the two")
    _READ.add(stdin)


def standard_input(services: CliServices, what: str, most: int) -> bytes:
    """Up to one byte more than `most`. Raises CommandError, which asks for `what`.

    Read as bytes if possible, so that the locale does not matter.
    """
    if services.stdin is None or services.stdin.closed:
        raise CommandError(f"standard input is closed; pipe {what} into it, or give a file")
    claim(services.stdin)
    binary: IO[bytes] | None = getattr(services.stdin, "buffer", None)
    return binary.read(most + 1) if binary else services.stdin.read(most + 1).encode("utf-8", "surrogatepass")
