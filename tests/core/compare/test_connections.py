"""A probe compared with a test call: by whether the client was accepted, and by what was tried."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime

import pytest

from authlens.core.compare.changes import Change
from authlens.core.compare.compare import compare
from authlens.core.compare.connections import connection_words
from authlens.core.contract.outcome import Outcome
from authlens.core.invocation.invocation import Failure, FailureKind, Invocation
from authlens.core.mqtt.connection import ConnectionStage, ConnectionStep, DeviceConnection, PacketDecision, Transport
from authlens.core.request.request import AuthorizerRequest, MqttContext
from authlens.core.request.target import Target

ARN = "arn:aws:iot:us-east-1:000000000000:"
RESOURCES = f'["{ARN}client/c","{ARN}topic/a"]'
POLICY = f'{{"Statement":[{{"Effect":"Allow","Action":["iot:Connect","iot:Publish"],"Resource":{RESOURCES}}}]}}'
TEST_CALL = Invocation(
    AuthorizerRequest("A", mqtt_context=MqttContext(client_id="c")),
    Target(),
    Outcome(True, "p", (POLICY,), 300, 86400),
    datetime(2026, 1, 1, tzinfo=UTC),
    0.1,
)
DEVICE = DeviceConnection("id", Transport.MQTTS, "h:443", 5, is_probe=True)
PROBE = replace(TEST_CALL, result=Outcome(True), device=DEVICE)


def test_both_accepted_is_the_same_whatever_the_function_answered() -> None:
    comparison = compare(TEST_CALL, PROBE)

    assert comparison.equal
    assert comparison.words == ("the test call passes; the connection over MQTT 5 over TLS is let in",)


def test_where_they_differ_is_reported() -> None:
    words = "your server name is not an endpoint of this account"
    failed = replace(DEVICE, steps=(ConnectionStep(ConnectionStage.TLS, False, "x"),), reason=words)
    probe = replace(PROBE, result=Failure(FailureKind.UNREACHABLE, "Unreached", words), device=failed)

    assert compare(TEST_CALL, probe).differing == (
        f"the test call passes; the connection over MQTT 5 over TLS fails at TLS: {words}",
    )


def test_a_device_that_the_policies_deny_agrees_with_the_test_call() -> None:
    other = replace(TEST_CALL, request=AuthorizerRequest("A", mqtt_context=MqttContext(client_id="other")))
    refused = replace(DEVICE, refused_by="connect-refused", reason="refused with CONNACK 0x87")
    failure = Failure(FailureKind.DEVICE, "connect-refused", "refused")
    comparison = compare(other, replace(other, result=failure, device=refused))

    assert comparison.equal
    assert "its policies do not allow iot:Connect for this client id" in comparison.words[0]


def test_documents_that_depend_on_the_connection_contradict_nothing() -> None:
    condition = '"Condition":{"IpAddress":{"aws:SourceIp":"10.0.0.0/8"}},"Resource"'
    outcome = Outcome(True, "p", (POLICY.replace('"Resource"', condition),))
    allowed = PacketDecision(0.0, "PUBLISH", "a", 1, "iot:Publish", detail="allowed: publish a")
    probe = replace(PROBE, device=replace(DEVICE, decisions=(allowed,)))

    assert compare(replace(TEST_CALL, result=outcome), probe).equal


def test_what_the_broker_denied_although_the_documents_allow_it_differs() -> None:
    denied = PacketDecision(0.0, "PUBLISH", "a", 1, "iot:Publish", rule="publish-denied", detail="denied: publish a")
    comparison = compare(TEST_CALL, replace(PROBE, device=replace(DEVICE, decisions=(denied,))))

    assert comparison.differing == ("publish a: the documents say ALLOWED, and the broker: denied: publish a",)


def test_two_probes_are_compared_by_what_each_was_denied() -> None:
    allowed = PacketDecision(0.0, "PUBLISH", "a", 1, "iot:Publish", detail="allowed: publish a")
    denied = replace(allowed, rule="publish-denied", detail="denied: publish a")
    one, other = (replace(PROBE, device=replace(DEVICE, decisions=(each,))) for each in (allowed, denied))

    assert compare(one, other).differing == ("publish a: allowed: publish a → denied: publish a",)


def test_the_documents_are_decided_with_the_values_of_the_certificate() -> None:
    policy = POLICY.replace('{"St', '{"Version":"2012-10-17","St').replace(
        "client/c", "client/${iot:Certificate.Subject.CommonName}"
    )
    call = replace(TEST_CALL, result=Outcome(True, "p", (policy,), 300, 86400))
    certified = replace(call, variables=(("iot:Certificate.Subject.CommonName", ("c",)),))

    assert compare(certified, PROBE).equal
    assert not compare(call, PROBE).equal


LET_IN = "the connection over MQTT 5 over TLS is let in"
OTHER_CLIENT = AuthorizerRequest("A", mqtt_context=MqttContext(client_id="other"))
UNREACHED = Failure(FailureKind.UNREACHABLE, "Unreached", "no network")
AT_TLS = replace(
    DEVICE,
    steps=(ConnectionStep(ConnectionStage.NETWORK, True, ""), ConnectionStep(ConnectionStage.TLS, False, "")),
    reason="expired",
)


@pytest.mark.parametrize(
    ("side", "words", "is_let_in"),
    [
        (TEST_CALL, "the test call passes", True),
        (replace(TEST_CALL, request=AuthorizerRequest("A")), "the test call passes", True),
        (replace(TEST_CALL, request=AuthorizerRequest("A", mqtt_context=MqttContext())), "the test call passes", True),
        (
            replace(TEST_CALL, request=OTHER_CLIENT),
            "the test call passes, but its policies do not allow iot:Connect for this client id",
            False,
        ),
        (
            replace(TEST_CALL, result=Outcome(False, "p", (POLICY,))),
            "the test call does not pass: not authenticated as p",
            False,
        ),
        (replace(TEST_CALL, result=Failure(FailureKind.AWS, "E", "m")), "the test call does not pass: E: m", False),
        (PROBE, LET_IN, True),
        (replace(PROBE, request=OTHER_CLIENT), LET_IN, True),
        (replace(PROBE, result=UNREACHED), "the connection over MQTT 5 over TLS fails: no network", False),
        (
            replace(PROBE, result=replace(UNREACHED, message=None)),
            "the connection over MQTT 5 over TLS fails: Unreached",
            False,
        ),
        (
            replace(PROBE, result=UNREACHED, device=AT_TLS),
            "the connection over MQTT 5 over TLS fails at TLS: expired",
            False,
        ),
    ],
)
def test_the_words_of_one_side(side: Invocation, words: str, is_let_in: bool) -> None:
    changes = compare(side, PROBE).changes
    assert [change for change in changes if change.about == "answer"] == [
        Change("answer", f"{words}; {LET_IN}", differs=not is_let_in)
    ]
    assert compare(PROBE, side).changes[0] == Change("answer", f"{LET_IN}; {words}", differs=not is_let_in)


def tried(packet: str, action: str, is_allowed: bool) -> PacketDecision:
    return PacketDecision(0.0, packet, "a", 1, action, rule=None if is_allowed else "x", detail=f"{is_allowed}: a")


@pytest.mark.parametrize(
    ("packet", "action", "is_allowed", "words"),
    [
        ("PUBLISH", "iot:Publish", True, ()),
        ("PUBLISH", "iot:Publish", False, ("publish a: the documents say ALLOWED, and the broker: False: a",)),
        ("SUBSCRIBE", "iot:Subscribe", False, ()),
        (
            "SUBSCRIBE",
            "iot:Subscribe",
            True,
            ("subscribe a: the documents say IMPLICIT_DENY, and the broker: True: a",),
        ),
        ("PUBLISH", "iot:Receive", True, ()),
    ],
)
def test_each_try_is_compared_with_the_documents(
    packet: str, action: str, is_allowed: bool, words: tuple[str, ...]
) -> None:
    probe = replace(PROBE, device=replace(DEVICE, decisions=(tried(packet, action, is_allowed),)))
    assert compare(TEST_CALL, probe).differing == words
    assert compare(probe, TEST_CALL).differing == words
    undocumented = replace(TEST_CALL, result=Outcome(True, "p"))
    assert compare(undocumented, probe).differing == ()


@pytest.mark.parametrize(
    ("left", "right", "words"),
    [
        (tried("PUBLISH", "iot:Publish", True), tried("PUBLISH", "iot:Publish", True), ()),
        (
            tried("PUBLISH", "iot:Publish", False),
            tried("PUBLISH", "iot:Publish", True),
            ("publish a: False: a → True: a",),
        ),
        (tried("PUBLISH", "iot:Publish", True), tried("SUBSCRIBE", "iot:Subscribe", False), ()),
        (
            tried("PUBLISH", "iot:Publish", True),
            replace(tried("PUBLISH", "iot:Publish", False), topic="b"),
            (),
        ),
    ],
)
def test_the_same_try_of_two_probes(left: PacketDecision, right: PacketDecision, words: tuple[str, ...]) -> None:
    one, other = (replace(PROBE, device=replace(DEVICE, decisions=(each,))) for each in (left, right))
    assert compare(one, other).differing == words


def test_what_a_listener_saw_is_not_compared_with_tries() -> None:
    """Its client had tries of its own."""
    seen = replace(TEST_CALL, device=replace(DEVICE, is_probe=False))
    probe = replace(PROBE, device=replace(DEVICE, decisions=(tried("PUBLISH", "iot:Publish", False),)))
    assert compare(seen, probe).differing == ()
    assert compare(probe, seen).differing == ()


def test_a_direct_call_is_not_called_a_test_call() -> None:
    assert compare(replace(TEST_CALL, via="function"), PROBE).words[0].startswith("the direct call passes")


def test_what_a_probe_met_fits_a_line_of_a_table() -> None:
    tried = tuple(
        PacketDecision(0.0, packet, "a", 1, action, rule=rule)
        for packet, action, rule in (
            ("CONNECT", "iot:Connect", None),
            ("SUBSCRIBE", "iot:Subscribe", "subscribe-denied"),
            ("PUBLISH", "iot:Publish", None),
        )
    )
    words = connection_words(replace(DEVICE, decisions=tried), Outcome(True))
    assert words == "connected; subscribe a denied; publish a allowed"
    refused = replace(DEVICE, reason="refused with CONNACK 0x87 Not authorized: CONNACK:Client is not authenticated")
    failure = Failure(FailureKind.DEVICE, "connect-refused", None)
    assert connection_words(refused, failure) == "refused with CONNACK 0x87 Not authorized"
    unreached = Failure(FailureKind.UNREACHABLE, "Unreached", "h: the certificate has expired")
    assert connection_words(DEVICE, unreached) == "h: the certificate has expired"


def test_the_client_id_that_a_token_request_cannot_carry_is_no_difference() -> None:
    bare = replace(TEST_CALL, request=AuthorizerRequest("A", "token"))
    probe = replace(PROBE, request=replace(bare.request, mqtt_context=MqttContext(client_id="c")))
    assert compare(bare, probe).request_equal
    assert compare(probe, bare).request_equal
    named = replace(probe, request=replace(bare.request, mqtt_context=MqttContext("u", client_id="c")))
    assert compare(bare, named).differing == ("mqttContext.username (absent) → u",)
    other = replace(TEST_CALL, request=replace(TEST_CALL.request, mqtt_context=MqttContext(client_id="other")))
    assert not compare(other, PROBE).request_equal
