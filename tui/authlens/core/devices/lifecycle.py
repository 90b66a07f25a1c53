"""The lifecycle events that AWS IoT publishes about clients, on `$aws/events/…`, as messages."""

from __future__ import annotations

import json
from collections.abc import Sequence
from typing import Any

from authlens.core.devices.effects import Message
from authlens.core.mqtt.topics import has_wildcard

_ROOT = "$aws/events"
_REMEMBERED = 3600.0
"""Seconds without a connection after which a client id counts from 0 again."""
_MOST_REMEMBERED = 10_000


class Versions:
    """The `versionNumber` of each client id: it grows with each connection, and both events of one share it."""

    def __init__(self) -> None:
        self._known: dict[str, tuple[int, float | None]] = {}
        """The number, and when the connection ended; those that ended first come first."""

    def __len__(self) -> int:
        return len(self._known)

    def entered(self, client_id: str, now: float) -> int:
        """The number of a new connection. now: in seconds."""
        number, ended = self._known.pop(client_id, (-1, None))
        if ended is not None and now - ended > _REMEMBERED:
            number = -1
        self._known[client_id] = (number + 1, None)
        if len(self._known) > _MOST_REMEMBERED:
            oldest = next((known for known, (_, ended) in self._known.items() if ended is not None), None)
            if oldest is not None:
                del self._known[oldest]
        return number + 1

    def left(self, client_id: str, now: float) -> int:
        """The number of the connection that ends."""
        number, _ = self._known.pop(client_id, (0, None))
        self._known[client_id] = (number, now)
        return number


def connected(client_id: str, session_id: str, principal: str, address: str, version: int, when: int) -> list[Message]:
    """version: from Versions. when: milliseconds since 1970."""
    members = {
        "sessionIdentifier": session_id,
        "principalIdentifier": principal,
        "ipAddress": address,
        "versionNumber": version,
    }
    return _event("presence", "connected", client_id, when, members)


def disconnected(
    client_id: str, session_id: str, principal: str, reason: str, version: int, when: int
) -> list[Message]:
    members = {
        "sessionIdentifier": session_id,
        "principalIdentifier": principal,
        "clientInitiatedDisconnect": reason == "CLIENT_INITIATED_DISCONNECT",
        "disconnectReason": reason,
        "versionNumber": version,
    }
    return _event("presence", "disconnected", client_id, when, members)


def connect_failed(client_id: str, session_id: str, principal: str, address: str, when: int) -> list[Message]:
    """AWS's page lists only this reason."""
    members = {
        "connectFailureReason": "AUTHORIZATION_FAILED",
        "principalIdentifier": principal,
        "sessionIdentifier": session_id,
        "ipAddress": address,
    }
    return _event("presence", "connect_failed", client_id, when, members)


def subscribed(client_id: str, session_id: str, principal: str, topics: Sequence[str], when: int) -> list[Message]:
    return _subscriptions("subscribed", client_id, session_id, principal, topics, when)


def unsubscribed(client_id: str, session_id: str, principal: str, topics: Sequence[str], when: int) -> list[Message]:
    return _subscriptions("unsubscribed", client_id, session_id, principal, topics, when)


def _subscriptions(
    kind: str, client_id: str, session_id: str, principal: str, topics: Sequence[str], when: int
) -> list[Message]:
    members = {"sessionIdentifier": session_id, "principalIdentifier": principal, "topics": list(topics)}
    return _event("subscriptions", kind, client_id, when, members)


def _event(group: str, kind: str, client_id: str, when: int, members: dict[str, Any]) -> list[Message]:
    """AWS publishes no events for a client id that contains a wildcard."""
    if has_wildcard(client_id):
        return []
    payload = {"clientId": client_id, "timestamp": when, "eventType": kind, **members}
    return [Message(f"{_ROOT}/{group}/{kind}/{client_id}", json.dumps(payload).encode(), qos=1)]
