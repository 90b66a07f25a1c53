"""Answers with a principalId that AWS IoT does not take: it may hold letters and digits only."""

from __future__ import annotations

from typing import Any


def handler(event: dict[str, Any], context: Any) -> dict[str, Any]:
    statement = {
        "Effect": "Allow",
        "Action": "iot:Connect",
        "Resource": "arn:aws:iot:us-west-2:000000000000:client/sensor-7",
    }
    return {
        "isAuthenticated": True,
        "principalId": "sensor-7",
        "policyDocuments": [{"Version": "2012-10-17", "Statement": [statement]}],
        "refreshAfterInSeconds": 300,
        "disconnectAfterInSeconds": 86400,
    }
