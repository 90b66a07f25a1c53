"""What is done faster than Textual does it has the same result."""

from __future__ import annotations

import importlib
import inspect
import pkgutil
from collections.abc import Callable
from functools import partial, wraps
from pathlib import Path
from typing import Any

import pytest
from rich.segment import Segment
from textual import events
from textual.css.match import match
from textual.css.model import RuleSet
from textual.css.parse import parse_selectors
from textual.css.styles import Styles
from textual.dom import DOMNode, NoScreen
from textual.reactive import Reactive
from textual.strip import Strip
from textual.widget import Widget
from textual.widgets import Input, Static

import authlens.ui
from authlens.ui import faster_textual
from authlens.ui.widgets.controls.field import Field
from ui.robot import running


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


async def test_nodes_are_styled_found_and_served_as_by_textual(tmp_path: Path) -> None:
    async with running(tmp_path) as robot:
        sheet = robot.app.stylesheet
        for key in ("f5", "tab", "f9", "escape", "f1"):
            await robot.press(key)
            nodes = [node for screen in robot.app.screen_stack for node in screen.walk_children(with_self=True)]
            assert len(nodes) > 50
            for node in nodes:
                fast = dict(node.styles.base._rules)
                faster_textual._apply_as_textual(sheet, node)
                assert dict(node.styles.base._rules) == fast, node
                for name, styles in node._component_styles.items():
                    part = DOMNode(classes=name)
                    part._attach(node)
                    faster_textual._apply_as_textual(sheet, part)
                    assert dict(part.styles.base._rules) == dict(styles.base._rules), (node, name)
                for message in (events.Key("a", "a"), events.Mount(), Input.Changed(Input(), "a")):
                    found = node._get_dispatch_methods(message.handler_name, message)
                    wanted = faster_textual._find_handlers(node, message.handler_name, message)
                    assert list(found) == list(wanted)
            for query in ("Field", "#members Field", "Screen > *", ".label, KeyLine", "*:focus", "#authorizer.-wanted"):
                selectors = parse_selectors(query)
                assert [faster_textual._match(selectors, node) for node in nodes] == [
                    match(selectors, node) for node in nodes
                ]


def test_a_node_outside_of_a_screen_says_so() -> None:
    inner, outer = Widget(), Widget()
    inner._attach(outer)
    assert inner.ancestors_with_self == [inner, outer]
    assert inner.css_path_nodes == [outer, inner]
    with pytest.raises(NoScreen):
        inner.screen  # noqa: B018


class _Counted:
    def method(self, one: int, *rest: int, two: int = 2, **others: int) -> None: ...

    def none(self) -> None: ...

    @staticmethod
    def static(one: int) -> None: ...

    @classmethod
    def of_class(cls, one: int) -> None: ...

    def __call__(self, one: int, two: int) -> None: ...


@wraps(_Counted.none)
def _wrapped(one: int, two: int) -> None: ...


@pytest.mark.parametrize(
    "call",
    [
        _Counted().method,
        _Counted().none,
        _Counted.static,
        _Counted.of_class,
        _Counted(),
        _Counted,
        _wrapped,
        partial(_Counted().method, 1),
        lambda *all_of_them: None,
        "text".split,
    ],
)
def test_parameters_are_counted_as_in_the_signature(call: Callable[..., Any]) -> None:
    assert faster_textual._count_parameters(call) == len(inspect.signature(call).parameters)
