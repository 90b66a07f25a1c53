"""What a local target's files say before anything of them runs: region, account, what is missing, where the code is.

It also detects whether the code changed, so that the app can resend a request after each save.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from contextlib import suppress
from dataclasses import field
from datetime import UTC, datetime
from pathlib import Path

from authlens.core.invocation.local_run import Unresolved
from authlens.core.request.authorizer import Authorizer
from authlens.core.request.request import AuthorizerRequest
from authlens.core.request.target import Target
from authlens.endpoint.local import LocalTargetError, definition_file, option_for
from authlens.endpoint.runtime.fingerprint import fingerprint, last_written
from authlens.endpoint.samples.unpack import SAMPLES
from authlens.endpoint.templates.definitions import DefinitionError, Definitions, FunctionDefinition, read_definitions
from authlens.endpoint.templates.function_checks import handler_file, handler_parts
from authlens.endpoint.templates.lambda_runtimes import language
from authlens.endpoint.templates.noticed import Stamp, stamp
from authlens.frozen import dataclass


class CodeWatch:
    """The files of a local target and its folders of code. Cheap enough to check twice a second."""

    def __init__(self, local: str, base: Path | None = None) -> None:
        self._path = definition_file(local, base)
        self._files: tuple[Path, ...] = (self._path,)
        self._read_at: tuple[Stamp | None, ...] | None = None
        self._folders: tuple[Path, ...] = ()

    @classmethod
    def of(cls, target: Target, base: Path | None = None) -> CodeWatch | None:
        """`None` for a target whose code is not on this machine."""
        try:
            return None if target.local is None else cls(target.local, base)
        except LocalTargetError:
            return None

    def state(self) -> int:
        """A number that changes whenever a file or any code is saved."""
        if self._stamps() != self._read_at:
            self._read_again()
            self._read_at = self._stamps()
        return hash((self._read_at, fingerprint(*self._folders)))

    def _stamps(self) -> tuple[Stamp | None, ...]:
        return tuple(map(stamp, self._files))

    def _read_again(self) -> None:
        """Keeps the previous folders while a file is invalid: the endpoint reports the error."""
        definitions, files = _read(self._path)
        if isinstance(definitions, DefinitionError):
            self._files = tuple(dict.fromkeys((*self._files, *files)))
        else:
            self._files = files
            folders = {folder for function in definitions.functions for folder in function.folders}
            self._folders = tuple(sorted(folders))


@dataclass(frozen=True, slots=True)
class LocalFacts:
    """What the file of a local target says about the place that it simulates."""

    region: str
    account: str
    unresolved: Mapping[str, tuple[Unresolved, ...]] = field(default_factory=dict)
    """What each authorizer lacks here, including those left out."""


@dataclass(frozen=True, slots=True)
class Change:
    """When what a local target runs was written last."""

    at: datetime
    file: Path


def last_change(target: Target, authorizer_name: str, base: Path | None = None) -> Change | None:
    """The last change of the target's file or of the authorizer's function; `None` if they are not here.

    authlens's own samples do not change, and neither do folders named after what they hold.
    """
    try:
        path = None if target.local is None else definition_file(target.local, base)
    except LocalTargetError:
        return None
    if path is None or path.is_relative_to(SAMPLES):
        return None
    written = [(found[0], path)] if (found := stamp(path)) is not None else []
    definitions = _defined(target, base)
    if definitions is not None:
        served = [each.function for each in definitions.authorizers if each.authorizer.name == authorizer_name]
        # Without its handler a function is left out: what changed is in one of the folders, then.
        folders = {folder for function in served or definitions.functions for folder in function.folders}
        others = {file for each in definitions.functions if each not in served and (file := _handler_of(each))}
        lasting = {folder for folder in folders if any(map(_DIGEST.fullmatch, folder.parts))}
        last = last_written(*sorted(folders - lasting), besides=others - set(map(_handler_of, served)))
        written += [last] if last is not None else []
    if not written:
        return None
    at, file = max(written)
    return Change(datetime.fromtimestamp(at / 1e9, UTC), file)


_DIGEST = re.compile(r"[0-9a-f]{64}")


def _handler_of(function: FunctionDefinition) -> Path | None:
    try:
        return _file_of(function)
    except NoFunctionFile:
        return None


class NoFunctionFile(LookupError):
    """The function's code cannot be named as one file; the text is a whole sentence."""


def local_facts(target: Target, base: Path | None = None) -> LocalFacts | None:
    """`None` for a target that is not local, and if its file cannot be read. Runs no function."""
    definitions = _defined(target, base)
    if definitions is None:
        return None
    served = {each.authorizer.name: each.function.unresolved for each in definitions.authorizers}
    missing = {**{name: (reason,) for name, reason in definitions.left_out}, **served}
    return LocalFacts(target.region or definitions.region, definitions.account, missing)


def unresolved(target: Target, base: Path | None = None) -> Mapping[str, tuple[Unresolved, ...]]:
    """What each authorizer of a local target lacks here, including those left out. Runs no function."""
    facts = local_facts(target, base)
    return {} if facts is None else facts.unresolved


