"""Reads whatever a person names, of any kind, into the definitions that an endpoint serves.

The rule: a file that authlens does not read is recognised, with the command that creates one it reads.
"""

from __future__ import annotations

import os
import re
import zipfile
from dataclasses import dataclass, field, replace
from pathlib import Path

from authlens.core.text.yaml_reader import YamlError
from authlens.endpoint.projects.assembly import is_assembly, read_assembly, stack_files
from authlens.endpoint.projects.bare_function import is_program, place_named, read_bare, split_bare
from authlens.endpoint.projects.foreign import (
    NOT_READ,
    NOTHING,
    foreign,
    foreign_folder,
    foreign_text,
    in_folder,
    packed_plan,
)
from authlens.endpoint.projects.handlers import is_code, the_handler
from authlens.endpoint.projects.plan import plan_json, read_plan
from authlens.endpoint.projects.plan_values import Plan
from authlens.endpoint.projects.search import search
from authlens.endpoint.templates.cloudformation.code_place import BUILT
from authlens.endpoint.templates.cloudformation.template import read_template
from authlens.endpoint.templates.definition_file import DEFAULT_REGION, content_of, looks_like_template
from authlens.endpoint.templates.definitions import DefinitionError, Definitions, read_definitions, with_files
from authlens.endpoint.templates.function_checks import Unfit
from authlens.endpoint.templates.noticed import exists
from authlens.endpoint.templates.settings import FILE, ProjectSettings, read_settings, settings_beside
from authlens.endpoint.templates.unpack import Cache, is_package

_OF_AUTHORIZERS = re.compile("authori[sz]er", re.IGNORECASE)
_STARTS_OF_JSON = ("{", "\ufeff", "\ufffd")
"""With a byte order mark too, as PowerShell writes one: of UTF-8, or of UTF-16 read as UTF-8."""


@dataclass(frozen=True, slots=True)
class ProjectSource:
    """What an endpoint serves, as it was named."""

    path: Path
    """A file or a folder; for a bare function, its file."""
    handler: str = ""
    """For a bare function; empty if it is to be found in the file."""
    settings: ProjectSettings = field(default_factory=ProjectSettings)
    """From the command line; they override those of files."""

    @classmethod
    def named(cls, text: str, base: Path | None = None, settings: ProjectSettings | None = None) -> ProjectSource:
        """A path, or `FILE:HANDLER`."""
        whole = Path(os.path.abspath((base or Path()) / os.path.expanduser(text)))
        bare = None if whole.exists() else split_bare(text)
        if bare is None:
            return cls(whole, settings=settings or ProjectSettings())
        file = Path(os.path.abspath((base or Path()) / os.path.expanduser(bare[0])))
        return cls(file, bare[1], settings or ProjectSettings())


def read_source(source: ProjectSource, cache: Cache | None = None, ask: bool = True) -> Definitions:
    """What it defines. Raises DefinitionError.

    ask: interpreters may be asked for their versions; without it nothing is run.
    """
    return with_files(lambda: _placed(source, cache or Cache(), ask))


def _placed(source: ProjectSource, cache: Cache, ask: bool) -> Definitions:
    """Every error has its place."""
    try:
        return _read(source, cache, ask)
    except YamlError as error:
        raise DefinitionError(source.path, error.line, error.column, error.message) from None
    except RecursionError:
        raise DefinitionError(source.path, 0, 0, "it contains an endless reference to itself") from None


def _read(source: ProjectSource, cache: Cache, ask: bool) -> Definitions:
    path, settings = _chosen(source)
    if source.handler or is_code(path) or is_program(path):
        handler = source.handler or ("" if is_program(path) else settings.function or the_handler(path))
        return read_bare(path, handler, settings.over(settings_beside(path)), ask)
    if path.name == FILE and path.is_file():
        settings = settings.over(read_settings(path))
        if settings.template is None:
            raise DefinitionError(path, 0, 0, "name the template that it is for: template: FILE")
        return read_source(ProjectSource(settings.template, settings=replace(settings, template=None)), cache, ask)
    if is_package(path):
        path = _inside(path, cache)
    return _of_kind(path, settings.over(settings_beside(path)), cache, ask)


