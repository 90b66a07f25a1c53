"""Private names of Textual are used in one file, so that a new version of it is checked in one place."""

from __future__ import annotations

import ast
import re
from pathlib import Path

import authlens.ui

UI = Path(authlens.ui.__file__).parent
ONE_FILE = "runtime/textual_internals.py"


def test_only_one_file_imports_private_modules_of_textual() -> None:
    private = re.compile(r"textual(\.\w+)*\._")
    found = set()
    for path in UI.rglob("*.py"):
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
            modules = [node.module or ""] if isinstance(node, ast.ImportFrom) else []
            names = [alias.name for alias in node.names] if isinstance(node, ast.Import | ast.ImportFrom) else []
            written = [f"{module}.{name}" for module in modules for name in names] or names
            if any(private.match(name) for name in written):
                found.add(path.relative_to(UI).as_posix())
    assert found == {ONE_FILE}
