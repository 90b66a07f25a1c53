"""Raises: it takes a user name for granted that an HTTP client does not send."""

from __future__ import annotations

from typing import Any


def handler(event: dict[str, Any], context: Any) -> dict[str, Any]:
    print("looking for the device's name")  # noqa: T201  # what a function prints is its log
    name = device_name(event)
    client = f"arn:aws:iot:us-west-2:000000000000:client/{name}"
    statement = {"Effect": "Allow", "Action": "iot:Connect", "Resource": client}
    return {
        "isAuthenticated": True,
        "principalId": name,
        "policyDocuments": [{"Version": "2012-10-17", "Statement": [statement]}],
        "refreshAfterInSeconds": 300,
        "disconnectAfterInSeconds": 86400,
    }


def device_name(event: dict[str, Any]) -> str:
    name: str = event["protocolData"]["mqtt"]["username"]
    return name
