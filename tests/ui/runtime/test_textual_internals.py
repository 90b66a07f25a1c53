"""Private names of Textual are used in two files, so that a new version of it is checked in one place."""

from __future__ import annotations

import ast
import importlib
import inspect
import pkgutil
import re
from collections.abc import Iterator
from pathlib import Path

import authlens.ui

UI = Path(authlens.ui.__file__).parent
INTERNALS = {"runtime/textual_internals.py", "faster_textual.py"}


def test_only_two_files_import_private_modules_of_textual() -> None:
    private = re.compile(r"textual(\.\w+)*\._")
    found = set()
    for path in UI.rglob("*.py"):
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
            modules = [node.module or ""] if isinstance(node, ast.ImportFrom) else []
            names = [alias.name for alias in node.names] if isinstance(node, ast.Import | ast.ImportFrom) else []
            written = [f"{module}.{name}" for module in modules for name in names] or names
            if any(private.match(name) for name in written):
                found.add(path.relative_to(UI).as_posix())
    assert found == INTERNALS


def test_only_two_files_use_private_attributes_of_textual() -> None:
    trees = {path: ast.parse(path.read_text(encoding="utf-8")) for path in UI.rglob("*.py")}
    own = {name for tree in trees.values() for name in _defined(tree)}
    assert "_title" in own
    used = {
        f"{path.relative_to(UI).as_posix()}: {node.attr}"
        for path, tree in trees.items()
        for node in ast.walk(tree)
        if isinstance(node, ast.Attribute) and _is_private(node.attr) and node.attr not in own
        if path.relative_to(UI).as_posix() not in INTERNALS
    }
    assert used == {"runtime/hangup.py: _exit"}, "the one of `os`"


def _defined(tree: ast.Module) -> Iterator[str]:
    """Methods, and attributes that are set on `self` or in a class."""
    for node in ast.walk(tree):
        if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef):
            yield node.name
        elif isinstance(node, ast.Attribute) and isinstance(node.ctx, ast.Store):
            if isinstance(node.value, ast.Name) and node.value.id == "self":
                yield node.attr
        elif isinstance(node, ast.AnnAssign) and isinstance(node.target, ast.Name):
            yield node.target.id


def _is_private(name: str) -> bool:
    return name.startswith("_") and not name.startswith("__")


def test_no_other_file_replaces_a_private_method_of_textual() -> None:
    replaced = set()
    for module in pkgutil.walk_packages(authlens.ui.__path__, "authlens.ui."):
        if f"{module.name.removeprefix('authlens.ui.').replace('.', '/')}.py" in INTERNALS:
            continue
        for found in vars(importlib.import_module(module.name)).values():
            if isinstance(found, type) and found.__module__ == module.name:
                bases = [base for base in found.__mro__[1:] if base.__module__.startswith("textual.")]
                names = [name for name, value in vars(found).items() if _is_private(name) and inspect.isfunction(value)]
                replaced |= {f"{found.__name__}.{name}" for name in names for base in bases if name in vars(base)}
    assert replaced == set()
