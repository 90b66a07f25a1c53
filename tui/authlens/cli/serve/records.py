"""Writes what the device listener observes: lines for people, JSON lines for programs, records in the history.

Secrets are masked everywhere except in the history, which follows the user's settings. Masking is the most expensive
step, so it happens once per connection.
"""

from __future__ import annotations

import json
import queue
import threading
from collections import OrderedDict
from collections.abc import Callable
from dataclasses import replace
from typing import TYPE_CHECKING, Any, Protocol

from authlens.cli.serve.log import RequestLog
from authlens.core.devices import report
from authlens.core.invocation.invocation import Invocation
from authlens.core.invocation.invocation_json import to_json
from authlens.core.mqtt.connection import PacketDecision
from authlens.core.request.target import Target
from authlens.core.secrets.invocation_redaction import redact_invocation, redactor_of
from authlens.core.secrets.redaction import Redactor
from authlens.store.history.devices import DeviceHistory

if TYPE_CHECKING:
    from authlens.store.history.history import History

_WAITING = 2_000
"""How many connections may wait to be written to the history."""
_CALM, _LATEST = 0.2, 2.0
"""Seconds of silence after which connections are written, and seconds after which they are written anyway."""
_LAST_SECONDS = 2.0
_REDACTORS = 500


class Writer(Protocol):
    """Receives observations with secrets masked."""

    def fate(self, shown: Invocation, whole: Invocation) -> None: ...

    def decided(self, shown: Invocation, decision: PacketDecision) -> None: ...

    def throttled(self, invocation: Invocation, direction: str) -> None:
        """As in Sink; the report shows only the client id, and what the listener itself says."""

    def refreshed(self, invocation: Invocation, seconds: float, factor: float) -> None:
        """As in Sink; the report shows only the client id, and what the listener itself says."""

    def ended(self, shown: Invocation, whole: Invocation) -> None: ...


class Lines:
    """One line per connection and decision; ends only if everything is wanted."""

    def __init__(self, log: Callable[[str], None], wants_ends: bool) -> None:
        self._log = log
        self._wants_ends = wants_ends

    def fate(self, shown: Invocation, whole: Invocation) -> None:
        if shown.device is not None:
            self._log(report.connection_line(shown, shown.device))

    def decided(self, shown: Invocation, decision: PacketDecision) -> None:
        self._log(report.decision_line(shown, decision))

    def throttled(self, invocation: Invocation, direction: str) -> None:
        self._log(report.throttle_line(invocation, direction))

    def refreshed(self, invocation: Invocation, seconds: float, factor: float) -> None:
        if invocation.device is not None:
            self._log(report.refresh_line(invocation, invocation.device, seconds, factor))

    def ended(self, shown: Invocation, whole: Invocation) -> None:
        if self._wants_ends and shown.device is not None:
            self._log(report.end_line(shown, shown.device))


class JsonLines:
    """One JSON object per line. is_whole: with the invocation and its secrets, for the app."""

    def __init__(self, lines: RequestLog, is_whole: bool) -> None:
        self._lines = lines
        self._is_whole = is_whole

    def fate(self, shown: Invocation, whole: Invocation) -> None:
        if shown.device is not None:
            self._write(report.connection_json_of(shown, shown.device), whole)

    def decided(self, shown: Invocation, decision: PacketDecision) -> None:
        self._write(report.decision_json_of(shown, decision))

    def throttled(self, invocation: Invocation, direction: str) -> None:
        self._write(report.throttle_json_of(invocation, direction))

    def refreshed(self, invocation: Invocation, seconds: float, factor: float) -> None:
        if invocation.device is not None:
            self._write(report.refresh_json_of(invocation, invocation.device, seconds, factor))

    def ended(self, shown: Invocation, whole: Invocation) -> None:
        if shown.device is not None:
            self._write(report.end_json_of(shown, shown.device), whole)

    def _write(self, value: dict[str, Any], whole: Invocation | None = None) -> None:
        if self._is_whole and whole is not None:
            value["invocation"] = to_json(whole)
        self._lines.line(json.dumps(value))


