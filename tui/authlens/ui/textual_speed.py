"""What Textual 8.2.8 does slowly on the way to the first paint and with each key, done fast and with the same result.

It uses private names of Textual, and is imported before any class of nodes is made: so before Textual's own widgets.
"""

from __future__ import annotations

from collections.abc import Iterable
from functools import cache
from typing import Any

from rich.segment import Segment
from textual.cache import FIFOCache
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
