"""What the form opens on, before the first paint: a request in hand, a file, the first file of a folder, or nothing."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

from authlens.core.saved.saved_request import SavedRequest
from authlens.frozen import dataclass
from authlens.ui.runtime.services import AppServices

if TYPE_CHECKING:
    from authlens.store.requests import Loaded


@dataclass(frozen=True, slots=True)
class Start:
    saved: SavedRequest | None = None
    loaded: Loaded | None = None
    folder: Path | None = None
    """Where saved requests are looked for and written."""
    problem: str = ""
    """Why the wanted file was not opened."""


def start(services: AppServices) -> Start:
    if isinstance(services.start, SavedRequest):
        return Start(saved=services.start, folder=services.places.requests)
    if services.start is not None:
        return _at(services.start)
    if services.demo:
        from authlens.endpoint.samples.unpack import unpack_requests

        try:
            return _at(unpack_requests(services.places.history.parent / "demo"))
        except OSError as error:
            return Start(folder=services.places.requests, problem=f"The samples cannot be written: {error}")
    return Start(folder=services.places.requests)


def _at(path: Path) -> Start:
    from authlens.store.requests import RequestFileError, load

    if path.is_dir():
        return _first_of(path)
    try:
        loaded = load(path)
    except RequestFileError as error:
        return Start(folder=path.parent, problem=str(error))
    return Start(loaded.saved, loaded, path.parent)


def _first_of(folder: Path) -> Start:
    """The first file that can be opened; the others are read when they are browsed."""
    from authlens.store.requests import SUFFIXES, RequestFileError, load

    # An authorizers.yaml or a template beside the requests cannot be opened and is passed over.
    for path in sorted(folder.rglob("*")):
        if path.suffix.lower() in SUFFIXES:
            try:
                loaded = load(path)
            except RequestFileError:
                continue
            return Start(loaded.saved, loaded, folder)
    return Start(folder=folder)
