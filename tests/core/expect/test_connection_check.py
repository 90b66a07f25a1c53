"""What a saved request expects, held against a connection."""

from __future__ import annotations

from datetime import UTC, datetime

import pytest

from authlens.core.contract.outcome import Outcome
from authlens.core.expect.check import JudgementState
from authlens.core.expect.connection_check import judge_connection
from authlens.core.invocation.invocation import Failure, FailureKind, Invocation
from authlens.core.mqtt.connection import DeviceConnection, PacketDecision, Transport
from authlens.core.request.request import AuthorizerRequest
from authlens.core.request.target import Target
from authlens.core.saved.expectation import Expectation, ExpectedError, Question

ALLOWED = PacketDecision(0.0, "PUBLISH", "a", 1, "iot:Publish", detail="allowed: publish a")
DEVICE = DeviceConnection("id", Transport.MQTTS, decisions=(ALLOWED,), is_probe=True)
CONNECTED = Outcome(True)
REFUSED = Failure(FailureKind.DEVICE, "connect-refused", "refused with CONNACK 0x87")


def probe(result: Outcome | Failure) -> Invocation:
    at = datetime(2026, 1, 1, tzinfo=UTC)
    return Invocation(AuthorizerRequest("A"), Target(), result, at, 0.1, device=DEVICE)


@pytest.mark.parametrize(
    ("expect", "result", "state"),
    [
        (None, CONNECTED, JudgementState.KEPT),
        (None, REFUSED, JudgementState.BROKEN),
        (Expectation(is_authenticated=True, principal_id="p"), CONNECTED, JudgementState.KEPT),
        (Expectation(is_authenticated=False), REFUSED, JudgementState.KEPT),
        (Expectation(is_authenticated=False), CONNECTED, JudgementState.BROKEN),
        (Expectation(error=ExpectedError("InvalidResponseException")), REFUSED, JudgementState.KEPT),
        (Expectation(allow=(Question("iot:Publish", "topic/a"),)), CONNECTED, JudgementState.KEPT),
        (Expectation(deny=(Question("iot:Publish", "topic/a"),)), CONNECTED, JudgementState.BROKEN),
        (Expectation(deny=(Question("iot:Publish", "topic/b"),)), CONNECTED, JudgementState.KEPT),
        (None, Failure(FailureKind.UNREACHABLE, "Unreached", "no network"), JudgementState.UNJUDGED),
    ],
)
def test_who_is_let_in_and_what_was_tried(
    expect: Expectation | None, result: Outcome | Failure, state: JudgementState
) -> None:
    assert judge_connection(expect, probe(result)).state is state


def test_the_words_name_the_refusal() -> None:
    (broken,) = judge_connection(None, probe(REFUSED)).broken
    assert (broken.expected, broken.got) == ("connected", "refused with CONNACK 0x87")
