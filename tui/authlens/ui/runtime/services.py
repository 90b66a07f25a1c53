"""Everything outside the app that it may use, as one object. `__main__` builds it; a test builds its own."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from datetime import datetime
from pathlib import Path
from typing import TYPE_CHECKING

from authlens.core.saved.saved_request import SavedRequest
from authlens.frozen import dataclass

if TYPE_CHECKING:
    from authlens.sending import Sender
    from authlens.store.history.history import History
    from authlens.store.places import Places
    from authlens.store.settings import Settings

MfaCode = Callable[[str], str]
"""Asks the user for the code of the device with this serial number, and waits. Called on a background thread."""


@dataclass(frozen=True, slots=True)
class AppServices:
    build_sender: Callable[[MfaCode], Sender]
    """Called once, after the first paint; the app leaves the sender when it ends."""
    open_history: Callable[[], History]
    """Called once, after the first paint, on a background thread."""
    places: Places
    settings: Settings
    save_settings: Callable[[Settings], None]
    """Called on a background thread. Raises OSError."""
    now: Callable[[], datetime]
    environ: Mapping[str, str]
    start: SavedRequest | Path | None = None
    """What the form opens on: a request, its file, or a folder of them."""
    source: Path | None = None
    """The file that a given request was read from."""
    target_overrides: Mapping[str, object] | None = None
    """Fields of `Target` from the command line; they override those of a file."""
    demo: bool = False
    said: str = ""
    """What the command line did before, for the user to read in the app."""
    prompt: bool = False
    """On leaving, return the request that the form holds."""
    watch: bool = False
    """Send the request again whenever the code behind its local target changes."""
