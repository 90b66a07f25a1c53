"""CONNECT before and after the authorizer."""

from __future__ import annotations

import pytest

from authlens.core.devices.handshake import (
    acceptance,
    connect_problem,
    keep_alive,
    refusal,
    with_client_id,
)
from authlens.core.mqtt import codes, properties, rules
from authlens.core.mqtt.packets import V3, V5, Connack, Connect, Will
from authlens.core.mqtt.properties import number_of, text_of
from authlens.core.mqtt.rules import Rule


@pytest.mark.parametrize(
    ("connect", "rule"),
    [
        (Connect("a"), None),
        (Connect("x" * 128), None),
        (Connect("x" * 129), rules.CLIENT_ID),
        (Connect("é" * 65), rules.CLIENT_ID),
        (Connect("$a"), rules.CLIENT_ID),
        (Connect("a", will=Will("bye", qos=1)), None),
        (Connect("a", will=Will("bye", qos=2)), rules.WILL_QOS),
        (Connect("a", will=Will("bye/#")), rules.WILL_TOPIC),
        (Connect("a", will=Will("bye", properties=((properties.RESPONSE_TOPIC, "#"),))), rules.WILL_TOPIC),
        (Connect("a", will=Will("bye", properties=((properties.CONTENT_TYPE, "x" * 257),))), rules.CONNECT_PROPERTY),
        (Connect("a", properties=((properties.USER_PROPERTY, ("a", "x" * 8192)),)), rules.CONNECT_PROPERTY),
        (Connect("a", properties=((properties.MAXIMUM_PACKET_SIZE, 511),)), rules.CONNECT_PROPERTY),
        (Connect("a", properties=((properties.MAXIMUM_PACKET_SIZE, 512),)), None),
    ],
)
def test_what_is_refused_whoever_asks(connect: Connect, rule: Rule | None) -> None:
    problem = connect_problem(connect)
    assert (problem.rule if problem else None) is rule


@pytest.mark.parametrize(
    ("asked", "counts"), [(0, 1200), (1, 30), (29, 30), (30, 30), (600, 600), (1200, 1200), (1201, 1200)]
)
def test_the_keep_alive_has_bounds(asked: int, counts: int) -> None:
    assert keep_alive(Connect("a", keep_alive=asked)) == counts


def test_a_refusal_has_a_packet_in_version_5_only() -> None:
    words = "CONNACK:Client is not authenticated/authorized to send the message:i"
    refused = refusal(rules.REFUSED, Connect("a", version=V5), lambda: "i")
    assert refused == Connack(0x87, False, ((properties.REASON_STRING, words),))
    assert refusal(rules.REFUSED, Connect("a", version=V3), lambda: "i") is None
    assert refusal(rules.CONNECT_RATE, Connect("a", version=V5), lambda: "i") == Connack(codes.QUOTA_EXCEEDED)
    assert refusal(rules.TOO_LARGE, Connect("a", version=V5), lambda: "i") is None


def test_version_3_is_let_in_with_two_bytes() -> None:
    assert acceptance(Connect("a"), False, True) == Connack(0, True)


def test_version_5_learns_what_aws_can_do() -> None:
    assert acceptance(Connect("a", version=V5, keep_alive=10), False, True) == Connack(
        0,
        True,
        (
            (properties.RECEIVE_MAXIMUM, 100),
            (properties.MAXIMUM_QOS, 1),
            (properties.RETAIN_AVAILABLE, 1),
            (properties.TOPIC_ALIAS_MAXIMUM, 8),
            (properties.WILDCARDS_AVAILABLE, 1),
            (properties.SUBSCRIPTION_IDS_AVAILABLE, 0),
            (properties.MAXIMUM_PACKET_SIZE, 149_504),
            (properties.SERVER_KEEP_ALIVE, 30),
        ),
    )


def test_a_longer_session_than_aws_keeps_is_cut_and_said() -> None:
    connect = Connect("a", version=V5, properties=((properties.SESSION_EXPIRY, 0xFFFFFFFF),))
    assert number_of(acceptance(connect, False, False).properties, properties.SESSION_EXPIRY) == 3600


def test_a_client_without_a_name_gets_one() -> None:
    connect = with_client_id(Connect("", version=V5), lambda: "made-up")
    assert connect.client_id == "made-up"
    given = acceptance(connect, True, False).properties
    assert text_of(given, properties.ASSIGNED_CLIENT_ID) == "made-up"
    assert with_client_id(Connect("own"), lambda: "made-up").client_id == "own"
