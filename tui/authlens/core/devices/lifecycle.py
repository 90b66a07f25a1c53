"""The lifecycle events that AWS IoT publishes about clients, on `$aws/events/…`, as messages."""

from __future__ import annotations

import json
from collections.abc import Sequence
from typing import Any

from authlens.core.devices.effects import Message
from authlens.core.mqtt.topics import has_wildcard

_ROOT = "$aws/events"


def connected(client_id: str, session_id: str, principal: str, address: str, when: int) -> list[Message]:
    """when: milliseconds since 1970."""
    members = {
        "sessionIdentifier": session_id,
        "principalIdentifier": principal,
        "ipAddress": address,
        "versionNumber": 0,
    }
    return _event("presence", "connected", client_id, when, members)


def disconnected(client_id: str, session_id: str, principal: str, reason: str, when: int) -> list[Message]:
    members = {
        "sessionIdentifier": session_id,
        "principalIdentifier": principal,
        "clientInitiatedDisconnect": reason == "CLIENT_INITIATED_DISCONNECT",
        "disconnectReason": reason,
        "versionNumber": 0,
    }
    return _event("presence", "disconnected", client_id, when, members)


def connect_failed(client_id: str, session_id: str, when: int) -> list[Message]:
    """AWS's page lists only this reason."""
    members = {"sessionIdentifier": session_id, "connectFailureReason": "AUTHORIZATION_FAILED"}
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
