"""A pasted command line or logged event fills the form; undo brings back what was there."""

from __future__ import annotations

from dataclasses import replace

from textual import events

from authlens.core.request.target import Target
from authlens.ui.model.draft import of_saved
from authlens.ui.screens.main.form import MainState
from authlens.ui.widgets.controls.field import Field


class Pasting(MainState):
    def on_field_request_pasted(self, event: Field.RequestPasted) -> None:
        event.stop()
        self._fill(event.text)

    def on_paste(self, event: events.Paste) -> None:
        """What is pasted elsewhere than into a field."""
        from authlens.ui.model.pasted import holds_request

        if holds_request(event.text):
            self._fill(event.text)

    def _fill(self, text: str) -> None:
        from authlens.ui.model.pasted import Unreadable, read_pasted

        try:
            pasted = read_pasted(text, self.draft.authorizer_name)
        except Unreadable as error:
            self.notify(str(error), severity="warning", timeout=10, markup=False)
            return
        draft = of_saved(pasted.saved)
        target = draft.target if draft.target != Target() else self.draft.target
        self.sender.gate.vouch(draft.target, self.base)
        self.put(replace(draft, target=target, description=self.draft.description))
        said = f"The form holds the pasted {pasted.what}. Ctrl+Z brings back what was there."
        self.notify("\n".join([said, *pasted.notes]), timeout=10 if pasted.notes else 5, markup=False)