def _of_kind(path: Path, settings: ProjectSettings, cache: Cache, ask: bool) -> Definitions:
    if path.is_dir():
        return read_assembly(path, settings, cache, ask=ask)
    if not exists(path):
        raise DefinitionError(path, 0, 0, "there is no such file")
    text = _text(path)
    if not text.strip():
        raise DefinitionError(path, 0, 0, "the file is empty; the command that writes it may have failed")
    if path.name.endswith(".template.json") and (path.parent / "manifest.json").is_file():
        return read_assembly(path.parent, settings, cache, path, ask)
    if looks_like_template(text):
        return read_template(path, settings, cache, ask)
    if text.lstrip()[:1] in _STARTS_OF_JSON and plan_json(path) is not None:
        return read_plan(path, settings, cache, ask)
    words = foreign(path) or foreign_text(text)
    if words is not None:
        raise DefinitionError(path, 0, 0, words)
    if not _OF_AUTHORIZERS.search(text):
        raise DefinitionError(path, 0, 0, NOT_READ)
    return read_definitions(path, ask)


def file_to_serve(folder: Path) -> Path:
    """The file of a folder that defines its authorizers: authlens.yaml, which may name another, or the one found.

    Raises DefinitionError.
    """
    own = folder / FILE
    return own if own.is_file() else in_folder(folder) or _only_one(folder)


def kind_of(path: Path) -> str | None:
    """What a file that is not an authorizers.yaml is; `None` if it is one, or unknown."""
    if path.is_dir():
        return "this is a folder"
    if not path.is_file():
        return None
    if plan_json(path) is not None:
        return "this is the JSON of Terraform"
    text = _text(path)
    return (
        "this is a template" if looks_like_template(text) else foreign(path) or foreign_text(text) or packed_plan(path)
    )


def region_named(path: Path) -> str:
    """The region of the named source, without reading its functions; the default if it is unknown."""
    bare = None if path.exists() else split_bare(str(path))
    try:
        settings = settings_beside(Path(bare[0]) if bare else path)
    except DefinitionError:
        return DEFAULT_REGION
    if settings.region:
        return settings.region
    if bare or is_code(path):
        return place_named(Path(bare[0]) if bare else path)[0] or DEFAULT_REGION
    folder = path if path.is_dir() else path.parent
    if is_assembly(folder) and (path.is_dir() or path.name.endswith(".template.json")):
        stacks = sorted(stack_files(folder, []), key=lambda one: one.path != path)
        return next((each.region for each in stacks if each.region), DEFAULT_REGION)
    root = plan_json(path) if path.suffix == ".json" else None
    return (Plan(root).region if root else None) or DEFAULT_REGION


def _chosen(source: ProjectSource) -> tuple[Path, ProjectSettings]:
    """The file of a folder to serve; a `cdk.out` is served as a folder."""
    named, settings = source.path, source.settings
    if source.handler or not named.is_dir() or is_assembly(named) or named.name == "cdk.out":
        return named, settings
    found = in_folder(named)
    if found is not None:
        return found, settings
    path = _only_one(named)
    note = f"{named}: serving {path.relative_to(named)}, the only one below it with an authorizer"
    settings = settings.over(settings_beside(named))
    return path, replace(settings, warnings=(*settings.warnings, note))


def _only_one(folder: Path) -> Path:
    """The only template below with an authorizer; without any, the only function that is one."""
    found = search(folder)
    templates = tuple(dict.fromkeys(each.parent if is_assembly(each.parent) else each for each in found.templates))
    found = replace(found, templates=templates)
    if len(templates) == 1:
        built = templates[0].parent / BUILT
        return built if built.is_file() else templates[0]
    if len(found.functions) == 1 and not foreign_folder(folder, found, functions=False):
        return found.functions[0]
    raise DefinitionError(folder, 0, 0, foreign_folder(folder, found) or NOTHING)


def _inside(archive: Path, cache: Cache) -> Path:
    """The template in a zip."""
    words = foreign(archive) or packed_plan(archive)
    if words is None and not zipfile.is_zipfile(archive):
        words = "it is not a zip archive"
    if words is not None:
        raise DefinitionError(archive, 0, 0, words)
    try:
        folder = cache.unpacked(archive)
    except Unfit as reason:
        raise DefinitionError(archive, 0, 0, str(reason)) from None
    found = folder if is_assembly(folder) else in_folder(folder)
    inner = [entry for entry in folder.iterdir() if entry.is_dir()]
    if found is None and len(inner) == 1:
        found = inner[0] if is_assembly(inner[0]) else in_folder(inner[0])
    if found is None:
        words = "it holds no template; unpack a function's own package and name its file as FILE:HANDLER"
        raise DefinitionError(archive, 0, 0, words)
    return found


def _text(path: Path) -> str:
    try:
        return content_of(path).decode("utf-8", "replace")
    except OSError as error:
        raise DefinitionError(path, 0, 0, f"cannot be read: {error.strerror}") from None
