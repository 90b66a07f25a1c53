"""The handlers that a function's file may have, found in its text.

The rule: nothing is run. One likely handler is taken; of several, a person chooses.
"""

from __future__ import annotations

import ast
import re
from collections.abc import Iterator
from pathlib import Path

from authlens.endpoint.projects.foreign import foreign
from authlens.endpoint.templates.definition_file import content_of
from authlens.endpoint.templates.definitions import DefinitionError

PYTHON = (".py",)
JAVASCRIPT = (".js", ".mjs", ".cjs")
TYPESCRIPT = (".ts", ".mts", ".cts")
MOST_NAMED = 8
_EVENT = re.compile(r"_*(?:event|evt|e|payload|request|input)", re.IGNORECASE)
_CONTEXT = re.compile(r"_+|_*(?:context|ctx|c)", re.IGNORECASE)
_LIKELY = re.compile(r"(?:.*_)?(?:lambda_?)?handler|.*Handler")
_NAME = r"[A-Za-z_$][\w$]*"
_UNREAD = re.compile(
    r"""(?P<quoted>"(?:\\.|[^"\\\n])*"|'(?:\\.|[^'\\\n])*'|`(?:\\.|[^`\\])*`)|//[^\n]*|/\*.*?\*/""", re.DOTALL
)
_EXPORTS = (
    re.compile(rf"\b(?:module\.)?exports\.(?P<name>{_NAME})\s*=(?!=)"),
    re.compile(rf"\bexport\s+(?:async\s+)?function\s*\*?\s*(?P<name>{_NAME})"),
    re.compile(rf"\bexport\s+(?:const|let|var)\s+(?P<name>{_NAME})"),
)
_LISTS = (re.compile(r"\bmodule\.exports\s*=\s*\{"), re.compile(r"\bexport\s*\{"))
_ENTRY = re.compile(rf"(?:async\s+)?(?P<name>{_NAME})(?:\s+as\s+(?P<other>{_NAME}))?")


def is_code(path: Path) -> bool:
    """Whether the file is a function's code that has a handler."""
    return path.suffix in (*PYTHON, *JAVASCRIPT, *TYPESCRIPT) and path.is_file()


def the_handler(file: Path) -> str:
    """Its only likely handler. Raises DefinitionError, which lists the candidates if there are several."""
    found = handlers_of(file)
    if len(found) == 1:
        return found[0]
    if not found:
        words = foreign(file) if file.suffix in TYPESCRIPT else None
        raise DefinitionError(file, 0, 0, words or f"no handler was found in it; name it: {file}:HANDLER")
    others = ", ".join(f"{file}:{name}" for name in found[:MOST_NAMED])
    raise DefinitionError(file, 0, 0, f"it has {len(found)} functions that may be the handler; name one: {others}")


def handlers_of(file: Path) -> tuple[str, ...]:
    """The likely handlers; without any, every function that could be one. Raises DefinitionError."""
    try:
        text = content_of(file).decode("utf-8-sig")
    except (OSError, UnicodeDecodeError) as error:
        why = error.strerror if isinstance(error, OSError) else "it is not a text file"
        raise DefinitionError(file, 0, 0, f"cannot be read: {why}") from None
    found = _of_python(file, text) if file.suffix in PYTHON else _of_javascript(text)
    likely = tuple(name for name, is_likely in found.items() if is_likely)
    return likely or tuple(found)


def _of_python(file: Path, text: str) -> dict[str, bool]:
    """Each candidate, with whether it looks like a handler."""
    try:
        module = ast.parse(text)
    except SyntaxError as error:
        raise DefinitionError(file, error.lineno or 1, error.offset or 1, f"not valid Python: {error.msg}") from None
    except (ValueError, RecursionError, MemoryError):
        raise DefinitionError(file, 0, 0, "not valid Python") from None
    return dict(candidate for statement in _statements(module.body) for candidate in _candidates(statement))


def _statements(body: list[ast.stmt]) -> Iterator[ast.stmt]:
    """Those of the module, including what is defined under `if` and `try`."""
    for statement in body:
        yield statement
        if isinstance(statement, ast.If):
            yield from _statements([*statement.body, *statement.orelse])
        elif isinstance(statement, ast.Try):
            yield from _statements([*statement.body, *statement.orelse, *statement.finalbody])


def _candidates(statement: ast.stmt) -> Iterator[tuple[str, bool]]:
    if isinstance(statement, ast.FunctionDef):
        arguments = [*statement.args.posonlyargs, *statement.args.args]
        names = [argument.arg for argument in arguments]
        required = len(arguments) - len(statement.args.defaults)
        takes_two = required <= 2 and (len(names) >= 2 or statement.args.vararg is not None)
        if takes_two and not statement.name.startswith("__"):
            looks = len(names) >= 2 and bool(_EVENT.fullmatch(names[0]) and _CONTEXT.fullmatch(names[1]))
            yield statement.name, looks or bool(_LIKELY.fullmatch(statement.name))
    elif isinstance(statement, ast.Assign) and isinstance(statement.value, ast.Call | ast.Lambda):
        for target in statement.targets:
            if isinstance(target, ast.Name) and _LIKELY.fullmatch(target.id):
                yield target.id, True


def _of_javascript(text: str) -> dict[str, bool]:
    """What is exported by name."""
    code = _UNREAD.sub(lambda found: '""' if found["quoted"] else " ", text)
    names = [found["name"] for pattern in _EXPORTS for found in pattern.finditer(code)]
    for pattern in _LISTS:
        for found in pattern.finditer(code):
            names += _listed(code, found.end())
    return {name: bool(_LIKELY.fullmatch(name)) for name in names if name != "__esModule"}


def _listed(code: str, start: int) -> Iterator[str]:
    """The names of `{ a, b: x, c() {…}, d as e }` from behind its brace."""
    depth, begin = 0, start
    for place in range(start, len(code)):
        character = code[place]
        if depth == 0 and character in ",}":
            entry = _ENTRY.match(code[begin:place].strip())
            if entry:
                yield entry["other"] or entry["name"]
            begin = place + 1
            if character == "}":
                return
        elif character in "{([":
            depth += 1
        elif character in "})]":
            depth -= 1
