"""Private names of Textual are used in one file, so that a new version of it is checked in one place."""

from __future__ import annotations

import ast
import importlib
import inspect
import pkgutil
import re
from collections.abc import Iterator
from pathlib import Path

from rich.segment import Segment
from textual.css.model import RuleSet
from textual.css.styles import Styles
from textual.dom import DOMNode
from textual.reactive import Reactive
from textual.strip import Strip
from textual.widget import Widget
from textual.widgets import Static

import authlens.ui
from authlens.ui.widgets.controls.field import Field

UI = Path(authlens.ui.__file__).parent
INTERNALS = "runtime/textual_internals.py"


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
    assert found == {INTERNALS}


def test_only_one_file_uses_private_attributes_of_textual() -> None:
    trees = {path: ast.parse(path.read_text(encoding="utf-8")) for path in UI.rglob("*.py")}
    own = {name for tree in trees.values() for name in _defined(tree)}
    assert "_title" in own
    used = {
        f"{path.relative_to(UI).as_posix()}: {node.attr}"
        for path, tree in trees.items()
        for node in ast.walk(tree)
        if isinstance(node, ast.Attribute) and _is_private(node.attr) and node.attr not in own
        if path.relative_to(UI).as_posix() != INTERNALS
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
        if module.name.endswith("textual_internals"):
            continue
        for found in vars(importlib.import_module(module.name)).values():
            if isinstance(found, type) and found.__module__ == module.name:
                bases = [base for base in found.__mro__[1:] if base.__module__.startswith("textual.")]
                names = [name for name, value in vars(found).items() if _is_private(name) and inspect.isfunction(value)]
                replaced |= {f"{found.__name__}.{name}" for name in names for base in bases if name in vars(base)}
    assert replaced == set()


def test_classes_of_nodes_are_made_as_textual_makes_them() -> None:
    names = [module.name for module in pkgutil.walk_packages(authlens.ui.__path__, "authlens.ui.")]
    found = (found for name in names for found in vars(importlib.import_module(name)).values())
    classes = {each for each in found if isinstance(each, type) and issubclass(each, DOMNode)} - {DOMNode}
    assert Static in classes, "Textual's own too"
    assert len(classes) > 80
    for each in classes:
        reactive = {
            name: value
            for base in reversed(each.__mro__)
            for name, value in vars(base).items()
            if isinstance(value, Reactive)
        }
        assert list(each._reactives.items()) == list(reactive.items())
        computing = (name.lstrip("_") for name in dir(each) if name.startswith(("compute_", "_compute_")))
        assert each._computes == {name.removeprefix("compute_") for name in computing}
        assert each._css_type_name == each._css_bases(each)[0].__name__
        assert each._css_type_names == {base.__name__ for base in each._css_bases(each)}
        assert each._merged_bindings is not None
        assert each._merged_bindings.key_to_bindings == each._merge_bindings().key_to_bindings


def test_a_class_can_leave_out_what_its_bases_declare() -> None:
    class Plain(Field, inherit_css=False, inherit_bindings=False):
        pass

    assert (Plain._inherit_css, Plain._inherit_bindings) == (False, False)
    assert Plain._css_type_names == {"Plain"}
    assert Plain._merged_bindings is not None
    assert not Plain._merged_bindings.key_to_bindings


def test_a_strip_has_its_caches_when_they_are_used() -> None:
    strip = Strip([Segment("one two")])
    assert strip.divide([3, 7]) is strip.divide([3, 7])
    assert strip.crop(0, 3) is strip.crop(0, 3)
    assert strip.crop(4).text == "two"
    assert strip.adjust_cell_length(9).text == "one two  "
    assert not hasattr(strip, "_other_cache")


def test_equal_rules_are_two_in_a_set() -> None:
    rules = [RuleSet([], Styles()), RuleSet([], Styles())]
    assert len({*rules, *rules}) == 2


def test_a_widget_is_disabled_by_what_it_is_in() -> None:
    inner, between, outer = Widget(), Widget(), Widget()
    between._attach(outer)
    inner._attach(between)
    assert not inner.is_disabled
    for each in (inner, between, outer):
        each.set_reactive(Widget.disabled, True)
        assert inner.is_disabled
        each.set_reactive(Widget.disabled, False)
