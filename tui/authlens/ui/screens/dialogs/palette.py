"""Textual's command palette, made to survive any key at any moment in any terminal."""

from __future__ import annotations

from textual.command import CommandInput

from authlens.ui.runtime.textual_internals import SteadyPalette, forget_styles


class Palette(SteadyPalette):
    DEFAULT_CSS = """
    Palette > Vertical { min-width: 16; }
    """

    def on_mount(self) -> None:
        """Without animations the cursor does not blink either."""
        self.query_one(CommandInput).cursor_blink = self.app.animation_level != "none"

    def on_unmount(self) -> None:
        forget_styles()
