"""Lets everyone in with a policy that is useless: it allows no iot:Connect and names a topic filter as a topic."""

from __future__ import annotations

from typing import Any

TOPICS = "arn:aws:iot:us-west-2:000000000000:topic/alerts/#"


def handler(event: dict[str, Any], context: Any) -> dict[str, Any]:
    statement = {"Effect": "Allow", "Action": ["iot:Publish", "iot:Subscribe"], "Resource": TOPICS}
    return {
        "isAuthenticated": True,
        "principalId": "visitor",
        "policyDocuments": [{"Version": "2012-10-17", "Statement": [statement]}],
        "refreshAfterInSeconds": 300,
        "disconnectAfterInSeconds": 300,
    }
