"""What a local endpoint runs: authorizers and the functions behind them, as read from a file of the user.

Every fault of such a file is a DefinitionError with the file, the line, the column and the reason.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path

from authlens.core.authorizer import Authorizer

DEFAULT_REGION = "us-west-2"
DEFAULT_ACCOUNT = "000000000000"
DEFAULT_TIMEOUT = 5.0
"""Seconds. AWS IoT ends an authorizer's function after five (contract §5)."""
DEFAULT_MEMORY_SIZE = 128
"""MiB, as Lambda's."""


class DefinitionError(Exception):
    """A file that defines authorizers cannot be used."""

    def __init__(self, path: Path, line: int, column: int, reason: str) -> None:
        where = f"{path}, line {line}, column {column}" if line else f"{path}"
        super().__init__(f"{where}: {reason}")
        self.path = path
        self.line = line
        """1-based; 0 where the whole file is meant."""
        self.column = column
        self.reason = reason


@dataclass(frozen=True, slots=True)
class FunctionDefinition:
    """A function as Lambda's configuration has it, with what this machine needs to run it."""

    name: str
    code_uri: Path
    """The folder of its code, absolute: LAMBDA_TASK_ROOT."""
    handler: str
    """`module.function`; may be empty for runtime `provided`."""
    runtime: str
    environment: Mapping[str, str] = field(default_factory=dict)
    timeout: float = DEFAULT_TIMEOUT
    """Seconds."""
    memory_size: int = DEFAULT_MEMORY_SIZE
    """MiB."""
    interpreter: str | None = None
    """The Python or Node to run, absolute; `None` means the running Python, or `node` from PATH."""
    command: tuple[str, ...] = ()
    """What speaks the Runtime API by itself, for runtime `provided`; the program is absolute."""
    arn: str = ""


@dataclass(frozen=True, slots=True)
class AuthorizerDefinition:
    authorizer: Authorizer
    function: FunctionDefinition


@dataclass(frozen=True, slots=True)
class Definitions:
    """All that one file defines."""

    region: str = DEFAULT_REGION
    account: str = DEFAULT_ACCOUNT
    authorizers: tuple[AuthorizerDefinition, ...] = ()
    functions: tuple[FunctionDefinition, ...] = ()
    """Every function once, those without an authorizer too."""
    warnings: tuple[str, ...] = ()
    """What is odd but no reason to stop, as sentences with file and line."""
