"""Watches a function's code: the request is sent again whenever it changes, and compared with the previous answer."""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from typing import TYPE_CHECKING

from authlens.ui.runtime import background
from authlens.ui.runtime.host import Host
from authlens.ui.screens.main.answer import AnswerController
from authlens.ui.screens.main.form import FormController
from authlens.ui.screens.main.sending import SendController

if TYPE_CHECKING:
    from authlens.endpoint.local_code import CodeWatch

PERIOD = 0.25
"""Seconds between two checks of the code. A change is sent once a second check finds nothing new: a save takes time."""


class WatchController:
    def __init__(
        self,
        host: Host,
        form: FormController,
        answer: AnswerController,
        sending: SendController,
        changed: Callable[[bool], None],
    ) -> None:
        self._host = host
        self._form = form
        self._answer = answer
        self._sending = sending
        self._changed = changed
        self.watching = False
        self.code_state: int | None = None
        """The code as it was when last looked at."""

    def toggle(self) -> None:
        """Begin to watch the code behind the target, or stop."""
        if self.watching:
            self._publish(False)
            self._host.cancel("watch")
            self._host.notify("No longer watching the code.", kind="watch")
        elif self._form.state.target.local is None:
            self._host.notify("Only a local target has code to watch. Choose one with F9.", "warning", kind="watch")
        else:
            self._publish(True)
            self._host.run(self._watch, "watch")
            self._host.notify("Watching the code: every change sends the request again.", kind="watch")

    async def _watch(self) -> None:
        """Check the code of the current target; switching targets is not a change of the code."""
        from authlens.endpoint.local_code import CodeWatch

        form = self._form.state
        target, base = form.target, form.base
        code = CodeWatch.of(target, base)
        self.code_state = await self._look_at(code)
        is_changed = False
        while self.watching:
            await asyncio.sleep(PERIOD)
            now = self._form.state
            if now.target.local is None:
                self._publish(False)
                self._host.notify(
                    "No longer watching: the request goes to AWS now, and there is no code to watch.", kind="watch"
                )
                return
            if (now.target, now.base) != (target, base):
                self._host.run(self._watch, "watch")
                return
            before, self.code_state = self.code_state, await self._look_at(code)
            if is_changed and self.code_state == before:
                self._answer.follow()
                self._sending.send_form()
            is_changed = self.code_state != before

    async def _look_at(self, code: CodeWatch | None) -> int | None:
        """The state of the code; what cannot be read now is read next time."""
        try:
            return await background.call(code.state) if code else None
        except (OSError, background.TooManyAbandoned):
            return self.code_state

    def _publish(self, watching: bool) -> None:
        self.watching = watching
        self._changed(watching)
