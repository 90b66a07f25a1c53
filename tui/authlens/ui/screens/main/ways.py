"""Other ways to send than the test call: the deployed function called directly, and several ways side by side."""

from __future__ import annotations

from typing import TYPE_CHECKING

from authlens.sending import Sender
from authlens.ui.runtime.host import Host
from authlens.ui.screens.main.form import FormController
from authlens.ui.screens.main.sending import SendController

if TYPE_CHECKING:
    from authlens.ui.screens.dialogs.function import FunctionCall


class WaysController:
    def __init__(self, sender: Sender, host: Host, form: FormController, sending: SendController) -> None:
        self._sender = sender
        self._host = host
        self._form = form
        self._sending = sending
        self._last: FunctionCall | None = None
        """What was chosen the last time."""

    def call_function(self) -> None:
        """Ask which version and which event, then call the function of the form's authorizer."""
        self._host.run(self._call_function, "function")

    async def _call_function(self) -> None:
        from authlens.ui.screens.dialogs.function import FunctionCall, FunctionDialog

        draft = self._form.state.draft
        if draft.problem is not None:
            self._host.notify(f"The password cannot be sent: {draft.problem}", "warning")
            return
        chosen = await self._host.ask(FunctionDialog(self._last or FunctionCall()))
        if chosen is not None:
            self._last = chosen
            self._sending.send(draft.saved, way=self._sender.function_way(chosen.version, chosen.event))
