"""What Textual 8.2.8 does slowly on the way to the first paint and with each key, done fast and with the same result.

It is imported before Textual's own widgets, because it changes how their classes are made.
"""

# ruff: noqa: E402

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from functools import cache, lru_cache
from types import FunctionType, MethodType
from typing import Any

from rich.segment import Segment
from textual.cache import FIFOCache, LRUCache
from textual.css.model import RuleSet
from textual.dom import DOMNode
from textual.reactive import Reactive
from textual.strip import Strip


@cache
def _declared(cls: type) -> tuple[dict[str, Reactive[Any]], tuple[str, ...]]:
    """The reactive values of one class without its bases, and the names of those that it computes."""
    own = vars(cls)
    reactive = {name: value for name, value in own.items() if isinstance(value, Reactive)}
    computing = (name.lstrip("_") for name in own if name.startswith(("compute_", "_compute_")))
    return reactive, tuple(name.removeprefix("compute_") for name in computing)


def _make_class(
    cls: Any, inherit_css: bool = True, inherit_bindings: bool = True, inherit_component_classes: bool = True
) -> None:
    """What Textual does with a new class of nodes, but with one look at each of its bases.

    Textual goes through everything of all bases for each class, which takes a twentieth of the time to the first paint.
    """
    super(DOMNode, cls).__init_subclass__()
    cls._inherit_css, cls._inherit_bindings = inherit_css, inherit_bindings
    cls._inherit_component_classes = inherit_component_classes
    cls._reactives, cls._computes = {}, frozenset()
    for base in reversed(cls.__mro__):
        reactive, computed = _declared(base)
        cls._reactives |= reactive
        cls._computes |= set(computed)
    styled_as = [base.__name__ for base in cls._css_bases(cls)]
    cls._css_type_name, cls._css_type_names = styled_as[0], frozenset(styled_as)
    cls._merged_bindings = cls._merge_bindings()


DOMNode.__init_subclass__ = classmethod(_make_class)  # type: ignore[assignment]

# A set of rules is made for each node that is styled; Textual's own hash is the identity too, but in Python.
RuleSet.__hash__ = object.__hash__  # type: ignore[method-assign]


def _begin_strip(self: Any, segments: Iterable[Segment], cell_length: int | None = None) -> None:
    self._segments = list(segments)
    self._cell_length = cell_length
    self._render_cache = self._link_ids = self._cell_count = None


_CACHES = {
    "_divide_cache": 4,
    "_crop_cache": 16,
    "_style_cache": 16,
    "_filter_cache": 4,
    "_line_length_cache": 4,
    "_crop_extend_cache": 4,
    "_offsets_cache": 4,
}
"""The caches of a strip and their sizes. Most are never used: a paint makes strips by the hundred."""


def _begin_cache(self: Strip, name: str) -> FIFOCache[Any, Any]:
    if name not in _CACHES:
        raise AttributeError(name)
    cache: FIFOCache[Any, Any] = FIFOCache(_CACHES[name])
    setattr(self, name, cache)
    return cache


Strip.__init__ = _begin_strip  # type: ignore[method-assign]
Strip.__getattr__ = _begin_cache  # type: ignore[attr-defined]


from textual import _callback
from textual.css import query
from textual.css.match import _check_selectors
from textual.css.model import CombinatorType, SelectorSet, SelectorType
from textual.css.styles import RenderStyles, RulesMap
from textual.css.stylesheet import Stylesheet
from textual.dom import NoScreen
from textual.message import Message
from textual.message_pump import MessagePump
from textual.screen import Screen
from textual.widget import Widget


def _ancestors(self: MessagePump) -> list[DOMNode]:
    """The way from a node to the app, without the node."""
    found: list[Any] = []
    parent = self._MessagePump__parent  # type: ignore[attr-defined]
    while parent is not None and (node := parent()) is not None:
        found.append(node)
        parent = node._MessagePump__parent
    return found


def _ancestors_with_self(self: DOMNode) -> list[DOMNode]:
    return [self, *_ancestors(self)]


def _css_path_nodes(self: DOMNode) -> list[DOMNode]:
    return [self, *(node for node in _ancestors(self) if isinstance(node, DOMNode))][::-1]


def _screen(self: DOMNode) -> Screen[Any]:
    """The screen that a node is in: asked for with every place and size."""
    node: Any = self
    while not isinstance(node, Screen):
        parent = node._MessagePump__parent
        node = None if parent is None else parent()
        if node is None:
            raise NoScreen("node has no screen")
    return node


