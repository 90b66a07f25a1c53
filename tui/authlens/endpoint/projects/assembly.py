"""A whole `cdk.out`: the stacks of its manifest, or every template in it, with their lists of assets."""

from __future__ import annotations

import os
import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from authlens.core.text.json_limits import MOST_BYTES, load_bounded
from authlens.endpoint.projects.foreign import PLAN_STEP
from authlens.endpoint.templates.cloudformation.stack import StackEnvironment
from authlens.endpoint.templates.cloudformation.template import definitions_of, load_stack, new_project
from authlens.endpoint.templates.definition_file import DEFAULT_REGION, content_of
from authlens.endpoint.templates.definitions import DefinitionError, Definitions, warning_of
from authlens.endpoint.templates.noticed import notice
from authlens.endpoint.templates.settings import ProjectSettings
from authlens.endpoint.templates.unpack import Cache

MANIFEST = "manifest.json"
_AGAIN = "run 'cdk synth' again"
DEEPEST = 4
"""Maximum nesting of assemblies, such as the stages of a pipeline."""
_ENVIRONMENT = re.compile(r"aws://(?P<account>[0-9]{12}|unknown-account)/(?P<region>[a-z0-9-]+)")


@dataclass(frozen=True, slots=True)
class StackFile:
    """One stack of an assembly."""

    path: Path
    name: str
    parameters: Mapping[str, str]
    account: str | None = None
    region: str | None = None


def is_assembly(folder: Path) -> bool:
    return (folder / MANIFEST).is_file() or any(folder.glob("*.template.json"))


def read_assembly(
    folder: Path, settings: ProjectSettings, cache: Cache, only: Path | None = None, ask: bool = True
) -> Definitions:
    """What its stacks define together, the template `only` first. Raises DefinitionError."""
    warnings: list[str] = []
    found = list({os.path.abspath(each.path): each for each in stack_files(folder, warnings)}.values())
    if not found:
        raise DefinitionError(folder, 0, 0, _no_stack(folder), tuple(warnings))
    parameters = {name: value for each in found for name, value in each.parameters.items()}
    settings = settings.over(ProjectSettings(parameters=parameters, warnings=tuple(warnings)))
    found.sort(key=lambda one: one.path != only)
    region = next((each.region for each in found if each.region), DEFAULT_REGION)
    account = next((each.account for each in found if each.account), None)
    project = new_project(settings, cache, ask, region, account)
    for each in found:
        try:
            where = StackEnvironment(
                settings.region or each.region or region, settings.account or each.account or project.account
            )
            load_stack(each.path, project, each.name, assets_of(each.path, project.notes), environment=where)
        except DefinitionError as error:
            if each.path == only:
                raise
            project.notes.append(f"{error}; the stack {each.name} is left out; {_AGAIN}")
    return definitions_of(project, only or folder)


def stack_files(folder: Path, warnings: list[str], depth: int = 1) -> Iterator[StackFile]:
    """The stacks by the manifest; without a readable one, every template of the folder."""
    manifest = folder / MANIFEST
    notice(manifest)
    artifacts = None
    if manifest.is_file():
        try:
            artifacts = load_bounded(content_of(manifest, MOST_BYTES)).get("artifacts", {})
        except (OSError, ValueError, AttributeError) as error:
            warnings.append(warning_of(manifest, 0, f"it is not read: {error}", _AGAIN))
    if artifacts is None:
        notice(folder)
        for path in sorted(folder.glob("*.template.json")):
            yield StackFile(path, path.name.removesuffix(".template.json"), {})
        return
    for name, artifact in artifacts.items() if isinstance(artifacts, dict) else ():
        properties = artifact.get("properties") if isinstance(artifact, dict) else None
        if not isinstance(properties, dict):
            continue
        if artifact.get("type") == "aws:cloudformation:stack" and "templateFile" in properties:
            yield _stack_file(folder, name, artifact, properties)
        elif artifact.get("type") == "cdk:cloud-assembly" and "directoryName" in properties and depth < DEEPEST:
            yield from stack_files(folder / str(properties["directoryName"]), warnings, depth + 1)


def _no_stack(folder: Path) -> str:
    """CDK for Terraform has a manifest of its own."""
    for stack in sorted(folder.glob("stacks/*/cdk.tf.json")):
        return f"this is the output of CDK for Terraform; in {stack.parent}, {PLAN_STEP}"
    return "it holds no synthesised stack; run 'cdk synth'"


def _stack_file(folder: Path, name: str, artifact: Mapping[str, Any], properties: Mapping[str, Any]) -> StackFile:
    where = _ENVIRONMENT.fullmatch(str(artifact.get("environment", "")))
    account = where["account"] if where and where["account"].isdigit() else None
    region = where["region"] if where and where["region"] != "unknown-region" else None
    given = properties.get("parameters")
    parameters = {str(key): str(value) for key, value in given.items()} if isinstance(given, dict) else {}
    path = folder / str(properties["templateFile"])
    return StackFile(path, str(properties.get("stackName") or name), parameters, account, region)


def assets_of(template: Path, notes: list[str]) -> dict[str, Path]:
    """The code of a template's functions by object name in S3, from NAME.assets.json."""
    listed = template.with_name(template.name.replace(".template.json", ".assets.json"))
    notice(listed)
    if listed == template or not listed.is_file():
        return {}
    try:
        files = load_bounded(content_of(listed, MOST_BYTES))["files"]
        return dict(_objects(template.parent, files))
    except (OSError, ValueError, KeyError, TypeError, AttributeError) as error:
        why = error if isinstance(error, OSError | ValueError) else "it is not a list of assets"
        notes.append(warning_of(listed, 0, f"it is not read: {why}", _AGAIN))
        return {}


def _objects(folder: Path, files: Mapping[str, Any]) -> Iterator[tuple[str, Path]]:
    for digest, file in files.items():
        source = (file.get("source") or {}).get("path")
        if not source:
            continue
        yield f"{digest}.zip", folder / source
        for destination in (file.get("destinations") or {}).values():
            yield str(destination.get("objectKey", "")).rpartition("/")[2], folder / source
