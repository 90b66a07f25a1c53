"""What the device listener observes, written down: lines for people, JSON lines for programs, records in the history.

Secrets are masked in everything but the history, which keeps what the user's settings say.
"""

from __future__ import annotations

import json
import queue
import threading
from collections.abc import Callable
from dataclasses import replace
from typing import TYPE_CHECKING, Any

from authlens.cli.serve.log import RequestLog
from authlens.core.devices import report
from authlens.core.invocation.invocation import Invocation
from authlens.core.invocation.invocation_json import to_json
from authlens.core.mqtt.connection import PacketDecision
from authlens.core.request.target import Target
from authlens.core.secrets.invocation_redaction import redact_invocation, redactor_of
from authlens.store.device_history import DeviceHistory

if TYPE_CHECKING:
    from authlens.store.history import History

_WAITING = 2_000
"""Connections that may wait to be written into the history."""
_LAST_SECONDS = 2.0


class Lines:
    """One line for each connection and denial; with `wants_all` for everything."""

    def __init__(self, log: Callable[[str], None], wants_all: bool) -> None:
        self.wants_all = wants_all
        self._log = log

    def fate(self, invocation: Invocation) -> None:
        shown = redact_invocation(invocation)
        if shown.device is not None:
            self._log(report.connection_line(shown, shown.device))

    def decided(self, invocation: Invocation, decision: PacketDecision) -> None:
        self._log(report.decision_line(invocation, masked(invocation, decision)))

    def ended(self, invocation: Invocation) -> None:
        shown = redact_invocation(invocation)
        if self.wants_all and shown.device is not None:
            self._log(report.end_line(shown, shown.device))


class JsonLines:
    """One JSON object a line. is_whole: with the invocation and its secrets, for the app that started this process."""

    def __init__(self, lines: RequestLog, wants_all: bool, is_whole: bool) -> None:
        self.wants_all = wants_all
        self._lines = lines
        self._is_whole = is_whole

    def fate(self, invocation: Invocation) -> None:
        shown = redact_invocation(invocation)
        if shown.device is not None:
            self._write(report.connection_json_of(shown, shown.device), invocation)

    def decided(self, invocation: Invocation, decision: PacketDecision) -> None:
        self._write(report.decision_json_of(invocation, masked(invocation, decision)))

    def ended(self, invocation: Invocation) -> None:
        shown = redact_invocation(invocation)
        if shown.device is not None:
            self._write(report.end_json_of(shown, shown.device), invocation)

    def _write(self, value: dict[str, Any], invocation: Invocation | None = None) -> None:
        if self._is_whole and invocation is not None:
            value["invocation"] = to_json(invocation)
        self._lines.line(json.dumps(value))


class Recorded:
    """Connections in the history: written when they are let in or refused, and again when they end."""

    wants_all = False

    def __init__(self, history: History, target: Target) -> None:
        self._kept = DeviceHistory(history, target)
        self._waiting: queue.Queue[Invocation | None] = queue.Queue(_WAITING)
        self._writer = threading.Thread(target=self._write, daemon=True)
        self._writer.start()

    def fate(self, invocation: Invocation) -> None:
        self._put(invocation)

    def decided(self, invocation: Invocation, decision: PacketDecision) -> None:
        return

    def ended(self, invocation: Invocation) -> None:
        self._put(invocation)

    def close(self) -> None:
        try:
            self._waiting.put(None, timeout=_LAST_SECONDS)
        except queue.Full:
            return
        self._writer.join(_LAST_SECONDS)

    def _put(self, invocation: Invocation) -> None:
        try:
            self._waiting.put_nowait(invocation)
        except queue.Full:
            return

    def _write(self) -> None:
        while (invocation := self._waiting.get()) is not None:
            self._kept.take(invocation)


class Several:
    """All of them, one after another."""

    def __init__(self, *sinks: Lines | JsonLines | Recorded) -> None:
        self._sinks = sinks
        self.wants_all = any(sink.wants_all for sink in sinks)

    def fate(self, invocation: Invocation) -> None:
        for sink in self._sinks:
            sink.fate(invocation)

    def decided(self, invocation: Invocation, decision: PacketDecision) -> None:
        for sink in self._sinks:
            if sink.wants_all or not decision.is_allowed:
                sink.decided(invocation, decision)

    def ended(self, invocation: Invocation) -> None:
        for sink in self._sinks:
            sink.ended(invocation)


def masked(invocation: Invocation, decision: PacketDecision) -> PacketDecision:
    """The decision without the secrets of its connection."""
    redactor = redactor_of(invocation)
    return replace(decision, topic=redactor.text(decision.topic), detail=redactor.text(decision.detail))