def _is_disabled(self: Widget) -> bool:
    """Whether the widget or one that it is in is disabled: asked for each widget by most style sheets."""
    node: Any = self
    while isinstance(node, Widget):
        if node.__dict__.get("_reactive_disabled"):
            return True
        parent = node._MessagePump__parent  # type: ignore[attr-defined]
        node = None if parent is None else parent()
    return False


DOMNode.ancestors = property(_ancestors)  # type: ignore[assignment, method-assign]
DOMNode.ancestors_with_self = property(_ancestors_with_self)  # type: ignore[assignment, method-assign]
DOMNode.css_path_nodes = property(_css_path_nodes)  # type: ignore[assignment, method-assign]
DOMNode.screen = property(_screen)  # type: ignore[assignment, method-assign]
Widget.is_disabled = property(_is_disabled)  # type: ignore[assignment, method-assign]


def _match(selector_sets: Iterable[SelectorSet], node: DOMNode) -> bool:
    """Whether a query finds a node: mostly its last selector, or its only one, says no."""
    for each in selector_sets:
        selectors = each.selectors
        if selectors[-1].check(node):
            is_alone = len(selectors) == 1 and selectors[0].combinator is CombinatorType.DESCENDENT
            if is_alone or _check_selectors(selectors, node.css_path_nodes):
                return True
    return False


query.match = _match  # type: ignore[attr-defined]


_count_by_signature = _callback._count_parameters


def _count_parameters(func: Callable[..., Any]) -> int:
    """As many as `inspect.signature` finds, without making one for each new function of the same code."""
    if isinstance(func, FunctionType) and not func.__dict__.keys() & {"__wrapped__", "__signature__"}:
        code = func.__code__
        return code.co_argcount + code.co_kwonlyargcount + bool(code.co_flags & 4) + bool(code.co_flags & 8)
    if isinstance(func, MethodType) and isinstance(func.__func__, FunctionType) and func.__func__.__code__.co_argcount:
        return _count_parameters(func.__func__) - 1
    return _count_by_signature(func)


_callback._count_parameters = _count_parameters


_get_reactive = Reactive.__get__


def _get(self: Reactive[Any], node: Any, node_type: type) -> Any:
    """The value that a node keeps; what it computes, and what it has not kept yet, is for Textual."""
    if node is not None and self.name not in node._computes:
        try:
            return node.__dict__[self.internal_name]
        except KeyError:
            pass
    return _get_reactive(self, node, node_type)


Reactive.__get__ = _get  # type: ignore[assignment, method-assign]


_find_handlers = MessagePump._get_dispatch_methods
_Handlers = tuple[tuple[type, tuple[Callable[..., Any], ...]], ...]


@cache
def _handlers(cls: type, name: str, message: type[Any]) -> _Handlers | None:
    """What a class and its bases do with a kind of message; `None` where that depends on the message's sender."""
    kinds = [kind for kind in message.__mro__ if issubclass(kind, Message)]
    found, seen = [], set()
    for base in cls.__mro__:
        own = []
        marked = base.__dict__.get("_decorated_handlers") or {}
        for method, selectors in (each for kind in kinds for each in marked.get(kind, ())):
            if selectors:
                return None
            if method not in seen:
                seen.add(method)
                own.append(method)
        named = base.__dict__.get(f"_{name}") or base.__dict__.get(name)
        if named is not None and not getattr(named, "_textual_on", None):
            own.append(named)
        if own:
            found.append((base, tuple(own)))
    return tuple(found)


def _dispatch_methods(self: MessagePump, name: str, message: Message) -> Iterator[tuple[type, Callable[..., Any]]]:
    kind: Any = type(message)
    handlers = _handlers(type(self), name, kind)
    if handlers is None:
        yield from _find_handlers(self, name, message)
        return
    for cls, methods in handlers:
        if message._no_default_action:
            return
        for method in methods:
            yield cls, method.__get__(self, cls)


MessagePump._get_dispatch_methods = _dispatch_methods  # type: ignore[assignment, method-assign]


def _get_rule(self: RenderStyles, rule_name: str, default: object = None) -> object:
    inline: Any = self._inline_styles._rules
    return inline[rule_name] if rule_name in inline else self._base_styles._rules.get(rule_name, default)


def _has_rule(self: RenderStyles, rule_name: str) -> bool:
    return rule_name in self._inline_styles._rules or rule_name in self._base_styles._rules


RenderStyles.get_rule = _get_rule  # type: ignore[method-assign]
RenderStyles.has_rule = _has_rule  # type: ignore[method-assign]


