"""Sending one request at a time. Nothing here blocks: the call runs on a thread that can be left behind."""

from __future__ import annotations

import asyncio
import time
from collections.abc import Awaitable, Callable
from dataclasses import replace
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING, Protocol

from authlens.core.invocation.gateway import SendingWay
from authlens.core.invocation.invocation import Failure, FailureKind, Invocation, fault_of
from authlens.core.saved.saved_request import SavedRequest
from authlens.sending import Sender, files_of, left_behind, not_sent
from authlens.ui.model.batch import base_of, is_redacted
from authlens.ui.model.printed_lines import PrintedLines
from authlens.ui.model.screen_values import RunningCall
from authlens.ui.runtime import background
from authlens.ui.runtime.background import TooManyAbandoned
from authlens.ui.runtime.host import Host
from authlens.ui.runtime.services import AppServices
from authlens.ui.screens.dialogs.trust import may_send
from authlens.ui.screens.main.form import FormController
from authlens.ui.screens.main.identity import IdentityController

if TYPE_CHECKING:
    from authlens.core.request.authorizer import Authorizer
    from authlens.core.saved.expectation import Expectation


NO_AUTHORIZER = Failure(FailureKind.REFUSED_HERE, "MissingAuthorizer", "The request names no authorizer.")
"""No client sends such a request, so trust is not asked for, and no endpoint is started."""


class Arrived(Protocol):
    def __call__(self, invocation: Invocation, expect: Expectation | None, is_shown: bool) -> None:
        """A request was answered. `is_shown`: no later one was sent since."""


