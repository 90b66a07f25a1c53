"""What a saved request expects, held against a connection."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime

import pytest

from authlens.core.contract.outcome import Outcome
from authlens.core.expect.check import Broken, Judgement, JudgementState
from authlens.core.expect.connection_check import judge_connection
from authlens.core.invocation.invocation import Failure, FailureKind, Invocation
from authlens.core.mqtt.connection import DeviceConnection, PacketDecision, Transport
from authlens.core.probe.plan import PROBE_CLIENT_ID
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


KEPT, BROKEN = JudgementState.KEPT, JudgementState.BROKEN
ASKED, OTHER = Question("iot:Publish", "topic/a"), Question("iot:Publish", "topic/b")
MAY_CONNECT = Question("iot:Connect", f"arn:aws:iot:us-east-1:000000000000:client/{PROBE_CLIENT_ID}")
SUBSCRIBED = Question("iot:Subscribe", "topic/a")
UNREACHED = Failure(FailureKind.UNREACHABLE, "Unreached", "no network")
DENIED = replace(DEVICE, decisions=(replace(ALLOWED, rule="publish-denied", detail="denied: publish a"),))


@pytest.mark.parametrize(
    ("expect", "result", "device", "broken"),
    [
        (None, CONNECTED, DEVICE, ()),
        (None, REFUSED, DEVICE, (Broken("isAuthenticated", "connected", "refused with CONNACK 0x87"),)),
        (
            None,
            Failure(FailureKind.DEVICE, "connect-refused", None),
            DEVICE,
            (Broken("isAuthenticated", "connected", "connect-refused"),),
        ),
        (Expectation(is_authenticated=True, principal_id="p"), CONNECTED, DEVICE, ()),
        (Expectation(is_authenticated=False), REFUSED, DEVICE, ()),
        (
            Expectation(is_authenticated=False),
            CONNECTED,
            DEVICE,
            (Broken("isAuthenticated", "refused", "connected"),),
        ),
        (Expectation(error=ExpectedError("InvalidResponseException")), REFUSED, DEVICE, ()),
        (
            Expectation(error=ExpectedError("InvalidResponseException")),
            CONNECTED,
            DEVICE,
            (Broken("error", "refused", "connected"),),
        ),
        (Expectation(allow=(ASKED,)), CONNECTED, DEVICE, ()),
        (
            Expectation(allow=(ASKED,)),
            CONNECTED,
            DENIED,
            (Broken("allow", "iot:Publish topic/a: allowed", "denied: publish a"),),
        ),
        (Expectation(allow=(OTHER, SUBSCRIBED)), CONNECTED, DENIED, ()),
        (
            Expectation(deny=(ASKED,)),
            CONNECTED,
            DEVICE,
            (Broken("deny", "iot:Publish topic/a: denied", "allowed: publish a"),),
        ),
        (Expectation(deny=(ASKED,)), CONNECTED, DENIED, ()),
        (Expectation(deny=(OTHER, SUBSCRIBED)), CONNECTED, DEVICE, ()),
        (Expectation(deny=(ASKED,)), CONNECTED, None, ()),
        (
            Expectation(deny=(MAY_CONNECT,)),
            CONNECTED,
            DEVICE,
            (Broken("deny", "refused", "connected"),),
        ),
        (Expectation(is_authenticated=True, deny=(MAY_CONNECT,)), REFUSED, DEVICE, ()),
        (Expectation(deny=(Question("iot:Connect", "client/other"),)), CONNECTED, DEVICE, ()),
        (Expectation(allow=(MAY_CONNECT,)), CONNECTED, DEVICE, ()),
    ],
)
def test_who_is_let_in_and_what_was_tried(
    expect: Expectation | None,
    result: Outcome | Failure,
    device: DeviceConnection | None,
    broken: tuple[Broken, ...],
) -> None:
    judgement = judge_connection(expect, replace(probe(result), device=device))
    assert judgement == Judgement(BROKEN if broken else KEPT, broken)


def test_a_probe_that_reached_nothing_is_not_judged() -> None:
    judgement = judge_connection(None, probe(UNREACHED))
    assert judgement == Judgement(JudgementState.UNJUDGED, reason="no network")


@pytest.mark.parametrize("error", ["connect-rate", "taken-over", "connection-lost", "http-502", "connack-0x89"])
@pytest.mark.parametrize("expect", [None, Expectation(is_authenticated=False), Expectation(deny=(MAY_CONNECT,))])
def test_a_refusal_that_is_not_about_the_login_is_not_judged(error: str, expect: Expectation | None) -> None:
    judgement = judge_connection(expect, probe(Failure(FailureKind.DEVICE, error, "it ended")))
    assert judgement == Judgement(JudgementState.UNJUDGED, reason="it ended")


@pytest.mark.parametrize("expect", [Expectation(allow=(ASKED,)), Expectation(deny=(ASKED,))])
def test_a_trial_that_tells_nothing_meets_and_breaks_no_expectation(expect: Expectation) -> None:
    undecided = replace(ALLOWED, rule="taken-over", detail="undecided: publish a", is_open=True)
    judgement = judge_connection(expect, replace(probe(CONNECTED), device=replace(DEVICE, decisions=(undecided,))))
    key = "allow" if expect.allow else "deny"
    note = f"{key} iot:Publish topic/a cannot be compared: undecided: publish a"
    assert judgement == Judgement(KEPT, notes=(note,))
