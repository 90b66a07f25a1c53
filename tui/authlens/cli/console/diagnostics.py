"""What goes to standard error, and the exit codes (documented in docs/commands.md)."""

from __future__ import annotations

from enum import IntEnum
from typing import TextIO

from authlens.core.text.visible import visible_lines


class ExitCode(IntEnum):
    DONE = 0
    NO = 1
    """A negative answer: refused, denied, different, findings, no key matches, an expectation failed."""
    UNJUDGED = 2
    """`run` only: an item could not be judged."""
    INTERRUPTED = 130
    USAGE = 252
    """Options, arguments, an unreadable or invalid file of the user."""
    CONFIGURATION = 253
    """Credentials, region or configuration."""
    SERVICE = 254
    """AWS answered with an error."""
    OTHER = 255
    """Unreachable, broken answer, internal fault."""


class CommandError(Exception):
    """Ends a command. The message says what is wrong, where, and what to do; `code` is the exit code."""

    def __init__(self, message: str, code: ExitCode = ExitCode.USAGE) -> None:
        super().__init__(message)
        self.code = code


def complain(message: str, stream: TextIO) -> None:
    """Print one error to standard error."""
    narrate(f"authlens: error: {message}", stream)


def narrate(message: str, stream: TextIO) -> None:
    """Print a line that is not part of the result; a closed stream is ignored."""
    try:
        stream.write(visible_lines(message) + "\n")
        stream.flush()
    except (OSError, ValueError):
        return
