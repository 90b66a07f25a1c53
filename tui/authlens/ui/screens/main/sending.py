"""Sending, and learning who is talked to. Nothing here blocks: the calls run on threads that can be left behind."""

from __future__ import annotations

import asyncio
import time
from collections.abc import Callable
from dataclasses import replace
from datetime import datetime
from pathlib import Path
from typing import TypeVar

from textual import work
from textual.timer import Timer

from authlens.core.invocation.gateway import CallFailed
from authlens.core.invocation.invocation import Failure, FailureKind, Invocation
from authlens.core.request.authorizer import Authorizer
from authlens.core.request.target import Target
from authlens.core.saved.saved_request import SavedRequest
from authlens.sending import Sender, files_of
from authlens.ui.model.batch import base_of
from authlens.ui.model.screen_values import Running
from authlens.ui.runtime import background
from authlens.ui.runtime.background import TooManyAbandoned
from authlens.ui.screens.dialogs.trust import may_send
from authlens.ui.screens.main.form import MainState

Answer = TypeVar("Answer")

SETTLED = 0.6
"""Seconds without typing after which a name is looked up."""
LOOK_UP = 15.0
"""Seconds that looking up an authorizer or an identity may take."""


class Sending(MainState):
    _sent_at: float | None = None
    _sends: int = 0
    """How many requests were sent: a call that was given up for another must not end that one's clock."""
    _ticking: Timer | None = None
    _settling: Timer | None = None
    _looked_up: tuple[object, str] | None = None

    def action_send(self) -> None:
        """Send what the form holds."""
        problem = self.draft.problem
        if problem is not None:
            self.notify(f"The password cannot be sent: {problem}", severity="warning", markup=False)
            return
        self.send(self.draft.saved)

    @work(exclusive=True, group="send")
    async def send(self, saved: SavedRequest, again: Invocation | None = None) -> None:
        """Send a request and show what comes of it. A second press gives the first call up.

        again: the invocation that it was taken from; its relative paths start beside its own file.
        """
        own = None if self.file.path is None else str(self.file.path)
        source, base = (own, self.base) if again is None else (again.source, base_of(again, self.base))
        sources = self.file.sources if again is None else files_of(source)
        if not await may_send(self, self.sender, self.desk, saved, base, sources):
            return
        started_at, self._sent_at = self.desk.now(), time.monotonic()
        self._sends += 1
        number = self._sends
        self._tick()
        sender, timed = self.sender, self._timed(saved)
        seconds = self.desk.settings.total_timeout
        try:
            invocation = await background.call(lambda: sender.send(timed, base, source), seconds)
            known = invocation.authorizer or self.known_authorizer(saved)
            invocation = replace(invocation, target=saved.target, authorizer=known)
        except TimeoutError:
            invocation = _given_up(saved, source, started_at, seconds, f"No whole answer within {seconds:g} s.")
        except asyncio.CancelledError:
            passed = (self.desk.now() - started_at).total_seconds()
            given_up = _given_up(saved, source, started_at, passed, "You gave up waiting.")
            if number == self._sends:
                self._arrived(given_up)
            elif self.is_mounted:
                self._record(given_up)
            raise
        except TooManyAbandoned as error:
            invocation = _given_up(saved, source, started_at, 0.0, str(error))
        self._arrived(invocation)

    def known_authorizer(self, saved: SavedRequest) -> Authorizer | None:
        """What was read of the request's authorizer at its target: its tokenKeyName tells where the token stands."""
        authorizer, name = self.authorizer, saved.request.authorizer_name
        is_meant = self._looked_up == (saved.target, name)
        return authorizer if is_meant and authorizer is not None and authorizer.name == name else None

    def _timed(self, saved: SavedRequest) -> SavedRequest:
        """With the time-outs of the settings where the request has none of its own."""
        settings, target = self.desk.settings, saved.target
        connect = target.connect_timeout if target.connect_timeout is not None else settings.connect_timeout
        read = target.read_timeout if target.read_timeout is not None else settings.read_timeout
        return replace(saved, target=replace(target, connect_timeout=connect, read_timeout=read))

    def _arrived(self, invocation: Invocation) -> None:
        self._stop_ticking()
        if self.is_mounted and self.app.is_running:
            self.invocation = invocation
            self.shown_number = None
            self.arrived(invocation)
            self._record(invocation)
            self.look_up(is_sent=_reached(invocation))

    def arrived(self, invocation: Invocation) -> None:
        """A request was answered."""

    @work(group="record")
    async def _record(self, invocation: Invocation) -> None:
        """Into the history; the answer is on the screen already."""
        history = self.history
        if history is None:
            return
        recorded = await background.call(lambda: history.record(invocation))
        self.history_problem = history.problem or ""
        if self.invocation is invocation:
            self.invocation = recorded
            self.shown_number = recorded.number
        self.recorded()

    def recorded(self) -> None:
        """The history has grown."""

    def action_abandon(self) -> None:
        """Stop waiting for the answer. The call cannot be killed."""
        self.workers.cancel_group(self, "send")

    def check_action(self, action: str, parameters: tuple[object, ...]) -> bool | None:
        if action == "abandon":
            return self.running is not None
        return super().check_action(action, parameters)

    # The time it takes

    def _tick(self) -> None:
        # The answer before does not get newer by a second press.
        self.running = Running(is_long=self.running is not None and self.running.is_long)
        self.refresh_bindings()
        if self._ticking is None:
            self._ticking = self.set_interval(0.5, self._count)

    def _count(self) -> None:
        if self.running is not None and self._sent_at is not None:
            self.running = Running(time.monotonic() - self._sent_at, self.sender.seeks_credentials(), is_long=True)

    def _stop_ticking(self) -> None:
        self.running = None
        self.refresh_bindings()
        if self._ticking is not None:
            self._ticking.stop()
            self._ticking = None

    # Who is talked to

    def settle(self) -> None:
        """Something was typed: look the authorizer up when the typing has paused."""
        if (self.target, self.authorizer_name) == self._looked_up:
            return
        if self._settling is not None:
            self._settling.stop()
        self._settling = self.set_timer(SETTLED, self.look_up)

    @work(exclusive=True, group="look up")
    async def look_up(self, is_sent: bool = False) -> None:
        """Ask who we are, what the authorizer is and, after a send, what is deployed. No refusal is the request's."""
        target, name, base, sender = self.target, self.authorizer_name, self.base, self.sender
        if self._looked_up is None or self._looked_up[0] != target:
            self.configured = self.identity = None
        if self._looked_up != (target, name):
            self.deployment = None
        self._looked_up = (target, name)
        self.authorizer_problem = ""
        sources = self.file.sources
        if not await background.call(lambda: sender.gate.may_look_up(target, base, sources)):
            # What only a file names is used for nothing before the first send.
            self.authorizer = None
            self.authorizer_problem = await _problem(sender, target, base, sources)
            return
        if self.configured is None:
            configured = await _asked(lambda: sender.configured(target, base))
            self.configured = None if isinstance(configured, str) else configured
        if name:
            found = await _asked(lambda: sender.describe(name, target, base))
            self.authorizer = None if isinstance(found, str) else found
            self.authorizer_problem = found if isinstance(found, str) else ""
        if self.identity is None:
            identity = await _asked(lambda: sender.identity(target, base))
            self.identity = None if isinstance(identity, str) else identity
        authorizer = self.authorizer
        if self.desk.settings.deployment == "off":
            return
        if is_sent and authorizer is not None and authorizer.name == name:
            deployment = await _asked(lambda: sender.deployment(authorizer, target, base))
            self.deployment = None if isinstance(deployment, str) else deployment


