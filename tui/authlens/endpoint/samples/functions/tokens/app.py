"""Lets a client of the fleet in by its token. The signature was verified by AWS before this runs."""

from __future__ import annotations

import json
import os
from typing import Any

REGION = os.environ["AWS_REGION"]
ACCOUNT = "000000000000"


def handler(event: dict[str, Any], context: Any) -> dict[str, Any]:
    claims = json.loads(event["token"])
    vehicle = claims["vehicle"]
    print(f"vehicle {vehicle}, signature verified: {event['signatureVerified']}")  # noqa: T201  # what a function prints is its log
    return {
        "isAuthenticated": event["signatureVerified"] and claims.get("fleet") == "north",
        "principalId": vehicle,
        "policyDocuments": [json.dumps(policy(vehicle))],
        "refreshAfterInSeconds": 3600,
        "disconnectAfterInSeconds": 86400,
    }


def policy(vehicle: str) -> dict[str, Any]:
    mine = f"arn:aws:iot:{REGION}:{ACCOUNT}"
    return {
        "Version": "2012-10-17",
        "Statement": [
            {"Effect": "Allow", "Action": "iot:Connect", "Resource": f"{mine}:client/{vehicle}"},
            {"Effect": "Allow", "Action": "iot:Publish", "Resource": f"{mine}:topic/fleet/north/{vehicle}/*"},
        ],
    }
