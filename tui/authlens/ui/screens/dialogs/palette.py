"""Textual's command palette, made to bear any key at any moment and in any terminal."""

from __future__ import annotations

from textual.command import CommandInput, CommandList, CommandPalette

from authlens.ui.runtime.textual_internals import forget_styles


class Palette(CommandPalette):
    DEFAULT_CSS = """
    Palette > Vertical { min-width: 16; }
    """

    def on_mount(self) -> None:
        """Whoever wants nothing to move wants no blinking either."""
        self.query_one(CommandInput).cursor_blink = self.app.animation_level != "none"

    def on_unmount(self) -> None:
        forget_styles()

    def _action_command_list(self, action: str) -> None:
        # Textual 8.2.8 turns a page without looking whether the list has been laid out, or has room for a line.
        if self.query_one(CommandList)._lines:
            super()._action_command_list(action)
