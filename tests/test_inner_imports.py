"""An import stays inside a function only where it saves loading a module that the file does not load anyway."""

from __future__ import annotations

import ast
import re
from collections.abc import Iterator
from functools import cache
from pathlib import Path

TUI = Path(__file__).parent.parent / "tui"
FILES = {
    ".".join(path.relative_to(TUI).with_suffix("").parts).removesuffix(".__init__"): path
    for path in (TUI / "authlens").rglob("*.py")
}
BEFORE_OURS = {"authlens.__main__"}
"""Its imports wait until an interrupt is handled."""
WALKED = {("authlens.ui.runtime.keymap", "authlens.ui")}
"""The package whose modules are listed."""
Import = ast.Import | ast.ImportFrom


@cache
def text(module: str) -> str:
    return FILES[module].read_text()


@cache
def tree(module: str) -> ast.Module:
    return ast.parse(text(module))


@cache
def at_top(module: str) -> list[Import]:
    return [node for node in tree(module).body if isinstance(node, Import)]


def loaded_by(statement: Import) -> list[str]:
    if isinstance(statement, ast.Import):
        return [name.name for name in statement.names]
    package = statement.module or ""
    return [each for name in statement.names if (each := f"{package}.{name.name}") in FILES] or [package]


@cache
def loaded_at_once(module: str) -> frozenset[str]:
    """What the file and the files that it imports at the top load."""
    found: set[str] = set()
    waiting = [module]
    while waiting:
        each = waiting.pop()
        packages = [each.rpartition(".")[0]] if "." in each else []
        new = {name for node in (at_top(each) if each in FILES else ()) for name in loaded_by(node)}.union(
            packages
        ) - found
        found |= new
        waiting += new
    return frozenset(found)


def inner_imports(module: str) -> Iterator[Import]:
    if not re.search(r"^ +(?:import|from) ", text(module), re.MULTILINE):
        return
    for function in ast.walk(tree(module)):
        if isinstance(function, ast.FunctionDef | ast.AsyncFunctionDef):
            yield from (node for node in ast.walk(function) if isinstance(node, Import))


def test_each_import_inside_a_function_saves_something() -> None:
    for module in sorted(FILES.keys() - BEFORE_OURS):
        for node in inner_imports(module):
            names = {name for name in loaded_by(node) if (module, name) not in WALKED}
            assert not names or names - loaded_at_once(module), f"{FILES[module]}:{node.lineno} belongs at the top"


def test_what_a_file_loads_at_once_is_followed() -> None:
    assert "authlens.core.text.yaml_reader" in loaded_at_once("authlens.suite_items")
    assert "boto3" not in loaded_at_once("authlens.cli.invoke.command")