class Recorded:
    """Writes connections to the history in its own thread, when traffic pauses.

    A connection that ends before that is written once.
    """

    def __init__(self, history: History, target: Target) -> None:
        self._kept = DeviceHistory(history, target)
        self._waiting: queue.SimpleQueue[Invocation | None] = queue.SimpleQueue()
        self._writer = threading.Thread(target=self._write, daemon=True)
        self._writer.start()

    def put(self, invocation: Invocation) -> None:
        """A connection was accepted, was refused, or ended; dropped if too many wait."""
        if self._waiting.qsize() < _WAITING:
            self._waiting.put(invocation)

    def close(self) -> None:
        self._waiting.put(None)
        self._writer.join(_LAST_SECONDS)

    def _write(self) -> None:
        is_over = False
        while not is_over:
            pending, is_over = self._gathered()
            for invocation in pending.values():
                self._kept.take(invocation)

    def _gathered(self) -> tuple[dict[str, Invocation], bool]:
        """The latest state of each changed connection, and whether to stop."""
        pending: dict[str, Invocation] = {}
        rounds = int(_LATEST / _CALM)
        item = self._waiting.get()
        while item is not None:
            if item.device is not None:
                pending[item.device.id] = item
            rounds -= 1
            if rounds <= 0 and len(pending) >= _WAITING // 4:
                return pending, False
            try:
                item = self._waiting.get(timeout=_CALM)
            except queue.Empty:
                return pending, False
        return pending, True


class Observers:
    """The listener's sink: masks everything once and passes it to the writers."""

    def __init__(self, writers: list[Writer], recorded: Recorded | None, wants_all: bool, is_whole: bool) -> None:
        """is_whole: nothing is masked, because only the app reads it."""
        self.wants_all = wants_all
        self._writers = writers
        self._recorded = recorded
        self._is_whole = is_whole
        self._redactors: OrderedDict[str, Redactor] = OrderedDict()

    def fate(self, invocation: Invocation) -> None:
        shown = invocation if self._is_whole else redact_invocation(_reported(invocation))
        for writer in self._writers:
            writer.fate(shown, invocation)
        if self._recorded is not None:
            self._recorded.put(invocation)

    def decided(self, invocation: Invocation, decision: PacketDecision) -> None:
        shown = decision if self._is_whole else self._masked(invocation, decision)
        for writer in self._writers:
            writer.decided(invocation, shown)

    def throttled(self, invocation: Invocation, direction: str) -> None:
        for writer in self._writers:
            writer.throttled(invocation, direction)

    def refreshed(self, invocation: Invocation, seconds: float, factor: float) -> None:
        for writer in self._writers:
            writer.refreshed(invocation, seconds, factor)

    def ended(self, invocation: Invocation) -> None:
        # An end holds only what the listener itself says and counts.
        for writer in self._writers:
            writer.ended(invocation, invocation)
        if self._recorded is not None:
            self._recorded.put(invocation)

    def close(self) -> None:
        if self._recorded is not None:
            self._recorded.close()

    def _masked(self, invocation: Invocation, decision: PacketDecision) -> PacketDecision:
        """A topic may contain the client's secrets."""
        key = invocation.device.id if invocation.device else ""
        redactor = self._redactors.get(key)
        if redactor is None:
            redactor = self._redactors[key] = redactor_of(invocation)
            if len(self._redactors) > _REDACTORS:
                self._redactors.popitem(last=False)
        return replace(decision, topic=redactor.text(decision.topic), detail=redactor.text(decision.detail))


def _reported(invocation: Invocation) -> Invocation:
    """The connection without what no report shows, which would only be masked in vain."""
    device = invocation.device
    bare = None if device is None else replace(device, event=None, decisions=())
    return replace(invocation, device=bare, function_log=None, local_run=None)
