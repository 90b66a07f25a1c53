"""Preflight and stages of one request, which run at every key: medians over many runs, in milliseconds."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator
from datetime import UTC, datetime
from statistics import median
from time import perf_counter

from authlens.core.contract.outcome import Outcome
from authlens.core.invocation.invocation import Failure, FailureKind, Invocation
from authlens.core.preflight.preflight import preflight
from authlens.core.request.authorizer import Authorizer
from authlens.core.request.request import AuthorizerRequest, HttpContext, MqttContext
from authlens.core.request.target import Target
from authlens.core.request.token_place import place
from authlens.core.saved.expectation import Question
from authlens.core.signing.signing import sign
from authlens.core.verdict.stages import foreseen, stages
from bench.row import Row
from support.public_keys import pair

NOW = datetime(2026, 11, 23, tzinfo=UTC)
KEYS = (("old", pair("b").public_pem), ("new", pair("a").public_pem))
AUTHORIZER = Authorizer("A", token_key_name="tok", token_signing_public_keys=KEYS)
REQUEST = AuthorizerRequest(
    "A",
    token="sensor-7",
    http_context=HttpContext((("X-Device", "d1"), ("User-Agent", "device")), "?room=1&floor=2"),
    mqtt_context=MqttContext("sensor-7?room=1", "dGVzdA==", "sensor-7"),
)
SPOILED = place(REQUEST, "username", sign("sensor-7\n", pair("a").private_pem), AUTHORIZER)
ARN = "arn:aws:iot:eu-west-1:1:"
DOCUMENT = json.dumps(
    {
        "Version": "2012-10-17",
        "Statement": [
            {"Effect": "Allow", "Action": "iot:Connect", "Resource": f"{ARN}client/sensor-7"},
            *({"Effect": "Allow", "Action": "iot:Publish", "Resource": f"{ARN}topic/t/{n}"} for n in range(15)),
        ],
    }
)
ASKED = tuple(Question("iot:Publish", f"topic/t/{number}") for number in range(5))
PASSED = Invocation(SPOILED, Target(), Outcome(True, "p1", (DOCUMENT,), 300, 86400), NOW, 0.1)
MESSAGE = "Token signature mismatch for authorizer A"
FAILED = Invocation(SPOILED, Target(), Failure(FailureKind.AWS, "InvalidRequestException", MESSAGE, 400), NOW, 0.1)


def rows() -> Iterator[Row]:
    yield _row("preflight and stages of a signed request with a mistake", lambda: _judge(FAILED))
    yield _row("preflight and stages of a pass with five questions", lambda: _judge(PASSED))


def _judge(invocation: Invocation) -> None:
    foreseen(preflight(invocation.request, AUTHORIZER, None, NOW), AUTHORIZER)
    stages(invocation, ASKED, AUTHORIZER)


def _row(what: str, work: Callable[[], None]) -> Row:
    return Row(what, median(_milliseconds(work) for _ in range(200)), 2.0, "ms")


def _milliseconds(work: Callable[[], None]) -> float:
    began = perf_counter()
    work()
    return (perf_counter() - began) * 1000
