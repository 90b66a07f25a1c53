"""The connections that the JSON lines of a device listener report: all are counted, the newest are kept.

Pure: the reader of the lines decides when to look. Lines that are not reports are ignored.
"""

from __future__ import annotations

import json
from collections import deque
from collections.abc import Mapping
from dataclasses import replace
from typing import Any

from authlens.core.invocation.invocation import Invocation
from authlens.core.invocation.invocation_json import from_json
from authlens.core.mqtt.connection import RECEIVED, SENT, Counts, DeviceConnection, PacketDecision
from authlens.core.mqtt.connection_json import decision_from_json
from authlens.frozen import dataclass

KEPT_CONNECTIONS = 500
KEPT_DECISIONS = 300
"""Per connection. Denials are kept separately, so that a busy client does not push them out."""


@dataclass(frozen=True, slots=True)
class Watched:
    """The current state of one connection."""

    invocation: Invocation
    device: DeviceConnection
    counts: Counts
    decisions: tuple[PacketDecision, ...] = ()
    """Newest first."""
    denials: tuple[PacketDecision, ...] = ()
    """Newest first."""

    @property
    def is_open(self) -> bool:
        return not self.device.is_refused and self.device.ended_by is None


class Ledger:
    def __init__(self) -> None:
        self._entries: dict[str, _Entry] = {}
        self.changes = 0
        """Increases with every report."""
        self.decisions = 0
        self.denials = 0
        """How many there were in total."""
        self.refusals = 0
        """Connections that were refused before the policies were asked."""

    def read(self, line: str) -> Invocation | None:
        """Read a line of JSON; returns the invocation if a connection was accepted, refused or ended."""
        try:
            value = json.loads(line)
            return self.take(value) if isinstance(value, Mapping) else None
        except (ValueError, RecursionError):
            return None

    def take(self, value: Mapping[str, Any]) -> Invocation | None:
        """Process a report. Raises ValueError if it is incomplete."""
        kind = value.get("event")
        if kind == "decision":
            self._decided(str(value.get("id")), decision_from_json(value))
        elif kind == "throttled":
            self._throttled(str(value.get("id")), str(value.get("direction")))
        elif kind == "refresh":
            self._refreshed(str(value.get("id")), value.get("refreshes"))
        elif kind in ("connection", "end"):
            return self._known(from_json(value.get("invocation")))
        return None

    def watched(self) -> tuple[Watched, ...]:
        """Newest first."""
        return tuple(entry.watched() for entry in reversed(self._entries.values()))

    def _known(self, invocation: Invocation) -> Invocation | None:
        device = invocation.device
        if device is None:
            return None
        self.changes += 1
        entry = self._entries.get(device.id)
        if entry is None:
            if len(self._entries) >= KEPT_CONNECTIONS:
                del self._entries[next(iter(self._entries))]
            entry = self._entries[device.id] = _Entry(invocation, device)
            for decision in device.decisions:
                entry.add(decision)
            self.decisions += len(device.decisions)
            denials = sum(not decision.is_allowed for decision in device.decisions)
            self.denials += denials
            self.refusals += device.is_refused and not denials
        entry.invocation, entry.device = invocation, device
        return invocation

    def _decided(self, connection_id: str, decision: PacketDecision) -> None:
        entry = self._entries.get(connection_id)
        # The record of the connection already holds the decision about CONNECT.
        if entry is None or decision.packet == "CONNECT":
            return
        self.changes += 1
        self.decisions += 1
        self.denials += not decision.is_allowed
        entry.add(decision)

    def _throttled(self, connection_id: str, direction: str) -> None:
        entry = self._entries.get(connection_id)
        if entry is not None and direction in (SENT, RECEIVED):
            self.changes += 1
            entry.device = replace(entry.device, throttled=direction)

    def _refreshed(self, connection_id: str, refreshes: object) -> None:
        entry = self._entries.get(connection_id)
        if entry is not None and isinstance(refreshes, int):
            self.changes += 1
            entry.device = replace(entry.device, refreshes=refreshes)


class _Entry:
    def __init__(self, invocation: Invocation, device: DeviceConnection) -> None:
        self.invocation = invocation
        self.device = device
        self._counts = Counts()
        self._decisions: deque[PacketDecision] = deque(maxlen=KEPT_DECISIONS)
        self._denials: deque[PacketDecision] = deque(maxlen=KEPT_DECISIONS)

    def add(self, decision: PacketDecision) -> None:
        self._counts = self._counts.with_one(decision.packet, decision.is_allowed)
        self._decisions.appendleft(decision)
        if not decision.is_allowed:
            self._denials.appendleft(decision)

    def watched(self) -> Watched:
        counts = self.device.counts if self.device.ended_by is not None else self._counts
        return Watched(self.invocation, self.device, counts, tuple(self._decisions), tuple(self._denials))
