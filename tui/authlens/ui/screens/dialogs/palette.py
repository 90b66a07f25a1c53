"""Textual's command palette, made to bear any key at any moment and in any terminal."""

from __future__ import annotations

from textual.command import CommandInput

from authlens.ui.runtime.textual_internals import SteadyPalette, forget_styles


class Palette(SteadyPalette):
    DEFAULT_CSS = """
    Palette > Vertical { min-width: 16; }
    """

    def on_mount(self) -> None:
        """Whoever wants nothing to move wants no blinking either."""
        self.query_one(CommandInput).cursor_blink = self.app.animation_level != "none"

    def on_unmount(self) -> None:
        forget_styles()
