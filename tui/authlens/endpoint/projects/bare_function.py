"""A function's file without any other file, `FILE:HANDLER` or a program, served as an authorizer named after it."""

from __future__ import annotations

import os
import re
import sys
from pathlib import Path

from authlens.core.policy.arn import function_named
from authlens.core.request.authorizer import Authorizer
from authlens.endpoint.projects.handlers import MOST_NAMED, handlers_of
from authlens.endpoint.templates import function_checks
from authlens.endpoint.templates.definition_file import DEFAULT_ACCOUNT, DEFAULT_REGION, content_of
from authlens.endpoint.templates.definitions import (
    AuthorizerDefinition,
    DefinitionError,
    Definitions,
    FunctionDefinition,
    authorizer_arn,
    function_arn,
)
from authlens.endpoint.templates.function_checks import Unfit
from authlens.endpoint.templates.lambda_runtimes import language
from authlens.endpoint.templates.noticed import exists
from authlens.endpoint.templates.settings import ProjectSettings, with_signing

_BINARIES = (b"\x7fELF", b"\xcf\xfa\xed\xfe", b"\xca\xfe\xba\xbe")
"""How programs of Linux and macOS start."""
_IMPORTS = re.compile(r"^[ \t]*(?:from|import)[ \t]+(?P<dots>\.*)(?P<name>\w*)", re.MULTILINE)
_MOST_PACKAGES = 4
"""How deep a package may be from which a function imports by its whole name."""
_ARN = re.compile(r"\barn:aws[a-z-]*:[a-z0-9-]+:(?P<region>[a-z]{2}(?:-[a-z]+)+-\d)?:(?P<account>\d{12})?:")
_BARE = re.compile(r"(?P<file>.+\.(?:py|js|mjs|cjs|ts|mts|cts)):(?P<handler>[A-Za-z_$][\w$.]*)", re.DOTALL)


def split_bare(text: str) -> tuple[str, str] | None:
    """The file and the handler; `None` if the text has another form."""
    found = _BARE.fullmatch(text)
    return (found["file"], found["handler"]) if found else None


def is_program(path: Path) -> bool:
    """Whether the file is a program that may speak the Runtime API: a binary, or a script without an ending."""
    try:
        if not path.is_file() or not os.access(path, os.X_OK):
            return False
        start = content_of(path, 4)[:4]
    except OSError:
        return False
    return start in _BINARIES or (start[:2] == b"#!" and not path.suffix)


def read_bare(file: Path, handler: str, settings: ProjectSettings, ask: bool = True) -> Definitions:
    """Raises DefinitionError."""
    file = Path(os.path.abspath(file))
    named = place_named(file)
    region, account = settings.region or named[0] or DEFAULT_REGION, settings.account or named[1] or DEFAULT_ACCOUNT
    name = re.sub(r"[^\w=,@-]", "-", file.stem, flags=re.ASCII) or "function"
    try:
        arn = function_arn(region, account, _function_name(name))
        function = _function(file, handler, settings, arn, ask) if handler else _program(file, settings, arn)
    except Unfit as reason:
        step = f"; {reason.next_step}" if reason.next_step else ""
        raise DefinitionError(file, 0, 0, f"{reason}{step}") from None
    warning = function_checks.version_warning(function.runtime, function.interpreter) if ask and handler else None
    authorizer = with_signing(Authorizer(name, authorizer_arn(region, account, name), function.arn, "ACTIVE"), settings)
    return Definitions(
        *(region, account, (AuthorizerDefinition(authorizer, function),), (function,)),
        warnings=(*settings.warnings, *((f"{file}: {warning}",) if warning else ())),
    )


def place_named(file: Path) -> tuple[str | None, str | None]:
    """The region and the account in the ARNs that a function's code spells out, each where there is exactly one."""
    try:
        found = [*_ARN.finditer(content_of(file).decode("utf-8", "replace"))]
    except OSError:
        return None, None
    region, account = ({each[part] for each in found} - {None} for part in ("region", "account"))
    return region.pop() if len(region) == 1 else None, account.pop() if len(account) == 1 else None


def _function_name(name: str) -> str:
    return re.sub(r"[^a-zA-Z0-9_-]", "-", name)[:64]


def package_root(file: Path) -> Path:
    """The folder that a Python file is imported from: above the packages of which it imports other modules."""
    try:
        text = content_of(file).decode("utf-8", "replace")
    except OSError:
        return file.parent
    imports = list(_IMPORTS.finditer(text))
    dots = max((len(found["dots"]) for found in imports), default=0)
    names = {found["name"] for found in imports if not found["dots"]} - sys.stdlib_module_names
    names = {name for name in names if not any((file.parent / f"{name}{end}").exists() for end in ("", ".py"))}
    parents = list(file.parents)
    above = [number for number, parent in enumerate(parents[:_MOST_PACKAGES], 1) if parent.name in names]
    return parents[min(max(dots, *above, 0), len(parents) - 1)]


def _program(file: Path, settings: ProjectSettings, arn: str) -> FunctionDefinition:
    return FunctionDefinition(
        name=function_named(arn),
        code_uri=file.parent,
        handler=file.name,
        runtime="provided",
        environment=dict(settings.env),
        command=(str(file),),
        arn=arn,
        origin="function",
    )


def _function(file: Path, handler: str, settings: ProjectSettings, arn: str, ask: bool) -> FunctionDefinition:
    if not exists(file):
        raise Unfit("there is no such file")
    if file.suffix in (".ts", ".mts", ".cts"):
        built = file.with_suffix(".js")
        raise Unfit(
            "Node.js runs JavaScript, and this is TypeScript",
            f"run 'npx esbuild {file} --bundle --platform=node --outfile={built}' and name {built}:{handler} instead",
        )
    if re.search(r"[\s.]", file.stem):
        named = file.with_name(re.sub(r"[\s.]+", "_", file.stem) + file.suffix)
        raise Unfit(
            "a handler cannot name a file whose name contains a space or another dot",
            f"rename or copy it, such as to {named.name}, and name that file",
        )
    kind = "python" if file.suffix == ".py" else "nodejs"
    program = function_checks.checked_program(settings.interpreter, Path()) if settings.interpreter else None
    root = package_root(file) if kind == "python" else file.parent
    whole = ".".join((*file.relative_to(root).with_suffix("").parts, handler))
    try:
        function_checks.check_handler(root, whole, kind, {})
    except Unfit as reason:
        found = ", ".join(f"{file}:{name}" for name in handlers_of(file)[:MOST_NAMED])
        raise Unfit(str(reason), f"give {found}" if found else "") from None
    if kind == "python":
        runtime = function_checks.default_runtime(root, whole, program, ask)
    else:
        numbers = function_checks.version_of(program or function_checks.node_in_path()) if ask else []
        runtime = f"nodejs{numbers[0]}.x" if numbers else "nodejs"
    assert language(runtime) == kind
    return FunctionDefinition(
        name=function_named(arn),
        code_uri=root,
        handler=whole,
        runtime=runtime,
        environment=dict(settings.env),
        interpreter=program,
        arn=arn,
        origin="function",
    )
