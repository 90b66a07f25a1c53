"""Checks of a function's definition before anything is started, for every kind of file.

Each check returns its finding, or raises Unfit with a sentence; the caller knows the place in the file.
"""

from __future__ import annotations

import os
import re
import shutil
import subprocess
import sys
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from functools import lru_cache
from pathlib import Path

from authlens.core.request.references import Reference, replaced
from authlens.core.text.yaml_reader import MAX_BYTES, YamlNode
from authlens.endpoint.templates.child_environment import question_environment
from authlens.endpoint.templates.definition_file import content_of
from authlens.endpoint.templates.lambda_runtimes import RESERVED, language
from authlens.endpoint.templates.noticed import exists, notice, noticing
from authlens.user_path import NotAPath, user_path

VERSION_LIMIT = 10.0
"""Seconds that an interpreter has to print its version."""
MODULE_FILES = {
    "python": ("{}.py", "{}/__init__.py", "{}.pyc"),
    "nodejs": ("{}.js", "{}.mjs", "{}.cjs", "{}", "{}/index.js"),
}
TYPESCRIPT = (".ts", ".mts", ".cts", ".tsx")
_HANDLERS = {
    "python": re.compile(r"(?P<module>[^\s.][^\s]*)\.(?P<function>[^./\s]+)"),
    "nodejs": re.compile(r"(?P<module>(?:[^\s]*/)?[^./\s]+)\.(?:[^/\s]+\.)?(?P<function>[^./\s]+)"),
}
"""Python's handler is the last part of the name; Node.js may export it in an object: `app.handlers.connect`."""
_VARIABLE = re.compile(r"[A-Za-z_][A-Za-z0-9_]*")
_IMPORTS_ALL = re.compile(r"import\s*\*|export\s*\*|module\.exports\s*=\s*require|__getattr__")


class Unfit(ValueError):
    """A definition is unusable; the text is the reason."""

    def __init__(self, reason: str, next_step: str = "") -> None:
        super().__init__(reason)
        self.next_step = next_step
        """The next step; empty if the reason is enough."""


@contextmanager
def unfit_at(node: YamlNode) -> Iterator[None]:
    """Turns Unfit into a YamlError at this place of the file."""
    try:
        yield
    except Unfit as reason:
        raise node.error(f"{reason}; {reason.next_step}" if reason.next_step else str(reason)) from None


def checked_folder(text: str, base: Path) -> Path:
    """The folder of a function's code, as the file in `base` names it."""
    folder = _path(text, base)
    if not exists(folder):
        raise Unfit(f"the folder {folder} does not exist")
    if not folder.is_dir():
        raise Unfit(f"{folder} is not a folder; name the folder that holds the code")
    return Path(os.path.abspath(folder))


def checked_runtime(runtime: str) -> str:
    if not language(runtime) or re.fullmatch(r"python2.*", runtime):
        raise Unfit(f"unknown runtime {runtime!r}; known are python3.x, nodejs20.x and the like, and provided")
    return runtime


def default_runtime(folder: Path, handler: str, interpreter: str | None, ask: bool = True) -> str:
    """The runtime for the handler's file, in the installed version; Python if there is no such file."""
    found = {kind: parts and handler_file(folder, parts["module"], kind) for kind, parts in handler_parts(handler)}
    if found["nodejs"] and not found["python"]:
        return "nodejs"
    if not ask:
        return "python3"
    try:
        return "python" + ".".join(version_of(interpreter or sys.executable)[:2])
    except Unfit:
        return "python3"


def check_handler(
    folder: Path, handler: str, runtime: str, environment: Mapping[str, str], layers: Sequence[Path] = ()
) -> None:
    """The handler's file must exist and contain its name. Layers and the rest of the search path are not checked."""
    kind = language(runtime)
    parts = dict(handler_parts(handler))[kind]
    if not parts:
        raise Unfit("handler must be MODULE.FUNCTION, such as app.handler")
    if "PYTHONPATH" in environment or "NODE_PATH" in environment:
        return
    file = handler_file(folder, parts["module"], kind)
    if file is None:
        notice(*handler_files(folder, parts["module"], kind))
        source = kind == "nodejs" and typescript_of(folder, parts["module"])
        if source:
            step = f"compile it, such as with 'npx esbuild {source} --bundle --platform=node --outdir={source.parent}'"
            raise Unfit(f"{source} is not built, and Node.js runs {source.with_suffix('.js').name}", step)
        if layers:
            return
        wrapped = next((value for name, value in environment.items() if name.endswith("_HANDLER")), None)
        step = f"if a layer wraps it, give handler: {wrapped} under functions: in authlens.yaml" if wrapped else ""
        raise Unfit(f"the handler's file {folder / module_path(parts['module'], kind)} does not exist", step)
    if not holds(file, parts["function"]):
        notice(file)
        raise Unfit(f"{file} holds no {parts['function']!r}, which handler names")


def typescript_of(folder: Path, module: str) -> Path | None:
    """The TypeScript of a module that is not built."""
    return next((path for ending in TYPESCRIPT if os.path.isfile(path := folder / f"{module}{ending}")), None)


def handler_parts(handler: str) -> list[tuple[str, re.Match[str] | None]]:
    """How each language splits the handler's name."""
    return [(kind, pattern.fullmatch(handler)) for kind, pattern in _HANDLERS.items()]


def module_path(module: str, kind: str) -> str:
    name = module.replace(".", "/") if kind == "python" else module
    return MODULE_FILES[kind][0].format(name)


