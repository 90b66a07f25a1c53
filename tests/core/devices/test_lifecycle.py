"""Lifecycle events as the developer guide lists them."""

from __future__ import annotations

import json
from typing import Any

from authlens.core.devices import lifecycle
from authlens.core.devices.effects import Message


def read(messages: list[Message]) -> tuple[str, dict[str, Any]]:
    (message,) = messages
    return message.topic, json.loads(message.payload)


def test_a_connection_and_its_end() -> None:
    topic, event = read(lifecycle.connected("a", "s", "p", "127.0.0.1", 1500))
    assert topic == "$aws/events/presence/connected/a"
    assert event == {
        "clientId": "a",
        "timestamp": 1500,
        "eventType": "connected",
        "sessionIdentifier": "s",
        "principalIdentifier": "p",
        "ipAddress": "127.0.0.1",
        "versionNumber": 0,
    }
    topic, event = read(lifecycle.disconnected("a", "s", "p", "CLIENT_INITIATED_DISCONNECT", 1))
    assert topic == "$aws/events/presence/disconnected/a"
    assert event == {
        "clientId": "a",
        "timestamp": 1,
        "eventType": "disconnected",
        "sessionIdentifier": "s",
        "principalIdentifier": "p",
        "clientInitiatedDisconnect": True,
        "disconnectReason": "CLIENT_INITIATED_DISCONNECT",
        "versionNumber": 0,
    }
    _, event = read(lifecycle.disconnected("a", "s", "p", "CONNECTION_LOST", 1))
    assert (event["clientInitiatedDisconnect"], event["disconnectReason"]) == (False, "CONNECTION_LOST")


def test_a_refusal_and_subscriptions() -> None:
    topic, event = read(lifecycle.connect_failed("a", "s", 1))
    assert (topic, event["connectFailureReason"]) == ("$aws/events/presence/connect_failed/a", "AUTHORIZATION_FAILED")
    topic, event = read(lifecycle.subscribed("a", "s", "p", ["x", "y/+"], 1))
    assert (topic, event["topics"]) == ("$aws/events/subscriptions/subscribed/a", ["x", "y/+"])
    topic, event = read(lifecycle.unsubscribed("a", "s", "p", ("x",), 1))
    assert (topic, event["eventType"]) == ("$aws/events/subscriptions/unsubscribed/a", "unsubscribed")


def test_a_client_id_with_a_wildcard_has_none() -> None:
    assert lifecycle.connected("a+", "s", "p", "::1", 1) == []
    assert lifecycle.disconnected("a#", "s", "p", "CONNECTION_LOST", 1) == []


def test_events_are_published_with_quality_of_service_1_and_not_retained() -> None:
    (message,) = lifecycle.connected("a", "s", "p", "127.0.0.1", 1500)
    assert (message.qos, message.retain) == (1, False)
