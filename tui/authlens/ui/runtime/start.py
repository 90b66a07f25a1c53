"""What the form opens on, before the first paint: a request in hand, a file, the first file of a folder, or nothing.

And the project that this is part of, whose runs the history lists first.
"""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING

from authlens.core.invocation.invocation import fault_of
from authlens.core.request.target import DEMO, Target
from authlens.core.saved.saved_request import SavedRequest
from authlens.frozen import dataclass
from authlens.ui.runtime.services import AppServices

if TYPE_CHECKING:
    from authlens.store.requests import Loaded, RequestFileError


@dataclass(frozen=True, slots=True)
class Start:
    saved: SavedRequest | None = None
    loaded: Loaded | None = None
    folder: Path | None = None
    """Where saved requests are looked for and written."""
    problem: str = ""
    """Why the wanted file was not opened."""
    is_choice: bool = False
    """Whether it has to be said what was opened: the user named a folder, or the target's file."""
    origin: Path | None = None
    """The file that names the target of a request without a file of its own."""


def start(services: AppServices) -> Start:
    """Never raises: without a file to open, the app opens empty and says why."""
    try:
        return _wanted(services)
    except Exception as error:  # noqa: BLE001  # a fault behind one file must not keep the app from opening
        return Start(folder=services.places.requests, problem=fault_of(error).message or "")


def _wanted(services: AppServices) -> Start:
    if isinstance(services.start, SavedRequest):
        return Start(saved=services.start, folder=services.places.requests)
    if services.start is not None:
        return _at(services.start)
    if services.demo:
        from authlens.endpoint.samples.unpack import unpack_samples

        try:
            return replace(_at(unpack_samples(services.places.demo)), is_choice=False)
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
        return _on_target(path, error)
    return Start(loaded.saved, loaded, path.parent)


def _first_of(folder: Path) -> Start:
    """The first file that can be opened; the others are read when they are browsed."""
    for path in _in_order(folder):
        loaded = _loaded(path)
        if loaded is not None:
            return Start(loaded.saved, loaded, folder, is_choice=True)
    return _of_project(folder)


def _of_project(folder: Path) -> Start:
    """A folder without saved requests: the target is the file that defines its authorizers."""
    from authlens.endpoint.projects.foreign import NOTHING
    from authlens.endpoint.projects.source import file_to_serve
    from authlens.endpoint.templates.definitions import DefinitionError

    try:
        path = file_to_serve(folder)
    except DefinitionError as error:
        problem = "" if error.reason == NOTHING else str(error)
        return Start(folder=folder, problem=problem, is_choice=True)
    return _begun(path, folder)


def _on_target(path: Path, error: RequestFileError) -> Start:
    """A function, a template or an authorizers.yaml in place of a saved request.

    error: why it is not a saved request, which is said of any other file.
    """
    from authlens.core.pasted.other_files import AUTHORIZERS
    from authlens.endpoint.local_code import target_problem
    from authlens.endpoint.projects.source import kind_of

    problem = target_problem(Target(local=str(path)))
    if problem is None:
        return _begun(path, path.parent)
    has_list = path.stem == "authorizers" or AUTHORIZERS in error.problem
    is_target = has_list or kind_of(path) is not None
    return Start(folder=path.parent, problem=problem if is_target else str(error))


def _begun(path: Path, folder: Path) -> Start:
    """A request to try on a target."""
    from authlens.endpoint.local_code import request_to_try

    target = Target(local=str(path))
    return Start(SavedRequest(request_to_try(target), target=target), None, folder, is_choice=True, origin=path)


def _in_order(folder: Path) -> list[Path]:
    """What is in `requests/` comes first: a skeleton or a template above it is not what the user works on."""
    from authlens.store.requests import request_files

    paths = sorted(request_files(folder))
    return sorted(paths, key=lambda path: path.relative_to(folder).parts[0] != "requests")


def _loaded(path: Path) -> Loaded | None:
    """An authorizers.yaml or a template among the requests cannot be opened and is skipped."""
    from authlens.store.requests import RequestFileError, loaded_if_meant

    try:
        return loaded_if_meant(path)
    except RequestFileError:
        return None


def working_folder() -> Path | None:
    """`None` if it was removed."""
    try:
        return Path.cwd()
    except OSError:
        return None


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
    here = working_folder()
    if folder is None or here is None or (not isinstance(services.start, Path) and places.requests.parent != here):
        return None
    folder = folder.absolute()
    root = folder.parent if folder.name == "requests" else folder
    return None if places.demo.absolute().is_relative_to(root) else Project(root, root.name)
