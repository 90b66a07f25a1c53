"""Watching a function's code: the request is sent again whenever it changes, and compared with the answer before."""

from __future__ import annotations

import asyncio
from typing import TYPE_CHECKING

from textual import work
from textual.content import Content
from textual.reactive import var

from authlens.ui.runtime import background
from authlens.ui.screens.main.sending import Sending
from authlens.ui.widgets.answer.answer_pane import AnswerPane

if TYPE_CHECKING:
    from authlens.endpoint.local_code import CodeWatch

PERIOD = 0.25
"""Seconds between two looks at the code. A change is sent when a second look finds nothing new: a save takes time."""


class Watching(Sending):
    watching: var[bool] = var(False, init=False)
    code_state: int | None = None
    """The code as it was when last looked at."""

    def action_watch(self) -> None:
        """Begin to watch the code behind the target, or stop."""
        if self.watching:
            self.watching = False
            self.workers.cancel_group(self, "watch")
            self.notify("The code is not watched any more.", markup=False)
        elif self.target.local is None:
            self.notify("Only a local target has code to watch: choose one with F9.", severity="warning", markup=False)
        else:
            self.watching = True
            self._watch()
            self.notify("Watching the code: every change sends the request again.", markup=False)

    @work(exclusive=True, group="watch")
    async def _watch(self) -> None:
        """Look at the code of the target that there is now; another target is no change of code."""
        from authlens.endpoint.local_code import CodeWatch

        target, base = self.target, self.base
        code = CodeWatch.of(target, base)
        self.code_state = await self._look_at(code)
        is_changed = False
        while self.watching:
            await asyncio.sleep(PERIOD)
            if (self.target, self.base) != (target, base):
                self._watch()
                return
            before, self.code_state = self.code_state, await self._look_at(code)
            if is_changed and self.code_state == before:
                self._send_anew()
            is_changed = self.code_state != before

    async def _look_at(self, code: CodeWatch | None) -> int | None:
        """The state of the code; what cannot be read now is read the next time."""
        try:
            return await background.call(code.state) if code else None
        except (OSError, background.TooManyAbandoned):
            return self.code_state

    def _send_anew(self) -> None:
        if not self.pinned:
            self.baseline = self.invocation
        self.action_send()

    def watch_watching(self) -> None:
        for pane in self.query(AnswerPane):
            pane.border_subtitle = Content("watching the code" if self.watching else "")
