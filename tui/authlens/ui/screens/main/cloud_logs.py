"""Reads, on demand, what the deployed function logged, and what AWS IoT logged about the client's real connections."""

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta
from pathlib import Path

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
from authlens.sending import Sender
from authlens.ui.model.batch import base_of
from authlens.ui.runtime import background
from authlens.ui.runtime.background import TooManyAbandoned
from authlens.ui.runtime.host import Host
from authlens.ui.runtime.services import AppServices
from authlens.ui.screens.main.answer import AnswerController
from authlens.ui.screens.main.form import FormController
from authlens.ui.screens.main.identity import LOOK_UP
from authlens.ui.text.answer.cloud_log_lines import CloudLog

RECENT = timedelta(minutes=30)
"""How far back real connections are looked for: the device was tried some time before."""
_LOCAL = "The function ran on this machine: its output is on the Log page, not in CloudWatch."


class LogController:
    def __init__(
        self,
        services: AppServices,
        sender: Sender,
        host: Host,
        form: FormController,
        answer: AnswerController,
        changed: Callable[[CloudLog], None],
    ) -> None:
        self._services = services
        self._sender = sender
        self._host = host
        self._form = form
        self._answer = answer
        self._changed = changed

    def read_function(self) -> None:
        """What the function logged while the invocation ran."""
        view = self._answer.view
        shown = view.invocation
        if shown is not None and shown.target.local is not None:
            self._host.notify(_LOCAL)
            return
        if shown is None or view.authorizer is None or view.authorizer.name != shown.request.authorizer_name:
            self._host.notify("Send the request first: its function and the time say where to look.", kind="to send")
            return
        query = function_query(view.authorizer, *window(shown), view.deployment)
        self._read(shown, query, f"CloudWatch Logs, {query.group}, around this invocation:")

    def read_connections(self) -> None:
        """What AWS IoT logged of real connections of the client."""
        shown = self._answer.invocation
        if shown is None:
            self._host.notify("Send the request first: its client id says what to look for.", kind="to send")
            return
        if shown.target.local is not None:
            self._host.notify("This was sent to a local target, so AWS IoT logged nothing about it.")
            return
        client, now = shown.request.client_id, self._services.now()
        whose = f"client {client}" if client else "every client"
        title = f"CloudWatch Logs, {CONNECTIONS}, {whose}, the last {RECENT.seconds // 60} minutes:"
        self._read(shown, connections_query(client, now - RECENT, now), title)

    def _read(self, shown: Invocation, query: LogQuery, title: str) -> None:
        base = base_of(shown, self._form.state.base)
        self._host.run(lambda: self._show(shown, query, title, base), "cloud log")

    async def _show(self, shown: Invocation, query: LogQuery, title: str, base: Path | None) -> None:
        self._changed(CloudLog(shown, title, "Reading …"))
        text = await _text(lambda: log_text(self._sender.log(query, shown.target, base)))
        self._changed(CloudLog(shown, title, text))


async def _text(read: Callable[[], str]) -> str:
    """The lines, or why there are none."""
    try:
        return await background.call(read, LOOK_UP) or f"Nothing was logged there during that time. {LATE}"
    except CallFailed as error:
        return f"The log could not be read: {error.words}"
    except TimeoutError:
        return f"No answer within {LOOK_UP:g} s."
    except TooManyAbandoned as error:
        return str(error)
