"""Which project the app is opened on: the folder whose runs the history shows first."""

from __future__ import annotations

from pathlib import Path

from authlens.core.request.target import DEMO
from authlens.frozen import dataclass
from authlens.ui.runtime.services import AppServices


@dataclass(frozen=True, slots=True)
class Project:
    folder: Path
    name: str
    target: str = ""
    """The target that belongs to it wherever the request came from."""


def project_of(services: AppServices, folder: Path | None) -> Project | None:
    """`None` if the app was opened on no project, or on a folder so far up that the samples are below it.

    folder: where the app looks for saved requests.
    """
    places = services.places
    if services.demo:
        return Project(places.demo.absolute(), "the demo", DEMO)
    if folder is None or (not isinstance(services.start, Path) and places.requests.parent != Path.cwd()):
        return None
    folder = folder.absolute()
    root = folder.parent if folder.name == "requests" else folder
    return None if places.demo.absolute().is_relative_to(root) else Project(root, root.name)
