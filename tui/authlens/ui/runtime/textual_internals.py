"""Clears what Textual 8.2.8 keeps of a widget that is gone: memory that would grow with every dialog."""

from __future__ import annotations

from textual._styles_cache import StylesCache
from textual.dom import DOMNode


def forget_watcher(watcher: DOMNode, watched: DOMNode) -> None:
    """End the watching of a value that outlives its watcher; Textual does so when the value changes."""
    for watchers in getattr(watched, "__watchers", {}).values():
        watchers[:] = [each for each in watchers if each[0] is not watcher]


def forget_styles() -> None:
    """Free the colours of closed widgets: Textual caches them together with the widget."""
    StylesCache.get_inner_outer.cache_clear()
