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
    topic, event = read(lifecycle.connected("a", "s", "p", "127.0.0.1", 3, 1500))
    assert topic == "$aws/events/presence/connected/a"
    assert event == {
        "clientId": "a",
        "timestamp": 1500,
        "eventType": "connected",
        "sessionIdentifier": "s",
        "principalIdentifier": "p",
        "ipAddress": "127.0.0.1",
        "versionNumber": 3,
    }
    topic, event = read(lifecycle.disconnected("a", "s", "p", "CLIENT_INITIATED_DISCONNECT", 3, 1))
    assert topic == "$aws/events/presence/disconnected/a"
    assert event == {
        "clientId": "a",
        "timestamp": 1,
        "eventType": "disconnected",
        "sessionIdentifier": "s",
        "principalIdentifier": "p",
        "clientInitiatedDisconnect": True,
        "disconnectReason": "CLIENT_INITIATED_DISCONNECT",
        "versionNumber": 3,
    }
    _, event = read(lifecycle.disconnected("a", "s", "p", "CONNECTION_LOST", 3, 1))
    assert (event["clientInitiatedDisconnect"], event["disconnectReason"]) == (False, "CONNECTION_LOST")


def test_a_refusal_and_subscriptions() -> None:
    topic, event = read(lifecycle.connect_failed("a", "s", "p", "127.0.0.1", 1))
    assert topic == "$aws/events/presence/connect_failed/a"
    assert event == {
        "clientId": "a",
        "timestamp": 1,
        "eventType": "connect_failed",
        "connectFailureReason": "AUTHORIZATION_FAILED",
        "principalIdentifier": "p",
        "sessionIdentifier": "s",
        "ipAddress": "127.0.0.1",
    }
    topic, event = read(lifecycle.subscribed("a", "s", "p", ["x", "y/+"], 1))
    assert (topic, event["topics"]) == ("$aws/events/subscriptions/subscribed/a", ["x", "y/+"])
    topic, event = read(lifecycle.unsubscribed("a", "s", "p", ("x",), 1))
    assert (topic, event["eventType"]) == ("$aws/events/subscriptions/unsubscribed/a", "unsubscribed")


def test_a_client_id_with_a_wildcard_has_none() -> None:
    assert lifecycle.connected("a+", "s", "p", "::1", 3, 1) == []
    assert lifecycle.disconnected("a#", "s", "p", "CONNECTION_LOST", 3, 1) == []


def test_events_are_published_with_quality_of_service_1_and_not_retained() -> None:
    (message,) = lifecycle.connected("a", "s", "p", "127.0.0.1", 3, 1500)
    assert (message.qos, message.retain) == (1, False)


def test_the_version_number_grows_with_each_connection_of_a_client_id_and_starts_again_after_an_hour() -> None:
    versions = lifecycle.Versions()
    assert (versions.entered("a", 0), versions.left("a", 1)) == (0, 0)
    assert (versions.entered("a", 3601), versions.entered("b", 3601), versions.left("a", 3602)) == (1, 0, 1)
    assert versions.entered("a", 7203) == 0


def test_not_every_client_id_is_remembered_for_ever() -> None:
    versions = lifecycle.Versions()
    versions.entered("live", 0)
    for number in range(10_010):
        versions.entered(str(number), 1)
        versions.left(str(number), 1)
    assert len(versions) == 10_000
    assert versions.entered("10009", 2) == 1
    assert versions.entered("0", 2) == 0
    assert versions.left("live", 2) == 0
