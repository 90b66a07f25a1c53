"""The keys that matter now, on one line. Read from the active bindings: there is no other table of keys."""

from __future__ import annotations

from typing import NamedTuple

from textual import events
from textual.binding import Binding
from textual.content import Content
from textual.dom import DOMNode
from textual.widget import Widget


class _Key(NamedTuple):
    display: str
    binding: Binding
    comes_first: bool
    node: DOMNode
    """Whose action it is."""


class KeyLine(Widget):
    DEFAULT_CSS = """
    KeyLine { dock: bottom; height: 1; padding: 0 1; background: $panel; color: $foreground-muted; }
    """

    def on_mount(self) -> None:
        self.screen.bindings_updated_signal.subscribe(self, lambda _: self.refresh())

    def on_unmount(self) -> None:
        self.screen.bindings_updated_signal.unsubscribe(self)

    def render(self) -> Content:
        parts = []
        for key in self._fitting():
            parts.append(Content.assemble((key.display, "bold $footer-key-foreground"), f" {key.binding.description}"))
        return Content("  ").join(parts)

    def on_click(self, event: events.Click) -> None:
        end = self.gutter.left
        for key in self._fitting():
            end += _width(key)
            if event.x < end:
                self.call_later(self.app.run_action, key.binding.action, key.node)
                return

    def _fitting(self) -> list[_Key]:
        """As many as fit, in the order of the bindings: a widget's own come before the screen's.

        Those of the app stay: one of them leads to all the others.
        """
        keys = self._keys()
        room = self.content_size.width + 2 - sum(_width(key) for key in keys if key.node is self.app)
        fitting = []
        for key in keys:
            if key.node is not self.app:
                room -= _width(key)
            if room >= 0 or key.node is self.app:
                fitting.append(key)
        return fitting

    def _keys(self) -> list[_Key]:
        shown: dict[str, _Key] = {}
        for node, binding, enabled, _ in self.screen.active_bindings.values():
            if binding.show and enabled and binding.action not in shown:
                shown[binding.action] = _Key(
                    self.app.get_key_display(binding), binding, binding.priority and node is self.screen, node
                )
        return sorted(shown.values(), key=lambda key: not key.comes_first)


def _width(key: _Key) -> int:
    return len(key.display) + len(key.binding.description) + 3