def _reached(invocation: Invocation) -> bool:
    """Whether AWS answered: where it did not, asking it more would only wait as long."""
    return invocation.failure is None or invocation.failure.kind is FailureKind.AWS


async def _problem(sender: Sender, target: Target, base: Path | None, sources: tuple[Path, ...]) -> str:
    wanted = await background.call(lambda: sender.gate.wanted(target, base, sources, remember=False))
    return "not trusted" if wanted else "looked up when it is sent"


async def _asked(work: Callable[[], Answer]) -> Answer | str:
    """The answer, or in a word why there is none."""
    try:
        return await background.call(work, LOOK_UP)
    except CallFailed as error:
        failure = error.failure
        return _SHORT.get(failure.kind) or _SHORT_AWS.get(failure.error, failure.error)
    except (TimeoutError, TooManyAbandoned):
        return "no answer"


_SHORT = {
    FailureKind.CREDENTIALS: "no credentials",
    FailureKind.CONFIGURATION: "not configured",
    FailureKind.UNREACHABLE: "unreachable",
    FailureKind.LOCAL: "local endpoint failed",
    FailureKind.NOT_TRUSTED: "not trusted",
    FailureKind.TIMED_OUT: "no answer",
    FailureKind.BROKEN_ANSWER: "broken answer",
}
_SHORT_AWS = {"ResourceNotFoundException": "not found", "AccessDeniedException": "may not be described"}


def _given_up(saved: SavedRequest, source: str | None, started_at: datetime, seconds: float, why: str) -> Invocation:
    from authlens.sending import left_behind

    invocation = left_behind(saved, source, started_at, seconds)
    assert isinstance(invocation.result, Failure)
    return replace(invocation, result=replace(invocation.result, message=why))
