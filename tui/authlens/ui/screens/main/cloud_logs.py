"""Reading on demand what the deployed function logged, and what AWS IoT logged of the client's real connections."""

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta

from textual import work

from authlens.core.invocation.cloud_log import (
    CONNECTIONS,
    LATE,
    LogQuery,
    connections_query,
    function_query,
    log_text,
    window,
)
from authlens.core.invocation.gateway import CallFailed
from authlens.core.invocation.invocation import Invocation
from authlens.ui.runtime import background
from authlens.ui.runtime.background import TooManyAbandoned
from authlens.ui.screens.main.form import MainState
from authlens.ui.screens.main.sending import LOOK_UP
from authlens.ui.text.answer.cloud_log_lines import CloudLog
from authlens.ui.widgets.answer.answer_pane import AnswerPane

RECENT = timedelta(minutes=30)
"""How far back real connections are looked for: the device was tried some time before."""


class Deployed(MainState):
    @work(exclusive=True, group="cloud log")
    async def action_read_log(self) -> None:
        """What the function logged while the invocation ran."""
        shown, authorizer = self.invocation, self.authorizer
        if shown is None or authorizer is None or authorizer.name != shown.request.authorizer_name:
            self.notify("Send the request first: its function and the time tell where to look.", markup=False)
            return
        query = function_query(authorizer, *window(shown), self.deployment)
        await self._read(shown, query, f"CloudWatch Logs, {query.group}, around this invocation:")

    @work(exclusive=True, group="cloud log")
    async def action_read_connections(self) -> None:
        """What AWS IoT logged of real connections of the client."""
        shown = self.invocation
        if shown is None:
            self.notify("Send the request first: its client id tells what to look for.", markup=False)
            return
        mqtt, now = shown.request.mqtt_context, self.desk.now()
        client = mqtt.client_id if mqtt else None
        whose = f"client {client}" if client else "every client"
        title = f"CloudWatch Logs, {CONNECTIONS}, {whose}, the last {RECENT.seconds // 60} minutes:"
        await self._read(shown, connections_query(client, now - RECENT, now), title)

    async def _read(self, shown: Invocation, query: LogQuery, title: str) -> None:
        sender, target, base = self.sender, self.target, self.base
        self._show_log(CloudLog(shown, title, "Reading …"))
        text = await _said(lambda: log_text(sender.log(query, target, base)))
        self._show_log(CloudLog(shown, title, text))

    def _show_log(self, log: CloudLog) -> None:
        pane = self.query_one(AnswerPane)
        pane.cloud_log = log
        if pane.pages.chosen != "log":
            pane.pages.open("log")


async def _said(read: Callable[[], str]) -> str:
    """The lines, or why there are none."""
    try:
        return await background.call(read, LOOK_UP) or f"Nothing was logged there in that time. {LATE}"
    except CallFailed as error:
        return f"It could not be read: {error.words}"
    except TimeoutError:
        return f"No answer within {LOOK_UP:g} s."
    except TooManyAbandoned as error:
        return str(error)
