"""Standard input as bytes, for commands that read a whole file from it."""

from __future__ import annotations

from typing import IO

from authlens.cli.console.diagnostics import CommandError
from authlens.cli.console.services import CliServices


def standard_input(services: CliServices, what: str, most: int) -> bytes:
    """Up to one byte more than `most`. Raises CommandError, which asks for `what`.

    Read as bytes if possible, so that the locale does not matter.
    """
    if services.stdin is None or services.stdin.closed:
        raise CommandError(f"standard input is closed; pipe {what} into it, or give a file")
    binary: IO[bytes] | None = getattr(services.stdin, "buffer", None)
    return binary.read(most + 1) if binary else services.stdin.read(most + 1).encode("utf-8", "surrogatepass")
