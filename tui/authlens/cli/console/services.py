"""What a command may touch of the outside, as one object. `__main__` builds it; a test builds its own."""

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
class World:
    stdin: TextIO
    output: Output
    stderr: TextIO
    environ: Mapping[str, str]
    now: Callable[[], datetime]
    places: Callable[[], Places]
    open_history: Callable[[], History]
    sender: Callable[[], Sender]
    """Builds the sender, a context manager that ends what it started; boto3 is imported when something is sent."""
    patient_sender: Callable[[], Sender]
    """The same, but it retries and waits as the AWS CLI does. For `invoke`."""
    gate: Callable[[], Gate]
    """The one gate of this run, which every sender has: what files may run and reach."""


@dataclass(frozen=True, slots=True)
class OpenApp:
    """A command's wish to open the app; `__main__` does it."""

    path: Path | None = None
    """A saved request, or a folder of them."""
    saved: SavedRequest | None = None
    """Fills the form (used by --cli-auto-prompt)."""
    demo: bool = False
    prompt: bool = False
    """On leaving, print the command line that would send what the form holds."""
    more_options: tuple[tuple[str, str], ...] = ()
    """What that command line says beside the request, such as `--output text`; an empty value stands for none."""
    watch: bool = False
    """Send the request again whenever the function's code changes."""
    source: Path | None = None
    """The file that `saved` was taken from; its target is trusted as that file is."""
    overrides: Mapping[str, object] | None = None
    """Fields of `Target` that the command line gave."""