_replace_animated = Stylesheet.replace_rules


def _replace_rules(cls: type[Stylesheet], node: DOMNode, rules: RulesMap, animate: bool = False) -> None:
    """Set what differs; Textual sets everything, and looks for what to animate although no rule asks for that."""
    if animate and rules.get("transitions"):
        _replace_animated(node, rules, animate)
        return
    styles = node.styles.base
    before: Any = styles._rules
    for name in before.keys() | rules.keys():
        value = rules.get(name)
        if before.get(name) is not value:
            setattr(styles, name, value)
    node.notify_style_update()


Stylesheet.replace_rules = classmethod(_replace_rules)  # type: ignore[assignment, method-assign]


_apply_as_textual = Stylesheet.apply
_OWN = frozenset({"hover", "focus", "blur", "disabled", "enabled", "can-focus"})
"""What a style sheet may ask of a node, whatever the nodes around it."""
_OF_APP = frozenset({"dark", "light", "inline", "ansi", "nocolor"})
_NAMED = {SelectorType.TYPE: 0, SelectorType.CLASS: 1, SelectorType.ID: 2}
_applied: LRUCache[tuple[object, ...], RulesMap] = LRUCache(4096)


class _Chosen:
    """The rules that may be for a node, and what they ask of it and of the nodes that it is in."""

    def __init__(self, rules: tuple[RuleSet, ...]) -> None:
        self.rules = rules
        asked = frozenset[str]().union(*(rule.pseudo_classes for rule in rules))
        self.is_hover = "hover" in asked
        self.is_of_way_alone = asked <= _OWN | _OF_APP
        self._own, self._of_app = sorted(asked & _OWN), sorted(asked & _OF_APP)
        selectors = [each for rule in rules for group in rule.selector_set for each in group.selectors]
        names: tuple[set[str], ...] = set(), {"-textual-system"}, set()
        for each in selectors:
            if each.type in _NAMED:
                names[_NAMED[each.type]].add(each.name)
        self._types, self._classes, self._ids = map(frozenset, names)
        self._is_of_all = any(each.type not in _NAMED for each in selectors)

    def key(self, node: DOMNode) -> tuple[object, ...]:
        """The same for all nodes that the same of the rules are for."""
        way = node.css_path_nodes
        return (self.rules, *map(self._seen, way), *_states(way[0], self._of_app))

    def _seen(self, node: DOMNode) -> tuple[object, ...] | None:
        types, classes = node._css_type_names & self._types, self._classes & node._classes
        name = node._id if node._id in self._ids else None
        if types or classes or name or self._is_of_all:
            return (types, classes, name, *_states(node, self._own))
        return None


_chosen = lru_cache(1024)(_Chosen)


def _states(node: DOMNode, names: Iterable[str]) -> list[bool | None]:
    known: Any = node._PSEUDO_CLASSES
    return [known[name](node) if name in known else None for name in names]


def _choose(sheet: Stylesheet, node: DOMNode) -> _Chosen:
    rules_map = sheet.rules_map
    known: Any = sheet.__dict__.get("_chosen")
    if known is None or known[0] is not rules_map:
        sheet._chosen = known = (rules_map, {})  # type: ignore[attr-defined]
    names = frozenset(rules_map.keys() & node._selector_names)
    if names not in known[1]:
        limit = {rule for name in names for rule in rules_map[name]}
        known[1][names] = _chosen(tuple(rule for rule in reversed(sheet.rules) if rule in limit))
    chosen: _Chosen = known[1][names]
    return chosen


def _apply(
    self: Stylesheet, node: DOMNode, *, animate: bool = False, cache: dict[tuple[Any, ...], RulesMap] | None = None
) -> None:
    """As Textual does, but rules are matched once for all nodes that are alike in what the rules ask for."""
    chosen = _choose(self, node)
    if not chosen.is_of_way_alone:
        _apply_as_textual(self, node, animate=animate, cache=cache)
        return
    key = chosen.key(node)
    known = _applied.get(key)
    if known is None:
        fresh: dict[tuple[Any, ...], RulesMap] = {}
        _apply_as_textual(self, node, animate=animate, cache=fresh)
        for applied in fresh.values():
            _applied[key] = applied
        return
    node._has_hover_style = chosen.is_hover
    node._has_focus_within = node._has_order_style = node._has_odd_or_even = False
    self.replace_rules(node, known, animate=animate)
    self._process_component_classes(node)


Stylesheet.apply = _apply  # type: ignore[method-assign]