class SendController:
    def __init__(
        self,
        services: AppServices,
        sender: Sender,
        host: Host,
        form: FormController,
        identity: IdentityController,
        changed: Callable[[RunningCall | None], None],
        arrived: Arrived,
    ) -> None:
        self._services = services
        self._sender = sender
        self._host = host
        self._form = form
        self._identity = identity
        self._changed = changed
        self._arrived = arrived
        self._sends = 0
        """How many requests were sent: a call abandoned for another must not stop the other's clock."""
        self._sent_at = 0.0
        self._then: Callable[[Invocation], None] | None = None
        """What to do with the answer that is waited for."""
        self._stop_clock: Callable[[], None] | None = None
        self._printed = PrintedLines()
        self.running: RunningCall | None = None

    @property
    def is_running(self) -> bool:
        return self.running is not None

    def send_form(self) -> None:
        """Send the request in the form."""
        if not self._form.can_be_sent():
            return
        saved, source = self._form.state.sent, self._form.state.source
        if saved.request.authorizer_name:
            self.send(saved)
        else:
            self._sends += 1
            self._host.cancel("send")
            self._arrive(not_sent(saved, source, self._services.now(), NO_AUTHORIZER), saved)

    def send_again(self, invocation: Invocation, then: Callable[[Invocation], None] | None = None) -> None:
        """Send the request of an invocation as it was; the form stays as it is.

        then: receives the answer once it is shown, if it was waited for.
        """
        if is_redacted(invocation):
            self._host.notify("The history holds this request redacted, so it cannot be sent again.")
            return
        expect = self._form.expectation_for(invocation)
        self.send(replace(invocation.saved, expect=expect), invocation, then=then)

    def send(
        self,
        saved: SavedRequest,
        again: Invocation | None = None,
        way: SendingWay | None = None,
        then: Callable[[Invocation], None] | None = None,
    ) -> None:
        """Send a request and show its outcome. A second press abandons the first call.

        again: the invocation that it was taken from; its relative paths start at its own file.
        way: one other than the test call.
        """
        form = self._form.state
        source, base = (form.source, form.base) if again is None else (again.source, base_of(again, form.base))
        sources = form.file.sources if again is None else files_of(source)
        self._sends = number = self._sends + 1
        self._then = then
        self._host.forget("to send")
        asked = partial(may_send, self._host, self._sender, self._services, saved, base, sources, again is not None)
        self._host.run(lambda: self._ask_and_send(number, saved, source, base, asked, way), "send")

    def abandon(self) -> None:
        """Stop waiting for the answer. The call cannot be killed."""
        self._host.cancel("send")

    async def _ask_and_send(
        self,
        number: int,
        saved: SavedRequest,
        source: str | None,
        base: Path | None,
        asked: Callable[[], Awaitable[bool]],
        way: SendingWay | None,
    ) -> None:
        is_allowed = False
        try:
            is_allowed = await asked()
        finally:
            if not is_allowed and number == self._sends:
                self._stop()  # the previous call was abandoned for this one
        if is_allowed:
            await self._send(number, saved, source, base, way)

    async def _send(
        self, number: int, saved: SavedRequest, source: str | None, base: Path | None, way: SendingWay | None
    ) -> None:
        started_at, self._sent_at = self._services.now(), time.monotonic()
        self._start_clock(is_silent=way is not None)
        timed, seconds = self._timed(saved), self._services.settings.total_timeout
        self._printed = PrintedLines(saved, base)
        self._sender.printed(saved.target, base)  # what earlier calls printed is not of this one
        try:
            invocation = await background.call(lambda: self._sender.send(timed, base, source, way=way), seconds)
            known = invocation.authorizer or await self._known_authorizer(saved, base)
            invocation = replace(invocation, target=saved.target, authorizer=known)
        except TimeoutError:
            why = f"No complete response within {seconds:g} s."
            invocation = left_behind(saved, source, started_at, seconds, why, _doubt(way))
        except asyncio.CancelledError:
            passed = (self._services.now() - started_at).total_seconds()
            given_up = left_behind(saved, source, started_at, passed, "You stopped waiting.", _doubt(way))
            if number == self._sends:
                self._arrive(given_up, saved)
            elif self._host.is_open:
                self._arrived(given_up, saved.expect, is_shown=False)
            raise
        except TooManyAbandoned as error:
            invocation = left_behind(saved, source, started_at, 0.0, str(error))
        except Exception as error:  # noqa: BLE001  # the system has no thread left, say
            invocation = not_sent(saved, source, started_at, fault_of(error))
        self._arrive(invocation, saved)
        if self._then is not None and self._host.is_open:
            self._then(invocation)

    async def _known_authorizer(self, saved: SavedRequest, base: Path | None) -> Authorizer | None:
        """As it was described before the send, unless its file was edited since: then it is described again."""
        from authlens.look_ahead import is_outdated

        known = self._identity.known_authorizer(saved)
        if known is None or saved.target.local is None:
            return known
        return None if await background.call(lambda: is_outdated(known, saved, base)) else known

    def _arrive(self, invocation: Invocation, saved: SavedRequest) -> None:
        self._stop()
        if self._host.is_open:
            # What a saved request expects concerns the function's answer, which a device never sees.
            self._arrived(invocation, None if invocation.is_probe else saved.expect, is_shown=True)

    def _timed(self, saved: SavedRequest) -> SavedRequest:
        """With the time-outs of the settings if the request has none of its own."""
        settings, target = self._services.settings, saved.target
        connect = target.connect_timeout if target.connect_timeout is not None else settings.connect_timeout
        read = target.read_timeout if target.read_timeout is not None else settings.read_timeout
        return replace(saved, target=replace(target, connect_timeout=connect, read_timeout=read))

    # The time it takes

    def _start_clock(self, is_silent: bool) -> None:
        """is_silent: whether a dialog that closed shows that it began: a new layout would slow its connection down."""
        # A second press does not make the previous answer newer.
        running = RunningCall(is_long=self.running is not None and self.running.is_long)
        if is_silent:
            self.running = running
        else:
            self._publish(running)
        if self._stop_clock is None:
            self._stop_clock = self._host.every(0.5, self.count)

    def _stop(self) -> None:
        if self._stop_clock is not None:
            self._stop_clock()
            self._stop_clock = None
        if self.running is not None:
            self._publish(None)

    def count(self) -> None:
        if self.running is not None:
            seconds, printed = time.monotonic() - self._sent_at, self._printed
            if printed.saved is not None:
                printed.add(self._sender.printed(printed.saved.target, printed.base))
            self._publish(RunningCall(seconds, self._sender.seeks_credentials(), True, printed.last))

    def _publish(self, running: RunningCall | None) -> None:
        self.running = running
        self._changed(running)


def _doubt(way: SendingWay | None) -> str:
    return way.doubt if way is not None else ""
