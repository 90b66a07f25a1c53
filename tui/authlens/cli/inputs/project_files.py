"""Errors in a project's own files, found without sending, starting or running anything.

Saved requests are read and each case is checked by preflight; an authorizers.yaml or a template is read as the local
endpoint reads it; environments are read. Other files are not checked here.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING

from authlens.cli.console.diagnostics import CommandError
from authlens.core.contract.statement import Severity
from authlens.core.saved.environment import FOLDER, read_environment
from authlens.core.text.yaml_reader import YamlError
from authlens.frozen import dataclass

if TYPE_CHECKING:
    from authlens.core.preflight.finding import Finding as PreflightFinding
    from authlens.core.saved.saved_request import SavedRequest
    from authlens.core.text.yaml_reader import YamlNode

_AUTHORIZERS = re.compile(r"^[\"']?authorizers[\"']?\s*:", re.MULTILINE)
_REQUEST = re.compile(r"^[\"']?(?:request|cases|expect|sign)[\"']?\s*:", re.MULTILINE)
_HEADER = re.compile(r"(?P<path>.+)\[(?P<name>.+)\]")


@dataclass(frozen=True, slots=True)
class FileFinding:
    """An error at one place in a file; line and column count from 1."""

    id: str
    severity: Severity
    message: str
    line: int = 1
    column: int = 1
    fix: str = ""


def lint_project_file(name: str, text: str, environ: Mapping[str, str]) -> list[FileFinding] | None:
    """The findings in a project file; `None` for other kinds of files, such as a policy. Raises CommandError."""
    from authlens.endpoint.templates.definition_file import looks_like_template

    path = Path(name)
    if looks_like_template(text) or _AUTHORIZERS.search(text):
        return list(_of_definitions(path, text))
    if text.lstrip()[:1] in ("{", "["):
        return None
    try:
        if path.absolute().parent.name == FOLDER:
            return _of_environment(text)
        if _REQUEST.search(text):
            return _of_request(path, text, environ)
    except YamlError as error:
        return [_invalid("request", error)]
    return None


def _of_environment(text: str) -> list[FileFinding]:
    try:
        read_environment(text)
    except YamlError as error:
        return [_invalid("environment", error)]
    return []


def _of_definitions(path: Path, text: str) -> Iterator[FileFinding]:
    from authlens.endpoint.templates.cloudformation.template import read_template
    from authlens.endpoint.templates.definition_file import looks_like_template
    from authlens.endpoint.templates.definitions import DefinitionError, read_definitions

    if not path.is_file():
        raise CommandError(f"{path} defines authorizers, whose paths are relative to the file: name the file itself")
    try:
        definitions = (read_template if looks_like_template(text) else read_definitions)(path, ask=False)
    except DefinitionError as error:
        yield FileFinding("invalid-authorizers", "error", error.reason, error.line or 1, error.column or 1)
        return
    for warning in definitions.warnings:
        yield FileFinding("authorizers-warning", "warning", warning)


def _of_request(path: Path, text: str, environ: Mapping[str, str]) -> list[FileFinding]:
    from authlens.core.saved.saved_request_yaml import read, read_json_or_yaml

    saved = read(text)
    document = read_json_or_yaml(text)
    found = []
    for case in saved.suite.cases:
        found += [_placed(each, document, case.name) for each in _preflight(case.saved, path, environ)]
    if not saved.suite.cases:
        found += [_placed(each, document, None) for each in _preflight(saved, path, environ)]
    return sorted(found, key=lambda each: (each.line, each.column))


def _preflight(saved: SavedRequest, path: Path, environ: Mapping[str, str]) -> Iterator[PreflightFinding]:
    """The findings that do not depend on the machine or the time; variables and keys may be missing here.

    A request that expects an error from AWS may have any error; `info` findings are left to `explain`.
    """
    from authlens.core.preflight.preflight import preflight
    from authlens.look_ahead import look_ahead

    if saved.expect is not None and saved.expect.error is not None:
        return
    known = replace(look_ahead(saved, environ, path.parent), missing=())
    found = preflight(saved.request, None, saved.sign, None, known)
    yield from (each for each in found if each.severity != "info")


def _placed(found: PreflightFinding, document: YamlNode, case: str | None) -> FileFinding:
    message = found.message if case is None else f"case {case}: {found.message}"
    place = document
    keys = _keys(found.path)
    ways = [("cases", case, "request", *keys)] if case is not None else []
    for way in (*ways, ("request", *keys), *([("cases", case)] if case is not None else []), ("request",)):
        node = _at(document, way)
        if node is not None:
            place = node.key or node
            break
    fix = found.fix.label if found.fix else ""
    return FileFinding(found.id, found.severity, message, place.line, place.column, fix)


def _keys(path: str) -> tuple[str, ...]:
    """`httpContext.headers[X-Key]` as keys of the file."""
    header = _HEADER.fullmatch(path)
    return (*header["path"].split("."), header["name"]) if header else tuple(path.split(".")) if path else ()


def _at(node: YamlNode, way: tuple[str | None, ...]) -> YamlNode | None:
    for key in way:
        if not isinstance(node.value, dict) or key not in node.value:
            return None
        node = node.value[key]
    return node


def _invalid(what: str, error: YamlError) -> FileFinding:
    return FileFinding(f"invalid-{what}", "error", error.message, error.line, error.column)
