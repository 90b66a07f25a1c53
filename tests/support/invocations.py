"""Invocations for tests."""

from __future__ import annotations

import json
from datetime import UTC, datetime
from typing import Any

from authlens.core.contract.outcome import Outcome
from authlens.core.invocation.invocation import Failure, FailureKind, Invocation
from authlens.core.request.request import AuthorizerRequest, MqttContext
from authlens.core.request.target import Target

CLIENT = "arn:aws:iot:us-west-2:123456789012:client/"
TOPIC = "arn:aws:iot:us-west-2:123456789012:topic/"
CONNECT = {"Effect": "Allow", "Action": "iot:Connect", "Resource": f"{CLIENT}sensor-7"}
PUBLISH = {"Effect": "Allow", "Action": "iot:Publish", "Resource": f"{TOPIC}sensors/7/data"}
REQUEST = AuthorizerRequest("SensorAuth", mqtt_context=MqttContext("sensor-7", "correct horse", "sensor-7"))
REFUSAL = Failure(FailureKind.AWS, "ResourceNotFoundException", "Authorizer SensorAuth not found", 404)


def policy(*statements: Any) -> str:
    return json.dumps({"Version": "2012-10-17", "Statement": list(statements)})


def outcome(*documents: str, authenticated: bool = True, principal: str | None = "sensor7") -> Outcome:
    return Outcome(authenticated, principal, documents, 300, 86400)


def invocation(
    result: Outcome | Failure | None = None,
    request: AuthorizerRequest = REQUEST,
    number: int | None = None,
    **more: Any,
) -> Invocation:
    given: dict[str, Any] = {
        "target": Target(local="demo"),
        "duration": 0.012,
        "started_at": datetime(2026, 1, 2, tzinfo=UTC),
    } | more
    return Invocation(request=request, result=result or outcome(policy(CONNECT, PUBLISH)), number=number, **given)
