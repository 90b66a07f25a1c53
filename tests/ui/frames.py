"""Leaves out the frames that no test looks at: Textual paints each for no terminal, and throws it away.

They take a third of the time. Every text and picture that a test looks at is painted whole; a test about painting
itself asks for every frame.
"""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from contextvars import ContextVar

from rich.console import RenderableType
from textual._compositor import Compositor
from textual.screen import Screen

_paint = Compositor.render_update
_every_frame: ContextVar[bool] = ContextVar("every_frame", default=True)


def _render_update(
    self: Compositor, full: bool = False, screen_stack: list[Screen[object]] | None = None, simplify: bool = False
) -> RenderableType | None:
    if full or _every_frame.get():
        return _paint(self, full, screen_stack, simplify)
    self._dirty_regions.clear()
    return None


Compositor.render_update = _render_update  # type: ignore[method-assign]  # the one place where every frame is painted


@contextmanager
def painting(every_frame: bool) -> Iterator[None]:
    """Whether the apps that are started inside paint every frame. Textual's tasks inherit it."""
    token = _every_frame.set(every_frame)
    try:
        yield
    finally:
        _every_frame.reset(token)
