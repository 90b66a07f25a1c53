"""Works, but its authorizer is INACTIVE: AWS answers the test call and never asks it for a device."""

from __future__ import annotations

from typing import Any


def handler(event: dict[str, Any], context: Any) -> dict[str, Any]:
    statement = {"Effect": "Allow", "Action": "iot:Connect", "Resource": "*"}
    return {
        "isAuthenticated": True,
        "principalId": "retired",
        "policyDocuments": [{"Version": "2012-10-17", "Statement": [statement]}],
    }