def handler_files(folder: Path, module: str, kind: str) -> list[Path]:
    """Where a handler's file may be, in the order in which the runtime looks."""
    name = module.replace(".", "/") if kind == "python" else module
    return [folder / pattern.format(name) for pattern in MODULE_FILES[kind]]


def handler_file(folder: Path, module: str, kind: str) -> Path | None:
    return next((file for file in handler_files(folder, module, kind) if os.path.isfile(file)), None)


def holds(file: Path, name: str) -> bool:
    """Whether the file contains the name; one that is large, not text, or imports names unseen may contain it."""
    try:
        with noticing(keep=False):  # a change of working code restarts the function, and reloads no definition
            content = content_of(file)
        text = content.decode("utf-8")
    except (OSError, UnicodeDecodeError):
        return True
    if len(content) > MAX_BYTES:
        return True
    return re.search(rf"(?<!\w){re.escape(name)}(?!\w)", text) is not None or bool(_IMPORTS_ALL.search(text))


def checked_variable(name: str, value: str) -> str:
    if not _VARIABLE.fullmatch(name):
        raise Unfit("the name of an environment variable is letters, digits and _, and starts with no digit")
    if name in RESERVED:
        raise Unfit(f"{name} is reserved: Lambda sets it")
    if "\0" in value or any("\ud800" <= character <= "\udfff" for character in value):
        raise Unfit(f"{name} contains a character that an environment variable cannot contain")
    return value


def filled(value: str, environ: Mapping[str, str]) -> str:
    """The value with `${env:NAME}` references replaced, so that secrets need not be written down."""

    def fill(found: Reference) -> str:
        if found.is_escape:
            return "${"
        if found.kind != "env" or not found.is_closed or not found.name:
            return found.written
        if found.default is not None:
            return environ.get(found.name) or found.default
        if found.name not in environ:
            raise Unfit(f"the environment variable {found.name} is not set")
        return environ[found.name]

    return replaced(value, fill)


def checked_program(program: str, *folders: Path) -> str:
    """The absolute path of a program: a name is looked up in PATH, a relative path in the folders."""
    if os.sep not in program:
        found = shutil.which(program)
        if found is None:
            raise Unfit(f"there is no program {program!r} in PATH")
        return found
    candidates = [_path(program, folder) for folder in folders]
    existing = next(filter(exists, candidates), None)
    if existing is None:
        raise Unfit(f"the program {candidates[0]} does not exist")
    if existing.is_dir() or not os.access(existing, os.X_OK):
        raise Unfit(f"{existing} is not an executable program")
    return os.path.abspath(existing)


def _path(text: str, base: Path) -> Path:
    try:
        return user_path(text, base)
    except NotAPath as reason:
        raise Unfit(f"{text}: {reason}") from None


def checked_command(command: Sequence[str], *folders: Path) -> tuple[str, ...]:
    if not command:
        raise Unfit("command is empty; it names the program that speaks the Runtime API, and its arguments")
    return (checked_program(command[0], *folders), *command[1:])


def own_bootstrap(*folders: Path) -> tuple[str, ...]:
    """The program `bootstrap` that Lambda runs for runtime `provided`: of the code or, failing that, of a layer."""
    programs = [folder / "bootstrap" for folder in folders]
    found = next((str(program) for program in programs if os.access(program, os.X_OK)), None)
    if found is None:
        notice(*programs)
        raise Unfit(f"runtime provided needs a command, or an executable {programs[0]}")
    return (found,)


def node_in_path() -> str:
    found = shutil.which("node")
    if found is None:
        raise Unfit("Node.js is needed, and there is no 'node' in PATH; install it or name it with interpreter")
    return found


def interpreter_for(runtime: str, own: str | None, shared: str | None, ask: bool) -> tuple[str | None, str | None]:
    """The function's own interpreter, or the project's if it is for the same language, and a version warning.

    ask: whether it may be run for its version. Raises Unfit.
    """
    kind = language(runtime)
    if kind == "provided":
        return None, None
    program = own
    if not own and shared and ("node" in os.path.basename(shared)) == (kind == "nodejs"):
        program = shared
    found = checked_program(program, Path()) if program else None
    return found, version_warning(runtime, found) if ask else None


def version_warning(runtime: str, interpreter: str | None) -> str | None:
    """A warning if the interpreter's version differs from the runtime's name. Raises Unfit."""
    kind = language(runtime)
    wanted = re.findall(r"\d+", runtime.removeprefix(kind))
    actual = version_of(interpreter or (sys.executable if kind == "python" else node_in_path()))
    length = len(wanted) if kind == "python" else min(1, len(wanted))
    if wanted[:length] == actual[:length]:
        return None
    return f"runtime {runtime} runs here on version {'.'.join(actual)} of its interpreter"


@lru_cache(maxsize=32)
def version_of(interpreter: str) -> list[str]:
    """Its version numbers."""
    if interpreter == sys.executable:
        return [str(number) for number in sys.version_info[:3]]
    try:
        run = subprocess.run(
            [interpreter, "--version"],
            stdin=subprocess.DEVNULL,
            capture_output=True,
            text=True,
            errors="replace",
            timeout=VERSION_LIMIT,
            check=True,
            env=question_environment(os.environ),
            start_new_session=True,
        )
    except (OSError, subprocess.SubprocessError) as error:
        raise Unfit(f"{interpreter} does not run: {type(error).__name__}") from None
    return re.findall(r"\d+", run.stdout or run.stderr)[:3]
