"""A widget that may be painted once more after it was removed.

Textual 8.2.8 takes the component styles from a removed widget before the next layout leaves it out, and a paint may
come between the two. So whatever reads component styles when it draws draws nothing once it is out of the tree.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from textual.geometry import Region
from textual.strip import Strip

if TYPE_CHECKING:
    from textual.widget import Widget
else:
    # Textual takes styles from the first base that is a widget, which must be the one that is drawn.
    Widget = object


class PaintGuard(Widget):
    def render_lines(self, crop: Region) -> list[Strip]:
        if self.parent is None:
            return [Strip.blank(crop.width)] * crop.height
        return super().render_lines(crop)
