"""Everything outside the process that a command may use, as one object. `__main__` builds it; tests build their own."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from datetime import datetime
from pathlib import Path
from typing import TYPE_CHECKING, TextIO

from authlens.cli.console.output import Output
from authlens.frozen import dataclass

if TYPE_CHECKING:
    from authlens.core.saved.saved_request import SavedRequest
    from authlens.gate import Gate
    from authlens.sending import Sender
    from authlens.store.history.history import History
    from authlens.store.places import Places


@dataclass(frozen=True, slots=True)
class CliServices:
    stdin: TextIO
    output: Output
    stderr: TextIO
    environ: Mapping[str, str]
    now: Callable[[], datetime]
    places: Callable[[], Places]
    open_history: Callable[[], History]
    sender: Callable[[], Sender]
    """Builds the sender, a context manager that stops what it started; boto3 is imported on the first send."""
    patient_sender: Callable[[], Sender]
    """Like `sender`, with the AWS CLI's retries and timeouts. For `invoke`."""
    gate: Callable[[], Gate]
    """The gate that all senders of this run share: it decides what files may run and reach."""


@dataclass(frozen=True, slots=True)
class OpenApp:
    """Asks `__main__` to open the app."""

    path: Path | None = None
    """A saved request, or a folder of saved requests."""
    saved: SavedRequest | None = None
    """Fills the form (used by --cli-auto-prompt)."""
    demo: bool = False
    prompt: bool = False
    """On exit, print the command line that sends what is in the form."""
    more_options: tuple[tuple[str, str], ...] = ()
    """Options of that command line besides the request, such as `--output text`; an empty value means a flag."""
    watch: bool = False
    """Send the request again whenever the function's code changes."""
    source: Path | None = None
    """The file that `saved` was read from; its target is trusted if that file is."""
    said: str = ""
    """What the app says first: what the command did."""
    overrides: Mapping[str, object] | None = None
    """Fields of `Target` given on the command line."""
