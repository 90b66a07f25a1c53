"""Lets everyone in with a policy that is useless: it allows no iot:Connect and names a topic filter as a topic."""

from __future__ import annotations

from typing import Any

HERE = "arn:aws:iot:us-west-2:000000000000"
CONNECT = {"Effect": "Allow", "Action": "iot:Connect", "Resource": f"{HERE}:client/visitor-1"}
ALERTS = {"Effect": "Allow", "Action": ["iot:Publish", "iot:Subscribe"], "Resource": f"{HERE}:topic/alerts/#"}


def handler(event: dict[str, Any], context: Any) -> dict[str, Any]:
    return {
        "isAuthenticated": True,
        "principalId": "visitor",
        "policyDocuments": [{"Version": "2012-10-17", "Statement": [ALERTS]}],
        "refreshAfterInSeconds": 300,
        "disconnectAfterInSeconds": 300,
    }
