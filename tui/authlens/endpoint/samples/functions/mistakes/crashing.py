"""Raises: it takes a user name for granted that an HTTP client does not send."""

from __future__ import annotations

from typing import Any


def handler(event: dict[str, Any], context: Any) -> dict[str, Any]:
    print("looking for the device's name")  # noqa: T201  # what a function prints is its log
    return {"isAuthenticated": True, "principalId": device_name(event), "policyDocuments": []}


def device_name(event: dict[str, Any]) -> str:
    name: str = event["protocolData"]["mqtt"]["username"]
    return name
