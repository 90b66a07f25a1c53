"""A pasted command line or logged event fills the form; undo brings back what was there."""

from __future__ import annotations

from dataclasses import replace

from authlens.core.target import Target
from authlens.ui.draft import of_saved
from authlens.ui.screens.main_state import MainState
from authlens.ui.widgets.field import Field


class Pasting(MainState):
    def on_field_command_pasted(self, event: Field.CommandPasted) -> None:
        event.stop()
        from authlens.core.command_line import CommandLineError, parse_command_line

        try:
            saved = parse_command_line(event.text)
        except CommandLineError as error:
            self.notify(f"The pasted command cannot be read: {error}", severity="warning", timeout=10, markup=False)
            return
        draft = of_saved(saved)
        target = draft.target if draft.target != Target() else self.draft.target
        self.put(replace(draft, target=target, description=self.draft.description))
        self.notify("The form holds the pasted command. Ctrl+Z brings back what was there.", markup=False)