def function_file(target: Target, authorizer_name: str, base: Path | None = None) -> Path:
    """The file that holds the function of a local authorizer. Raises NoFunctionFile."""
    _own_file(target, base)
    definitions = _defined(target, base)
    if definitions is None:
        raise NoFunctionFile(f"{target.local} cannot be read; F5 says why.")
    named = [each.function for each in definitions.authorizers if each.authorizer.name == authorizer_name]
    if not named:
        raise NoFunctionFile(f"{target.local} has no authorizer {authorizer_name!r} that can run here.")
    return _file_of(named[0])


def target_file(target: Target, base: Path | None = None) -> Path:
    """The file that a local target is defined in. Raises NoFunctionFile."""
    path = _own_file(target, base)
    if not path.is_file():
        raise NoFunctionFile(f"{target.local} is not a file that can be edited.")
    return path


def _own_file(target: Target, base: Path | None) -> Path:
    """What a local target names, if it is the user's. Raises NoFunctionFile."""
    if target.local is None:
        raise NoFunctionFile(
            "Only a local target has its function here; this request goes to AWS. F9 chooses a target."
        )
    try:
        path = definition_file(target.local, base)
    except LocalTargetError as error:
        raise NoFunctionFile(str(error)) from None
    if path.is_relative_to(SAMPLES):
        raise NoFunctionFile("These samples belong to authlens. 'authlens demo' makes a copy of them to edit.")
    return path


def _file_of(function: FunctionDefinition) -> Path:
    kind = language(function.runtime)
    parts = dict(handler_parts(function.handler)).get(kind)
    file = handler_file(function.code_uri, parts["module"], kind) if parts else None
    programs = (Path(word) for word in (*function.command[1:], *function.command[:1]))
    below = (each for each in programs if each.is_file() and function.code_uri in each.absolute().parents)
    file = file or next(below, None)
    if file is None:
        raise NoFunctionFile(f"The function {function.name} is not one file: its code is in {function.code_uri}.")
    return file


def authorizers_named(target: Target, base: Path | None = None) -> tuple[Authorizer, ...] | None:
    """The authorizers that a local target's endpoint would serve; `None` if its files cannot be read. Runs nothing."""
    definitions = _defined(target, base)
    return None if definitions is None else tuple(each.authorizer for each in definitions.authorizers)


def request_to_try(target: Target, base: Path | None = None) -> AuthorizerRequest:
    """What the function of a local target's only authorizer reads; empty if there is not exactly one."""
    from authlens.endpoint.projects.draft import request_for  # few requests are made from a function's code

    definitions = _defined(target, base)
    if definitions is None or len(definitions.authorizers) != 1:
        return AuthorizerRequest()
    return request_for(definitions.authorizers[0])


def target_problem(target: Target, base: Path | None = None) -> str | None:
    """Why no endpoint can be started for a local target, with the next step; `None` if one can. Runs nothing."""
    found = _found(target, base)
    return str(found) if isinstance(found, DefinitionError) else None


def _defined(target: Target, base: Path | None) -> Definitions | None:
    found = _found(target, base)
    return None if isinstance(found, DefinitionError) else found


def _found(target: Target, base: Path | None) -> Definitions | DefinitionError | None:
    try:
        path = None if target.local is None else definition_file(target.local, base)
    except LocalTargetError:
        path = None
    return None if path is None else _KEPT.definitions(path)


class _Kept:
    """The definitions of the last few targets, until a file that was read for them changes."""

    def __init__(self, most: int) -> None:
        self._most = most
        self._known: dict[Path, tuple[Definitions | DefinitionError, tuple[Path, ...], tuple[Stamp | None, ...]]] = {}

    def definitions(self, path: Path) -> Definitions | DefinitionError:
        known = self._known.pop(path, None)
        if known is None or tuple(map(stamp, known[1])) != known[2]:
            definitions, files = _read(path)
            known = (definitions, files, tuple(map(stamp, files)))
        self._known[path] = known
        for oldest in list(self._known)[: -self._most]:
            self._known.pop(oldest, None)
        return known[0]


_KEPT = _Kept(8)


def _read(path: Path) -> tuple[Definitions | DefinitionError, tuple[Path, ...]]:
    """Its definitions, or why they are invalid, and the files that they depend on."""
    try:
        definitions = _definitions(path)
        return definitions, tuple(dict.fromkeys((path, *definitions.files)))
    except DefinitionError as error:
        return error.with_traceback(None), tuple(dict.fromkeys((path, *error.files)))


def _definitions(path: Path) -> Definitions:
    if option_for(path) == "--authorizers":
        with suppress(DefinitionError):  # what another kind of file is, the others know
            return read_definitions(path, ask=False)
    # Late: what reads templates and plans takes up memory that most targets do not need.
    from authlens.endpoint.projects.source import ProjectSource, read_source

    return read_source(ProjectSource.named(str(path)), ask=False)
