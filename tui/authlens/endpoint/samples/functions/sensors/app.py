"""Lets a sensor in by its MQTT user name and password, and allows it its own topics only."""

from __future__ import annotations

import base64
import hmac
import os
from typing import Any

REGION = os.environ["AWS_REGION"]
ACCOUNT = "000000000000"


def handler(event: dict[str, Any], context: Any) -> dict[str, Any]:
    mqtt = event.get("protocolData", {}).get("mqtt", {})
    sensor = mqtt.get("username", "").partition("?")[0]
    password = base64.b64decode(mqtt.get("password", ""))
    print(f"{sensor or 'nobody'} wants in over {' and '.join(event['protocols'])}")  # noqa: T201  # what a function prints is its log
    if not hmac.compare_digest(password, os.environ["SENSOR_PASSWORD"].encode()):
        print("the password is wrong")  # noqa: T201  # what a function prints is its log
        return answer(False, "nobody", [])
    if not sensor or not mqtt.get("clientId"):
        print("a sensor gives its name and its client id")  # noqa: T201  # what a function prints is its log
        return answer(False, "nobody", [])
    return answer(True, sensor.replace("-", ""), [policy(sensor)])


def policy(sensor: str) -> dict[str, Any]:
    return {
        "Version": "2012-10-17",
        "Statement": [
            {"Effect": "Allow", "Action": "iot:Connect", "Resource": arn(f"client/{sensor}")},
            {"Effect": "Allow", "Action": ["iot:Publish", "iot:Receive"], "Resource": arn(f"topic/sensors/{sensor}/*")},
            {"Effect": "Allow", "Action": "iot:Subscribe", "Resource": arn(f"topicfilter/sensors/{sensor}/*")},
            {"Effect": "Deny", "Action": "iot:Publish", "Resource": arn(f"topic/sensors/{sensor}/config")},
        ],
    }


def arn(tail: str) -> str:
    return f"arn:aws:iot:{REGION}:{ACCOUNT}:{tail}"


def answer(authenticated: bool, principal: str, documents: list[dict[str, Any]]) -> dict[str, Any]:
    return {
        "isAuthenticated": authenticated,
        "principalId": principal,
        "policyDocuments": documents,
        "refreshAfterInSeconds": 300,
        "disconnectAfterInSeconds": 86400,
    }
