"""Real connections in the history: one record each, written when it is accepted or refused, and again when it ends."""

from __future__ import annotations

import threading
from dataclasses import replace

from authlens.core.invocation.invocation import Invocation
from authlens.core.request.target import Target
from authlens.store.history.history import History


class DeviceHistory:
    """Safe to use from any thread. Writing waits for the disk."""

    def __init__(self, history: History, target: Target) -> None:
        """target: where the same request would be sent as a test call."""
        self._history = history
        self._target = target
        self._lock = threading.Lock()
        self._open: dict[str, int] = {}
        """The numbers of open connections, by their ids."""

    def take(self, invocation: Invocation) -> None:
        """A connection was accepted, was refused, or ended."""
        device = invocation.device
        if device is None:
            return
        whole = replace(invocation, target=self._target)
        with self._lock:
            number = self._open.pop(device.id, None)
        if number is not None:
            self._history.update(replace(whole, number=number))
            return
        recorded = self._history.record(whole)
        if recorded.number is not None and not device.is_refused and device.ended_by is None:
            with self._lock:
                self._open[device.id] = recorded.number
